import { ActivityFailure, ApplicationFailure, isCancellation, TimeoutFailure } from '@temporalio/workflow';
import type { NextStep, ReplySource, TurnError, TurnTimings } from '../domain/call.ts';

/** What a turn answers. */
export interface Answer {
  readonly reply: string;
  readonly source: ReplySource;
  readonly spokenMs: number;
  readonly timings: Partial<TurnTimings>;
  readonly next?: NextStep | undefined;
}

/** A step that failed for good; carries what the turn says about it. */
export class StepFailed extends Error {
  readonly detail: TurnError;

  constructor(detail: TurnError) {
    super(detail.message);
    this.detail = detail;
  }
}

/** Runs a step and turns its final failure into what the turn reports. */
export async function step<T>(name: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (isCancellation(error)) throw error;
    throw new StepFailed(describeFailure(name, error));
  }
}

/** The final failure of a step, as it is told. */
export function describeFailure(name: string, error: unknown): TurnError {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof TimeoutFailure && cause.timeoutType === 'SCHEDULE_TO_START') {
    return { step: name, code: 'worker-unavailable', message: `No worker took the ${name} step in time.` };
  }
  if (cause instanceof TimeoutFailure) return { step: name, code: 'timeout', message: `The ${name} step took too long.` };
  if (cause instanceof ApplicationFailure) return { step: name, code: cause.type ?? 'engine-failed', message: cause.message };
  return { step: name, code: 'engine-failed', message: cause instanceof Error ? cause.message : String(cause) };
}
