import type { Client } from '@temporalio/client';
import type { Payload } from '@temporalio/common';
import { workflowIdOf } from '../domain/session-id.ts';
import { turnHeader } from '../workflows/definitions.ts';
import { payloadValue } from './temporal-payloads.ts';
import type { TemporalRequests } from './temporal-requests.ts';

/** A step that a call has taken, as its history has it. */
export interface HistoryStep {
  /** Name of the activity. */
  readonly name: string;
  readonly turn: number | undefined;
  readonly at: Date;
  readonly input: unknown;
  /** `undefined` while it is under way. */
  readonly ended: 'completed' | 'failed' | 'timed-out' | 'cancelled' | undefined;
}

/** Runs of a call that are looked through, the latest first. */
const maxRuns = 50;

/** What a call has done, read from Temporal for as long as that keeps it. */
export class CallHistory {
  readonly #client: Client;
  readonly #temporal: TemporalRequests;
  readonly #waitMs: number;

  constructor(client: Client, temporal: TemporalRequests, waitMs: number) {
    this.#client = client;
    this.#temporal = temporal;
    this.#waitMs = waitMs;
  }

  /** Steps of one kind, run by run, the latest run first, the latest step of a run first. Nothing where the history is gone. */
  async *steps(sessionId: string, tenant: string, name: string): AsyncGenerator<HistoryStep> {
    const workflowId = workflowIdOf(sessionId, tenant);
    let runId: string | undefined;
    for (let run = 0; run < maxRuns; run++) {
      const handle = this.#client.workflow.getHandle(workflowId, runId);
      const events = await this.#temporal
        .within(this.#waitMs, () => handle.fetchHistory())
        .then(
          (history) => history.events ?? [],
          () => [],
        );
      const ends = new Map<string, HistoryStep['ended']>();
      for (const event of events) {
        const completed = event.activityTaskCompletedEventAttributes?.scheduledEventId;
        const failed = event.activityTaskFailedEventAttributes?.scheduledEventId;
        const timedOut = event.activityTaskTimedOutEventAttributes?.scheduledEventId;
        const cancelled = event.activityTaskCanceledEventAttributes?.scheduledEventId;
        if (completed) ends.set(String(completed), 'completed');
        if (failed) ends.set(String(failed), 'failed');
        if (timedOut) ends.set(String(timedOut), 'timed-out');
        if (cancelled) ends.set(String(cancelled), 'cancelled');
      }
      for (const event of [...events].reverse()) {
        const step = event.activityTaskScheduledEventAttributes;
        if (step?.activityType?.name !== name) continue;
        const turn = step.header?.fields?.[turnHeader] as Payload | undefined;
        const [payload] = step.input?.payloads ?? [];
        yield {
          name,
          turn: turn && Number(await payloadValue(this.#client, turn)),
          at: new Date(Number(event.eventTime?.seconds ?? 0) * 1000),
          input: payload && (await payloadValue(this.#client, payload as Payload)),
          ended: ends.get(String(event.eventId)),
        };
      }
      const before = events[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId;
      if (!before) return;
      runId = before;
    }
  }
}
