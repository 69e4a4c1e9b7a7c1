"""Runs workers until the process is told to stop."""

import asyncio
import dataclasses
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from datetime import timedelta

from temporalio.client import Client
from temporalio.converter import DataConverter
from temporalio.worker import Worker

from .codec import EncryptionCodec, key_ring_from_environment
from .settings import TemporalSettings

# Running work gets so long to finish; what does not is taken by another worker, or by this one when it is back.
DRAIN = timedelta(seconds=5)


def _converter() -> DataConverter:
    ring = key_ring_from_environment()
    return dataclasses.replace(DataConverter.default, payload_codec=EncryptionCodec(ring) if ring else None)


async def connect() -> Client:
    settings = TemporalSettings.from_environment()
    try:
        return await Client.connect(
            settings.address, namespace=settings.namespace, api_key=settings.api_key, data_converter=_converter()
        )
    except RuntimeError as error:
        raise SystemExit(f"Temporal at {settings.address} does not answer: {error}. Check TEMPORAL_ADDRESS.") from None


async def run(queues: dict[str, Sequence[Callable]], *, at_once: int) -> None:
    """A worker for each queue; `at_once`: activities of each at a time. Returns when the process is told to stop."""
    client = await connect()
    stopped = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    with ThreadPoolExecutor(at_once * len(queues)) as executor:
        async with AsyncExitStack() as stack:
            for queue, activities in queues.items():
                worker = Worker(
                    client,
                    task_queue=queue,
                    activities=activities,
                    activity_executor=executor,
                    max_concurrent_activities=at_once,
                    graceful_shutdown_timeout=DRAIN,
                )
                await stack.enter_async_context(worker)
            print("ready", flush=True)
            await stopped.wait()
