"""Beats of a long activity: also while a model loads, so that only a worker that died is taken for dead."""

import contextvars
import threading
from types import TracebackType

from temporalio import activity

EVERY_SECONDS = 1.0


class Beating:
    """Beats with the latest detail until the block ends."""

    def __init__(self, detail: object, every_seconds: float = EVERY_SECONDS) -> None:
        self._detail = detail
        self._every_seconds = every_seconds
        self._ended = threading.Event()
        context = contextvars.copy_context()
        self._thread = threading.Thread(target=context.run, args=(self._run,), daemon=True)

    def tell(self, detail: object) -> None:
        self._detail = detail
        activity.heartbeat(detail)

    def _run(self) -> None:
        while not self._ended.wait(self._every_seconds):
            activity.heartbeat(self._detail)

    def __enter__(self) -> "Beating":
        activity.heartbeat(self._detail)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._ended.set()
        self._thread.join()
