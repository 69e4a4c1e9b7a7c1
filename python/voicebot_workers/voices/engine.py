"""What an engine that speaks can do. Engines know nothing of Temporal, pipes or storage."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
"""Mono, in [-1, 1]."""

Progress = Callable[[float], None]
"""Told the share that is done, 0 to 1, again and again; raises where the work is to stop."""


@dataclass(frozen=True)
class Needs:
    gpu_required: bool
    gpu_memory_bytes: int


class VoiceEngine(Protocol):
    """Loaded, speaking and unloaded by one thread at a time."""

    id: str
    needs: Needs
    sample_rate_hz: int
    default_voice: str

    def load(self) -> None: ...

    def unload(self) -> None: ...

    def speak(self, text: str, voice: str, speed: float, progress: Progress) -> Samples:
        """Speaks a text of some sentences. The same text and voice give the same sound."""
        ...


class EngineUnavailable(Exception):
    """It cannot be loaded here; the text says what it needs."""


def seed_of(voice: str, text: str) -> int:
    """The same words in the same voice are said in the same way, whoever says them."""
    from zlib import crc32

    return crc32(f"{voice}\n{text}".encode())
