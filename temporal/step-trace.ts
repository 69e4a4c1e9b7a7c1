import { type Context, context, propagation, ROOT_CONTEXT } from '@opentelemetry/api';
import type { Context as StepContext } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure, defaultPayloadConverter, type Headers } from '@temporalio/common';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import { sessionOf } from '../domain/session-id.ts';
import { contextOf } from '../telemetry/call-trace.ts';
import { inLogContext } from '../telemetry/log-context.ts';
import type { Logger } from '../telemetry/logger.ts';
import { traced } from '../telemetry/tracing.ts';
import { tenantHeader, traceHeader, turnHeader } from '../workflows/definitions.ts';

/** Takes every step in a span of its own, below the turn that it belongs to or else below its workflow, and says in its log lines what it is about. */
export class StepTrace implements ActivityInboundCallsInterceptor {
  readonly #step: StepContext;
  readonly #logger: Logger;

  constructor(step: StepContext, logger: Logger) {
    this.#step = step;
    this.#logger = logger;
  }

  execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>): Promise<unknown> {
    const {
      activityType: step,
      activityId,
      attempt,
      taskQueue,
      workflowExecution,
      currentAttemptScheduledTimestampMs,
    } = this.#step.info;
    const { workflowId = '', runId = '' } = workflowExecution ?? {};
    const tenant = inHeader<string>(input.headers, tenantHeader);
    const turn = inHeader<number>(input.headers, turnHeader);
    const attributes = {
      'temporal.workflow_id': workflowId,
      'temporal.run_id': runId,
      'temporal.activity_id': activityId,
      'temporal.task_queue': taskQueue,
      'temporal.attempt': attempt,
      'voicebot.queue_ms': Math.max(0, Date.now() - currentAttemptScheduledTimestampMs),
      ...(tenant === undefined ? {} : { 'voicebot.tenant': tenant }),
      ...(turn === undefined ? {} : { 'voicebot.turn': turn }),
    };
    return inLogContext({ tenant, sessionId: sessionOf(workflowId), workflowId, turn, step, attempt }, () =>
      context.with(parentOf(input.headers, workflowId), () =>
        traced(`step ${step}`, attributes, () => this.#logged(() => next(input))),
      ),
    );
  }

  async #logged(work: () => Promise<unknown>): Promise<unknown> {
    const startedAt = performance.now();
    const workMs = () => Math.round(performance.now() - startedAt);
    try {
      const result = await work();
      this.#logger.debug({ workMs: workMs() }, 'step taken');
      return result;
    } catch (error) {
      const cancelled =
        error instanceof CancelledFailure || (error instanceof ApplicationFailure && error.type === 'handed-over');
      const code = error instanceof ApplicationFailure ? error.type : error instanceof Error ? error.name : typeof error;
      // Its words may be somebody's; what kind it is and where it was says enough.
      this.#logger[cancelled ? 'debug' : 'warn']({ workMs: workMs(), code }, cancelled ? 'step stopped' : 'step failed');
      throw error;
    }
  }
}

function inHeader<T>(headers: Headers, name: string): T | undefined {
  const payload = headers[name];
  return payload === undefined ? undefined : defaultPayloadConverter.fromPayload<T>(payload);
}

function parentOf(headers: Headers, workflowId: string): Context {
  const carrier = inHeader<Record<string, string>>(headers, traceHeader);
  return carrier ? propagation.extract(ROOT_CONTEXT, carrier) : contextOf(workflowId);
}
