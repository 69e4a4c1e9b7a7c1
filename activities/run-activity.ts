import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import { databaseProblem, withoutParameters } from '../db/errors.ts';
import type { StepTiming } from '../domain/call.ts';
import { anyOf } from '../domain/deadline.ts';
import { isVoicebotError } from '../domain/errors.ts';

/**
 * Two beats within every heartbeat timeout (`workflows/steps.ts`), and no more: each is a write of Temporal's database. Also how soon a cancellation is
 * noticed where the turn's pipes do not tell of it before.
 */
export const heartbeatMs = 1_000;

/**
 * Runs the body of an activity: beats while it works, hands it a signal that aborts when the step is cancelled or has failed, times it, and turns
 * the product's errors into failures that say whether retrying can help.
 */
export async function runActivity<T>(body: (signal: AbortSignal) => Promise<T>): Promise<T & { readonly timing: StepTiming }> {
  const context = Context.current();
  const startedAt = Date.now();
  const queueMs = Math.max(0, startedAt - context.info.currentAttemptScheduledTimestampMs);
  const started = performance.now();
  const beat = setInterval(() => context.heartbeat(), heartbeatMs);
  const working = new AbortController();
  try {
    const result = await body(anyOf(context.cancellationSignal, working.signal));
    return { ...result, timing: { queueMs, workMs: performance.now() - started } };
  } catch (error) {
    // An engine may still work for a step that fails, or have it in its queue, as when the turn's pipes are gone: nobody waits for that.
    working.abort(new Error('The step has failed.'));
    const { aborted, reason } = context.cancellationSignal;
    if (aborted && (reason as Error).message === workerShutdown) throw handedOver();
    if (aborted) throw new CancelledFailure('The step was cancelled.');
    throw toFailure(error);
  } finally {
    clearInterval(beat);
  }
}

/** What the SDK gives as the reason when the worker stops before the step is done. */
const workerShutdown = 'WORKER_SHUTDOWN';

/** The worker is stopping; nobody asked for the step to end. Another worker takes it at once. */
function handedOver(): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'handed-over',
    message: 'The worker stopped; another one goes on with the step.',
    nextRetryDelay: '10ms',
  });
}

function toFailure(thrown: unknown): Error {
  const error = databaseProblem(thrown) ?? withoutParameters(thrown);
  if (!isVoicebotError(error)) return error instanceof Error ? error : new Error(String(error));
  return ApplicationFailure.create({
    type: error.code,
    message: error.hint ? `${error.message} ${error.hint}` : error.message,
    nonRetryable: !error.retryable,
    cause: error,
  });
}
