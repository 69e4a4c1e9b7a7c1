import { AsyncLocalStorage } from 'node:async_hooks';
import { type Attributes, context, propagation, type Span, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type IdGenerator,
  RandomIdGenerator,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';
import { ATTR_ERROR_TYPE, ATTR_SERVICE_NAME, ATTR_SERVICE_VERSION } from '@opentelemetry/semantic-conventions';
import { isVoicebotError } from '../domain/errors.ts';
import { keptTraceId, spanContextOf } from './call-trace.ts';

export interface TracingOptions {
  /** As other services name it. */
  readonly service: string;
  readonly version: string;
  /** Base URL of an OTLP receiver over HTTP, as http://collector:4318. */
  readonly endpoint: string;
  /** Sent along, as a key of the receiver. */
  readonly headers: Readonly<Record<string, string>>;
  /** Share of traces that is kept, 0 to 1: by their ids, so that all processes keep the same ones. */
  readonly sampleRatio: number;
}

const flushMs = 2_000;
const exportTimeoutMs = 5_000;
/** Spans that wait for the receiver; what comes beyond is lost, and callers wait for none. */
const maxQueued = 8_192;

/** Spans come from here; while there is no receiver they are nothing, and cost nothing. */
export const tracer = (): Tracer => trace.getTracer('voicebot');

/** The outermost span of a workflow has ids that others know before it is over. */
const fixedIds = new AsyncLocalStorage<{ readonly traceId: string; readonly spanId: string }>();

const random = new RandomIdGenerator();
const ids: IdGenerator = {
  generateTraceId: () => fixedIds.getStore()?.traceId ?? random.generateTraceId(),
  generateSpanId: () => fixedIds.getStore()?.spanId ?? random.generateSpanId(),
};

/** Sends spans to an OTLP receiver from now on, until the returned function is called. Once a process. */
export function startTracing({ service, version, endpoint, headers, sampleRatio }: TracingOptions): () => Promise<void> {
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/$/, '')}/v1/traces`,
    headers: { ...headers },
    timeoutMillis: exportTimeoutMs,
  });
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ [ATTR_SERVICE_NAME]: service, [ATTR_SERVICE_VERSION]: version }),
    idGenerator: ids,
    sampler: new TraceIdRatioBasedSampler(sampleRatio),
    spanProcessors: [new BatchSpanProcessor(exporter, { scheduledDelayMillis: flushMs, maxQueueSize: maxQueued })],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  return async () => {
    trace.disable();
    context.disable();
    propagation.disable();
    await provider.shutdown().catch(() => undefined);
  };
}

/** Does a piece of work in a span of its own, below the one that is under way. */
export function traced<T>(name: string, attributes: Attributes, work: (span: Span) => Promise<T>): Promise<T> {
  return tracer().startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      failed(span, error);
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Headers that tell another system which span asks it; none where that is not kept. */
export function traceparent(): Record<string, string> {
  const carrier: Record<string, string> = {};
  if (keptTraceId() !== undefined) propagation.inject(context.active(), carrier);
  return carrier;
}

/** Marks a span as failed: by the kind of the error, without its words, which may be somebody's. */
export function failed(span: Span, error: unknown): void {
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.setAttribute(ATTR_ERROR_TYPE, isVoicebotError(error) ? error.code : error instanceof Error ? error.name : typeof error);
}

export interface WorkflowSpan {
  readonly name: string;
  readonly attributes: Attributes;
  readonly startedAt: Date;
  readonly endedAt: Date;
}

/** The outermost span of a workflow, once it is over. */
export function endTrace(workflowId: string, { name, attributes, startedAt, endedAt }: WorkflowSpan): void {
  fixedIds
    .run(spanContextOf(workflowId), () => tracer().startSpan(name, { attributes, startTime: startedAt, root: true }))
    .end(endedAt);
}
