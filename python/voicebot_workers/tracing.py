"""
Spans of steps, in the traces that the service makes (telemetry/call-trace.ts): below the span that asked for the step, or else below the outermost
one of its workflow, whose ids are made from the workflow's.
"""

import hashlib
import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from opentelemetry import propagate, trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import TraceIdRatioBased
from opentelemetry.trace import NonRecordingSpan, SpanContext, StatusCode, TraceFlags
from temporalio import activity
from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadConverter
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from .settings import number

TRACE_HEADER = "_tracer-data"


def span_context_of(workflow_id: str) -> SpanContext:
    """Of the outermost span of a workflow."""
    digest = hashlib.sha256(f"voicebot trace 1 {workflow_id}".encode()).hexdigest()
    return SpanContext(int(digest[:32], 16), int(digest[32:48], 16), is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED))


def start_tracing(service: str) -> TracerProvider | None:
    """Sends spans where OTEL_EXPORTER_OTLP_ENDPOINT says; nothing where it says nothing."""
    endpoint = os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT", "").rstrip("/")
    if not endpoint:
        return None
    pairs = [pair.partition("=") for pair in os.environ.get("OTEL_EXPORTER_OTLP_HEADERS", "").split(",") if pair.strip()]
    headers = {name.strip(): unquote(value.strip()) for name, _, value in pairs}
    provider = TracerProvider(
        resource=Resource.create({SERVICE_NAME: service}),
        sampler=TraceIdRatioBased(number("TRACE_SAMPLE_RATIO", 0.1)),
    )
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{endpoint}/v1/traces", headers=headers)))
    return provider


class StepTraces(Interceptor):
    """Takes every step in a span of its own. It holds no word of what is spoken."""

    def __init__(self, provider: TracerProvider) -> None:
        self._tracer = provider.get_tracer("voicebot")

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _StepTrace(next, self._tracer)


class _StepTrace(ActivityInboundInterceptor):
    def __init__(self, next: ActivityInboundInterceptor, tracer: trace.Tracer) -> None:
        super().__init__(next)
        self._tracer = tracer

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        info = activity.info()
        attributes: dict[str, str | int] = {
            "temporal.workflow_id": info.workflow_id or "",
            "temporal.run_id": info.workflow_run_id or "",
            "temporal.activity_id": info.activity_id,
            "temporal.task_queue": info.task_queue,
            "temporal.attempt": info.attempt,
        }
        parent = _parent_of(input.headers, info.workflow_id or "")
        with self._tracer.start_as_current_span(
            f"step {info.activity_type}", parent, attributes=attributes, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                return await self.next.execute_activity(input)
            except BaseException as error:
                # Its words may be somebody's.
                span.set_status(StatusCode.ERROR)
                span.set_attribute("error.type", type(error).__name__)
                raise


def _parent_of(headers: Mapping[str, Payload], workflow_id: str) -> Context:
    header = headers.get(TRACE_HEADER)
    if header is not None:
        return propagate.extract(PayloadConverter.default.from_payload(header, dict))
    return trace.set_span_in_context(NonRecordingSpan(span_context_of(workflow_id)))
