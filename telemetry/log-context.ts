import { AsyncLocalStorage } from 'node:async_hooks';
import { keptTraceId } from './call-trace.ts';

/** What a log line is about: names alone, never anything that somebody has said. */
export interface LogContext {
  readonly tenant?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly workflowId?: string | undefined;
  readonly turn?: number | undefined;
  readonly step?: string | undefined;
  readonly attempt?: number | undefined;
}

const about = new AsyncLocalStorage<LogContext>();

/** Log lines that are written meanwhile say what they are about. */
export function inLogContext<T>(more: LogContext, work: () => T): T {
  return about.run({ ...about.getStore(), ...more }, work);
}

/** What every line gets beside its own. */
export function logFields(): LogContext & { readonly traceId?: string } {
  const traceId = keptTraceId();
  return { ...about.getStore(), ...(traceId === undefined ? {} : { traceId }) };
}
