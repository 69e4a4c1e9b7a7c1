"""Sound as the service keeps it and carries it."""

import io
import wave

import numpy as np
import soxr

from .engine import Samples

PIPE_RATE_HZ = 24_000
"""Rate of the `spoken` pipe: that of the live voice."""


def to_pcm16(samples: Samples) -> bytes:
    return np.clip(np.round(samples * 32_768), -32_768, 32_767).astype("<i2").tobytes()


def to_wav(samples: Samples, rate_hz: int) -> bytes:
    """A mono PCM16 WAV file."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(to_pcm16(samples))
    return out.getvalue()


def seconds_of_wav(data: bytes) -> tuple[float, int]:
    """Length in seconds, and the rate."""
    with wave.open(io.BytesIO(data)) as file:
        return file.getnframes() / file.getframerate(), file.getframerate()


def resample(samples: Samples, from_hz: int, to_hz: int) -> Samples:
    return samples if from_hz == to_hz else soxr.resample(samples, from_hz, to_hz)
