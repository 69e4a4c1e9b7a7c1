"""
Nari Dia 1.6B, by `DiaForConditionalGeneration` of transformers. DIA_MODEL: a folder or a name on the hub.

Text is marked with its speaker, [S1] or [S2]; sound comes as nine codebooks at 86 frames a second, decoded by DAC at 44.1 kHz.
"""

import gc
import os
from typing import Any

import numpy as np
import torch
from transformers import AutoProcessor, DiaForConditionalGeneration, StoppingCriteria, StoppingCriteriaList

from .engine import Needs, Progress, Samples, seed_of

MODEL = "nari-labs/Dia-1.6B-0626"
FRAMES_A_SECOND = 86
# As its authors speak with it.
SAMPLING = {"guidance_scale": 3.0, "temperature": 1.8, "top_p": 0.9, "top_k": 45, "do_sample": True}
LONGEST_SECONDS = 35


class _Watch(StoppingCriteria):
    """Tells after each frame how far it has come. Who is told may raise, which ends the generation."""

    def __init__(self, expected_frames: int, progress: Progress) -> None:
        self._expected_frames = expected_frames
        self._progress = progress

    def __call__(self, input_ids: torch.Tensor, scores: Any, **_: Any) -> torch.Tensor:
        self._progress(min(0.99, input_ids.shape[1] / self._expected_frames))
        return torch.zeros(input_ids.shape[0], dtype=torch.bool, device=input_ids.device)


class Dia:
    id = "nari_dia"
    needs = Needs(gpu_required=True, gpu_memory_bytes=6_000_000_000)
    sample_rate_hz = 44_100
    default_voice = "S1"

    def __init__(self, model: str | None = None, longest_seconds: float = LONGEST_SECONDS) -> None:
        self._name = model or os.environ.get("DIA_MODEL") or MODEL
        self._longest_seconds = longest_seconds
        self._model: Any = None
        self._processor: Any = None

    def load(self) -> None:
        device = "cuda" if torch.cuda.is_available() else "cpu"
        dtype = torch.bfloat16 if device == "cuda" else torch.float32
        self._processor = AutoProcessor.from_pretrained(self._name)
        model: Any = DiaForConditionalGeneration.from_pretrained(self._name, dtype=dtype)
        self._model = model.to(device).eval()
        self.sample_rate_hz = int(self._processor.feature_extractor.sampling_rate)

    def unload(self) -> None:
        self._model = self._processor = None
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    def speak(self, text: str, voice: str, speed: float, progress: Progress) -> Samples:
        inputs = self._processor(text=[f"[{voice}] {text}"], padding=True, return_tensors="pt").to(self._model.device)
        frames = int(self._longest_seconds * FRAMES_A_SECOND)
        expected = min(frames, max(1, len(text) * FRAMES_A_SECOND // 15))
        torch.manual_seed(seed_of(voice, text))
        with torch.inference_mode():
            codes = self._model.generate(
                **inputs,
                **SAMPLING,
                max_new_tokens=frames,
                stopping_criteria=StoppingCriteriaList([_Watch(expected, progress)]),
            )
        sound = self._processor.batch_decode(codes)[0]
        return np.asarray(torch.as_tensor(sound).float().cpu().numpy(), dtype=np.float32).reshape(-1)
