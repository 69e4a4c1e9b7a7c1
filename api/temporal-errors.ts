import {
  isGrpcServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/common';
import { isVoicebotError, messageOf, VoicebotError } from '../domain/errors.ts';
import { callEnded, invalidTurn } from '../workflows/definitions.ts';
import { isErrorCode } from './problem.ts';

/** The call refused because it is about to end. */
export function isCallEnded(error: unknown): boolean {
  const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
  return cause instanceof ApplicationFailure && cause.type === callEnded;
}

/** The number that the call expects, where it refused another one. */
export function nextTurnOf(error: unknown): number | undefined {
  const failed = isVoicebotError(error) ? error.cause : error;
  const cause = failed instanceof WorkflowUpdateFailedError ? failed.cause : undefined;
  const next = cause instanceof ApplicationFailure && cause.type === invalidTurn ? cause.details?.[0] : undefined;
  return typeof next === 'number' ? next : undefined;
}

/** What went wrong behind Temporal, as the product's own error. */
export function fromTemporal(error: unknown): VoicebotError {
  if (isVoicebotError(error)) return error;
  if (error instanceof WorkflowNotFoundError)
    return new VoicebotError('not-found', 'This call is not running any more.', { cause: error });
  // A call is started with its first turn; one that has ended is not started again.
  if (error instanceof WorkflowExecutionAlreadyStartedError)
    return new VoicebotError('conflict', 'This call has ended.', { hint: 'Start a new session.', cause: error });
  let cause: unknown = error;
  while (
    (cause instanceof WorkflowFailedError || cause instanceof WorkflowUpdateFailedError || cause instanceof ActivityFailure) &&
    cause.cause
  ) {
    cause = cause.cause;
  }
  if (cause instanceof TimeoutFailure) {
    return cause.timeoutType === 'SCHEDULE_TO_START'
      ? new VoicebotError('worker-unavailable', 'No worker took the task in time.', {
          retryable: true,
          hint: 'Start a worker for the queue, or raise WORKER_WAIT.',
          cause: error,
        })
      : new VoicebotError('timeout', 'The work took too long.', { retryable: true, cause: error });
  }
  if (cause instanceof ApplicationFailure) {
    if (cause.type === callEnded)
      return new VoicebotError('conflict', cause.message, { hint: 'Start a new session.', cause: error });
    if (cause.type === invalidTurn) return new VoicebotError('conflict', cause.message, { cause: error });
    const code = cause.type && isErrorCode(cause.type) ? cause.type : 'engine-failed';
    return new VoicebotError(code, cause.message, { retryable: !cause.nonRetryable, cause: error });
  }
  if (isAway(error)) {
    return new VoicebotError('dependency-unavailable', 'Temporal does not answer.', { retryable: true, cause: error });
  }
  return new VoicebotError('dependency-unavailable', `Temporal did not do its part: ${messageOf(cause)}`, {
    retryable: true,
    cause: error,
  });
}

/**
 * gRPC codes of a server that restarts, is out of reach or has too much to do: UNAVAILABLE, UNKNOWN and ABORTED of one that is going
 * down, RESOURCE_EXHAUSTED.
 */
const passing = new Set([14, 2, 10, 8]);

const failedPrecondition = 9;

/** What a call says whose worker was late, or is being replaced: another worker takes it in a moment. */
const workerWasLate = /workflow task in failed state|workflow is not ready/i;

/** The server was not there, or no worker for the call yet. */
export function isAway(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (!isGrpcServiceError(cause)) continue;
    return passing.has(cause.code) || (cause.code === failedPrecondition && workerWasLate.test(cause.details));
  }
  return false;
}
