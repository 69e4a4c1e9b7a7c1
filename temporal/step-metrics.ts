import type { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import type { Metrics } from '../telemetry/metrics.ts';
import type { TaskQueue } from '../workflows/definitions.ts';

/** Measures every step of a worker: how long it waited in its queue, and how long it took. */
export class StepMetrics implements ActivityInboundCallsInterceptor {
  readonly #context: Context;
  readonly #queue: TaskQueue;
  readonly #metrics: Metrics;

  constructor(context: Context, queue: TaskQueue, metrics: Metrics) {
    this.#context = context;
    this.#queue = queue;
    this.#metrics = metrics;
  }

  async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>): Promise<unknown> {
    const { activityType: step, attempt, currentAttemptScheduledTimestampMs } = this.#context.info;
    const labels = { queue: this.#queue, step };
    const { stepQueue, stepDuration, stepsRunning, stepRetries } = this.#metrics;
    stepQueue.observe(labels, Math.max(0, Date.now() - currentAttemptScheduledTimestampMs) / 1000);
    if (attempt > 1) stepRetries.inc(labels);
    stepsRunning.inc({ queue: this.#queue });
    const done = stepDuration.startTimer(labels);
    try {
      const result = await next(input);
      done({ result: 'completed' });
      return result;
    } catch (error) {
      done({ result: resultOf(error) });
      throw error;
    } finally {
      stepsRunning.dec({ queue: this.#queue });
    }
  }
}

function resultOf(error: unknown): string {
  if (error instanceof CancelledFailure) return 'cancelled';
  return error instanceof ApplicationFailure && error.type === 'handed-over' ? 'handed-over' : 'failed';
}
