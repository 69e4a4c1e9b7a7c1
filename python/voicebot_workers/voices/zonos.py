"""
Zonos v0.1, by its own library. ZONOS_MODEL: a name on the hub. ZONOS_VOICES: a folder of recordings, some ten seconds each; the name of a file
is the name of a voice. Without one the voice is `default`: the recording ZONOS_VOICES/default.wav where there is one, else no certain voice.
"""

import gc
import os
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torchaudio
from zonos.conditioning import make_cond_dict
from zonos.model import Zonos as Model

from .engine import EngineUnavailable, Needs, Progress, Samples, seed_of

MODEL = "Zyphra/Zonos-v0.1-transformer"
LANGUAGE = "en-us"
# Its unit of speed, where 15 is ordinary.
ORDINARY_RATE = 15.0
FRAMES_A_SECOND = 86
LONGEST_SECONDS = 30
# Left to the model, as its authors have it; and the speaker where nobody is to be imitated.
UNCONDITIONAL = {"vqscore_8", "dnsmos_ovrl"}


class Zonos:
    id = "zonos"
    needs = Needs(gpu_required=False, gpu_memory_bytes=6_000_000_000)
    sample_rate_hz = 44_100
    default_voice = "default"

    def __init__(self, model: str | None = None, voices: Path | None = None) -> None:
        self._name = model or os.environ.get("ZONOS_MODEL") or MODEL
        folder = voices or os.environ.get("ZONOS_VOICES")
        self._voices = Path(folder) if folder else None
        self._model: Any = None
        self._speakers: dict[str, torch.Tensor] = {}

    def load(self) -> None:
        device = "cuda" if torch.cuda.is_available() else "cpu"
        self._model = Model.from_pretrained(self._name, device=device)
        self.sample_rate_hz = int(self._model.autoencoder.sampling_rate)

    def unload(self) -> None:
        self._model = None
        self._speakers.clear()
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    def _speaker(self, voice: str) -> torch.Tensor | None:
        if voice in self._speakers:
            return self._speakers[voice]
        file = self._voices / f"{Path(voice).name}.wav" if self._voices else None
        if file is None or not file.exists():
            if voice == "default":
                return None
            raise EngineUnavailable(f"Zonos has no voice {voice!r}: there is no recording of it in ZONOS_VOICES.")
        sound, rate = torchaudio.load(str(file))
        self._speakers[voice] = self._model.make_speaker_embedding(sound, rate)
        return self._speakers[voice]

    def speak(self, text: str, voice: str, speed: float, progress: Progress) -> Samples:
        speaker = self._speaker(voice)
        condition = make_cond_dict(
            text=text,
            language=LANGUAGE,
            speaker=speaker,
            speaking_rate=ORDINARY_RATE * speed,
            unconditional_keys=UNCONDITIONAL if speaker is not None else UNCONDITIONAL | {"speaker"},
            device=self._model.device,
        )
        expected = max(1, len(text) * FRAMES_A_SECOND // 15)

        def watch(_frame: torch.Tensor, step: int, _most: int) -> bool:
            progress(min(0.99, step / expected))
            return True

        torch.manual_seed(seed_of(voice, text))
        codes = self._model.generate(
            self._model.prepare_conditioning(condition),
            max_new_tokens=FRAMES_A_SECOND * LONGEST_SECONDS,
            progress_bar=False,
            callback=watch,
        )
        sound = self._model.autoencoder.decode(codes).float().cpu()
        return np.asarray(sound.numpy(), dtype=np.float32).reshape(-1)
