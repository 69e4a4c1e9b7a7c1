"""
Tortoise 3, by its own library, which brings recordings of its voices. TORTOISE_PRESET: ultra_fast, fast, standard or high_quality.
TORTOISE_MODELS: the folder of its weights.

It speaks a text in pieces of a sentence or two: it was taught on such. Between Python's steps of its sampling it can be stopped at any time, since the
thread of an activity that is cancelled is made to raise.
"""

import gc
import os
from typing import Any

import numpy as np
import torch
from tortoise.api import TextToSpeech
from tortoise.utils.audio import load_voice
from tortoise.utils.text import split_and_recombine_text

from .engine import EngineUnavailable, Needs, Progress, Samples, seed_of

PRESETS = ("fast", "ultra_fast", "standard", "high_quality")
PAUSE_SECONDS = 0.25


class Tortoise:
    id = "tortoise"
    needs = Needs(gpu_required=True, gpu_memory_bytes=8_000_000_000)
    sample_rate_hz = 24_000
    default_voice = "train_dotrice"

    def __init__(self, preset: str | None = None, models: str | None = None) -> None:
        self._preset = preset or os.environ.get("TORTOISE_PRESET") or PRESETS[0]
        if self._preset not in PRESETS:
            raise EngineUnavailable(f"TORTOISE_PRESET is {self._preset!r}; possible: {', '.join(PRESETS)}.")
        self._models = models or os.environ.get("TORTOISE_MODELS")
        self._tts: Any = None

    def load(self) -> None:
        options = {"models_dir": self._models} if self._models else {}
        gpu = torch.cuda.is_available()
        self._tts = TextToSpeech(kv_cache=True, half=gpu, device="cuda" if gpu else "cpu", **options)

    def unload(self) -> None:
        self._tts = None
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    def speak(self, text: str, voice: str, speed: float, progress: Progress) -> Samples:
        clips, latents = load_voice(voice)
        pieces = split_and_recombine_text(text, desired_length=200, max_length=300)
        pause = np.zeros(int(PAUSE_SECONDS * self.sample_rate_hz), dtype=np.float32)
        sounds: list[Samples] = []
        for number, piece in enumerate(pieces):
            progress(number / len(pieces))
            sound = self._tts.tts_with_preset(
                piece,
                preset=self._preset,
                voice_samples=clips,
                conditioning_latents=latents,
                use_deterministic_seed=seed_of(voice, piece),
                verbose=False,
            )
            sounds += [np.asarray(sound.float().cpu().numpy(), dtype=np.float32).reshape(-1), pause]
        return np.concatenate(sounds[:-1]) if sounds else pause
