"""Traces, by the vectors that the service is tested with."""

import json
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from temporalio import activity
from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadConverter
from temporalio.testing import ActivityEnvironment
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput

from voicebot_workers.tracing import TRACE_HEADER, StepTraces, span_context_of, start_tracing

VECTORS = json.loads((Path(__file__).parents[2] / "tests" / "vectors" / "traces.json").read_text())


class Last(ActivityInboundInterceptor):
    def __init__(self, problem: Exception | None = None) -> None:
        self._problem = problem

    async def execute_activity(self, input: ExecuteActivityInput):
        if self._problem:
            raise self._problem
        return "done"


@pytest.fixture
def spans():
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return provider, exporter


async def take_step(provider: TracerProvider, headers: dict[str, Payload], problem: Exception | None = None):
    interceptor = StepTraces(provider).intercept_activity(Last(problem))

    @activity.defn
    async def step() -> None:
        await interceptor.execute_activity(ExecuteActivityInput(fn=step, args=[], executor=None, headers=headers))

    await ActivityEnvironment().run(step)


@pytest.mark.parametrize("case", VECTORS)
def test_the_trace_of_a_workflow_is_that_of_the_service(case: dict):
    context = span_context_of(case["workflowId"])
    assert (f"{context.trace_id:032x}", f"{context.span_id:016x}") == (case["traceId"], case["spanId"])


async def test_a_step_is_a_span_below_its_workflow_or_below_what_asked_for_it(spans):
    provider, exporter = spans
    await take_step(provider, {})
    asked = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
    await take_step(provider, {TRACE_HEADER: PayloadConverter.default.to_payload(asked)})
    alone, below = exporter.get_finished_spans()
    assert alone.context.trace_id == span_context_of(ActivityEnvironment.default_info().workflow_id).trace_id
    assert (f"{below.context.trace_id:032x}", f"{below.parent.span_id:016x}") == (
        "0af7651916cd43dd8448eb211c80319c",
        "b7ad6b7169203331",
    )


async def test_what_went_wrong_is_told_without_its_words(spans):
    provider, exporter = spans
    with pytest.raises(ValueError):
        await take_step(provider, {}, ValueError("my penguin"))
    (span,) = exporter.get_finished_spans()
    assert span.attributes["error.type"] == "ValueError"
    assert "penguin" not in span.to_json()


def test_nothing_is_sent_where_nobody_asks_for_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT", raising=False)
    assert start_tracing("voices") is None
