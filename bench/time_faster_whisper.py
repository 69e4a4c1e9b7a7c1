"""Times faster-whisper on the WAV files given, int8, beam 1: the yardstick of `npm run bench:engines`. Prints one line of JSON."""
import json
import os
import sys
import tempfile
import time

import ctranslate2
import faster_whisper
import numpy as np


def load(folder, threads):
    """The converted model needs a vocabulary beside its weights; where only the tokenizer is there, it is made from it."""
    home = tempfile.mkdtemp()
    for name in os.listdir(folder):
        os.symlink(os.path.join(folder, name), os.path.join(home, name))
    if not any(name.startswith("vocabulary") for name in os.listdir(home)):
        with open(os.path.join(folder, "tokenizer.json"), encoding="utf-8") as file:
            tokenizer = json.load(file)
        words = dict(tokenizer["model"]["vocab"])
        words.update({token["content"]: token["id"] for token in tokenizer["added_tokens"]})
        # The 1,501 timestamps, 0 to 30 s, come last and are not in every tokenizer file.
        for step in range(1501):
            words.setdefault(f"<|{step * 0.02:.2f}|>", len(words))
        with open(os.path.join(home, "vocabulary.json"), "w", encoding="utf-8") as file:
            json.dump([word for word, _ in sorted(words.items(), key=lambda item: item[1])], file)
    return faster_whisper.WhisperModel(home, device="cpu", compute_type="int8", cpu_threads=threads)


def main(folder, threads, rounds, files):
    model = load(folder, threads)
    texts, times = {}, {}
    for attempt in range(rounds + 1):
        for name in files:
            samples = np.fromfile(name, dtype=np.float32)
            started = time.perf_counter()
            segments, _ = model.transcribe(samples, language="en", beam_size=1)
            texts[name] = " ".join(segment.text.strip() for segment in segments)
            if attempt > 0:
                times.setdefault(name, []).append((time.perf_counter() - started) * 1000)
    print(json.dumps({"version": faster_whisper.__version__, "ctranslate2": ctranslate2.__version__, "texts": texts, "timesMs": times}))


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
