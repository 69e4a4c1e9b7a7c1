import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import type { StepTiming } from '../domain/call.ts';
import { isVoicebotError } from '../domain/errors.ts';

/** Well under every heartbeat timeout; also how soon a cancellation is noticed. */
const heartbeatMs = 2_000;

/**
 * Runs the body of an activity: beats while it works, hands it the cancellation signal, times it, and turns the product's errors
 * into failures that say whether retrying can help.
 */
export async function runActivity<T>(body: (signal: AbortSignal) => Promise<T>): Promise<T & { readonly timing: StepTiming }> {
  const context = Context.current();
  const startedAt = Date.now();
  const queueMs = Math.max(0, startedAt - context.info.currentAttemptScheduledTimestampMs);
  const started = performance.now();
  const beat = setInterval(() => context.heartbeat(), heartbeatMs);
  try {
    const result = await body(context.cancellationSignal);
    return { ...result, timing: { queueMs, workMs: performance.now() - started } };
  } catch (error) {
    if (context.cancellationSignal.aborted) throw new CancelledFailure('The step was cancelled.');
    throw toFailure(error);
  } finally {
    clearInterval(beat);
  }
}

function toFailure(error: unknown): Error {
  if (!isVoicebotError(error)) return error instanceof Error ? error : new Error(String(error));
  return ApplicationFailure.create({
    type: error.code,
    message: error.hint ? `${error.message} ${error.hint}` : error.message,
    nonRetryable: !error.retryable,
    cause: error,
  });
}
