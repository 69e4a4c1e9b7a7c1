"""Beats of a long activity: also while a model loads, so that only a worker that died is taken for dead."""

import contextvars
import threading

from temporalio import activity

EVERY_SECONDS = 5


class Beating:
    """Beats with the latest detail until the block ends."""

    def __init__(self, detail):
        self._detail = detail
        self._ended = threading.Event()
        context = contextvars.copy_context()
        self._thread = threading.Thread(target=context.run, args=(self._run,), daemon=True)

    def tell(self, detail) -> None:
        self._detail = detail
        activity.heartbeat(detail)

    def _run(self) -> None:
        while not self._ended.wait(EVERY_SECONDS):
            activity.heartbeat(self._detail)

    def __enter__(self):
        activity.heartbeat(self._detail)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()
