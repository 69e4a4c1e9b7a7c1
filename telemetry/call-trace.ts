import { createHash } from 'node:crypto';
import { type Context, context, ROOT_CONTEXT, type SpanContext, TraceFlags, trace } from '@opentelemetry/api';

/**
 * The trace of a workflow, and its outermost span: made from the workflow's id, so that every process on any machine adds to the same trace without
 * having to be told, also after a crash, and in a call's later runs.
 */
export function spanContextOf(workflowId: string): SpanContext {
  const hex = createHash('sha256').update(`voicebot trace 1 ${workflowId}`).digest('hex');
  return { traceId: hex.slice(0, 32), spanId: hex.slice(32, 48), traceFlags: TraceFlags.SAMPLED, isRemote: true };
}

/** A context in which spans belong to a workflow, right below its outermost one. */
export const contextOf = (workflowId: string): Context => trace.setSpanContext(ROOT_CONTEXT, spanContextOf(workflowId));

/** Of the span that is under way, for exemplars and logs; undefined where none is, or it is not kept. */
export function keptTraceId(within: Context = context.active()): string | undefined {
  const span = trace.getSpanContext(within);
  return span && (span.traceFlags & TraceFlags.SAMPLED) !== 0 ? span.traceId : undefined;
}
