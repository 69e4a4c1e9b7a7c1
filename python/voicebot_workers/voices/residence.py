"""One engine in memory at a time: two large ones do not fit most GPUs, and share none well."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from .engine import EngineUnavailable, VoiceEngine

WAIT_SECONDS = 0.2


@dataclass(frozen=True)
class GpuMemory:
    free_bytes: int
    total_bytes: int


def gpu_memory() -> GpuMemory | None:
    """Of the first GPU; nothing where there is none, or no library that could ask."""
    try:
        import torch
    except ImportError:
        return None
    if not torch.cuda.is_available():
        return None
    free, total = torch.cuda.mem_get_info()
    return GpuMemory(free, total)


class Residence:
    """Who is in memory. Threads that want another engine wait until the one that is there is not used any more."""

    def __init__(
        self,
        engines: dict[str, Callable[[], VoiceEngine]],
        memory: Callable[[], GpuMemory | None] = gpu_memory,
        without_gpu: bool = False,
    ) -> None:
        self._engines = engines
        self._memory = memory
        self._without_gpu = without_gpu
        self._lock = threading.Lock()
        self._resident: VoiceEngine | None = None
        self._loading: str | None = None
        self._used_at = time.monotonic()

    def state_of(self, engine: str) -> str:
        if self._loading == engine:
            return "loading"
        resident = self._resident
        return "ready" if resident is not None and resident.id == engine else "unloaded"

    @property
    def resident(self) -> str | None:
        return self._resident.id if self._resident else None

    def warning_for(self, engine: VoiceEngine) -> str | None:
        """Why it would not fit now, beside what others have in the memory of the GPU."""
        memory = self._memory()
        needed = engine.needs.gpu_memory_bytes
        if memory is None:
            if engine.needs.gpu_required and not self._without_gpu:
                return f"{engine.id} needs a GPU with {_gb(needed)} of memory, and there is none (VOICES_WITHOUT_GPU=1 tries it on the CPU)"
            return None
        if memory.total_bytes < needed:
            return f"{engine.id} needs {_gb(needed)} of GPU memory, and the GPU has {_gb(memory.total_bytes)}"
        if memory.free_bytes < needed:
            return f"{engine.id} needs {_gb(needed)} of GPU memory, and {_gb(memory.free_bytes)} are free: something else is on the GPU"
        return None

    @contextmanager
    def using(self, name: str, waiting: Callable[[], None] = lambda: None) -> Iterator[VoiceEngine]:
        """
        The engine, loaded, for this thread alone. `waiting` is called while another one is used, and may raise.
        Raises EngineUnavailable where it does not fit.
        """
        while not self._lock.acquire(timeout=WAIT_SECONDS):
            waiting()
        try:
            yield self._load(name)
        finally:
            self._used_at = time.monotonic()
            self._lock.release()

    def unload(self, name: str | None = None) -> None:
        """Frees the memory of the engine, or of whichever is there; waits until it is not used."""
        with self._lock:
            if self._resident is not None and name in (None, self._resident.id):
                self._resident.unload()
                self._resident = None

    def unload_idle(self, seconds: float) -> None:
        """Frees what was not used for so long."""
        if time.monotonic() - self._used_at >= seconds and not self._lock.locked():
            self.unload()

    def _load(self, name: str) -> VoiceEngine:
        if self._resident is not None and self._resident.id == name:
            return self._resident
        if self._resident is not None:
            self._resident.unload()
            self._resident = None
        self._loading = name
        try:
            try:
                engine = self._engines[name]()
            except ImportError as error:
                raise EngineUnavailable(f"The library of {name} is not installed: {error}. See python/requirements.") from error
            warning = self.warning_for(engine)
            if warning:
                raise EngineUnavailable(f"{warning}.")
            engine.load()
            self._resident = engine
            return engine
        finally:
            self._loading = None


def _gb(count: int) -> str:
    return f"{count / 1e9:.1f} GB"
