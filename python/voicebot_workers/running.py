"""Runs workers until the process is told to stop."""

import asyncio
import dataclasses
import os
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from datetime import timedelta

from temporalio.client import Client
from temporalio.converter import DataConverter
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig
from temporalio.worker import Worker

from .codec import EncryptionCodec, key_ring_from_environment
from .settings import TemporalSettings
from .tracing import StepTraces, start_tracing

# Running work gets so long to finish; what does not is taken by another worker, or by this one when it is back.
DRAIN = timedelta(seconds=5)


def _converter() -> DataConverter:
    ring = key_ring_from_environment()
    return dataclasses.replace(DataConverter.default, payload_codec=EncryptionCodec(ring) if ring else None)


def _runtime() -> Runtime:
    """Shows what Temporal's SDK measures at METRICS_PORT, where that is set."""
    port = os.environ.get("METRICS_PORT")
    host = os.environ.get("HOST", "127.0.0.1")
    config = PrometheusConfig(f"{host}:{port}", counters_total_suffix=True, unit_suffix=True, durations_as_seconds=True)
    return Runtime(telemetry=TelemetryConfig(metrics=config if port else None))


async def connect() -> Client:
    settings = TemporalSettings.from_environment()
    try:
        return await Client.connect(
            settings.address,
            namespace=settings.namespace,
            api_key=settings.api_key,
            data_converter=_converter(),
            runtime=_runtime(),
        )
    except RuntimeError as error:
        raise SystemExit(f"Temporal at {settings.address} does not answer: {error}. Check TEMPORAL_ADDRESS.") from None


async def run(queues: dict[str, Sequence[Callable]], *, at_once: int) -> None:
    """A worker for each queue; `at_once`: activities of each at a time. Returns when the process is told to stop."""
    traces = start_tracing("python-workers")
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
                    interceptors=[StepTraces(traces)] if traces else [],
                )
                await stack.enter_async_context(worker)
            print("ready", flush=True)
            await stopped.wait()
    if traces:
        traces.shutdown()
