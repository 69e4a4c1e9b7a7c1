"""A FAKE engine: it speaks tones, as long as the text would take. For tests only; what it says nobody can understand."""

import threading
import time

import numpy as np

from voicebot_workers.voices.engine import Needs, Progress, Samples


class ToneEngine:
    needs = Needs(gpu_required=False, gpu_memory_bytes=0)
    sample_rate_hz = 22_050
    default_voice = "tone"

    def __init__(self, id: str = "zonos", seconds_of_work: float = 0.0) -> None:
        self.id = id
        self.seconds_of_work = seconds_of_work
        self.loads = 0
        self.unloads = 0
        self.spoken: list[str] = []
        self.begun = threading.Event()

    def load(self) -> None:
        self.loads += 1

    def unload(self) -> None:
        self.unloads += 1

    def speak(self, text: str, voice: str, speed: float, progress: Progress) -> Samples:
        self.begun.set()
        ends = time.monotonic() + self.seconds_of_work
        while time.monotonic() < ends:
            progress(0.5)
            time.sleep(0.01)
        self.spoken.append(text)
        seconds = len(text) / 15 / speed
        return (0.3 * np.sin(2 * np.pi * 440 * np.arange(int(seconds * self.sample_rate_hz)) / self.sample_rate_hz)).astype(
            np.float32
        )
