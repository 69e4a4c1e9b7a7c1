import { randomUUID } from 'node:crypto';
import { type Client, ScheduleNotFoundError, type ScheduleOptions } from '@temporalio/client';
import type { Database } from '../db/open.ts';
import { findSession } from '../db/sessions.ts';
import type { Deletion, Retention } from '../domain/data-life.ts';
import { VoicebotError } from '../domain/errors.ts';
import type { eraseSession } from '../workflows/data-life.ts';
import { applyRetentionWorkflow, eraseSessionWorkflow, taskQueues } from '../workflows/definitions.ts';
import { notFound } from './problem.ts';
import { putSchedule } from './put-schedule.ts';
import { TemporalRequests } from './temporal-requests.ts';

export interface DataLifeOptions {
  readonly client: Client;
  readonly db: Database;
  readonly retention: Retention;
  /** IANA time zone in which it is night. */
  readonly timeZone: string;
  readonly waitMs: number;
}

const scheduleId = 'retention';
const atNight = '17 3 * * *';
/** An erasure is waited for so long; it goes on all the same. */
const erasureWaitMs = 60_000;

/** Deletes what callers have said, in time and when it is asked for. */
export class DataLife {
  readonly #options: DataLifeOptions;
  readonly #temporal: TemporalRequests;

  constructor(options: DataLifeOptions) {
    this.#options = options;
    this.#temporal = new TemporalRequests(options.client);
  }

  stop(): void {
    this.#temporal.stop();
  }

  /** Makes the schedule of the night as the configuration has it, or ends it where nothing is to be deleted. */
  async schedule(): Promise<void> {
    const { client, retention, timeZone, waitMs } = this.#options;
    const handle = client.schedule.getHandle(scheduleId);
    const none = retention.sessionsDays === undefined && retention.audioDays === undefined;
    const options: ScheduleOptions = {
      scheduleId,
      spec: { cronExpressions: [atNight], timezone: timeZone },
      policies: { overlap: 'SKIP', catchupWindow: '1 day' },
      action: {
        type: 'startWorkflow',
        workflowType: applyRetentionWorkflow,
        workflowId: 'retention',
        taskQueue: taskQueues.calls,
        args: [retention],
        staticSummary: 'Deletes what has been kept long enough',
      },
    };
    await this.#temporal.ask(waitMs, async () => {
      const known = await handle.describe().catch((error) => {
        if (error instanceof ScheduleNotFoundError) return undefined;
        throw error;
      });
      if (none) return known && handle.delete();
      await putSchedule(client, known !== undefined, options);
    });
  }

  /**
   * Deletes a session with all that belongs to it.
   * @throws VoicebotError `not-found`; `conflict` while its call runs; `timeout` where it takes longer, and goes on.
   */
  async erase(sessionId: string, requestedBy: string): Promise<Deletion> {
    const { client, db } = this.#options;
    const session = await findSession(db, sessionId);
    if (!session) throw notFound(`There is no session '${sessionId}'.`);
    if (session.status === 'active') {
      throw new VoicebotError('conflict', `The session '${sessionId}' is active.`, { hint: 'End it first.' });
    }
    const id = randomUUID();
    const { tenant } = session;
    const deleted = await this.#temporal.ask(erasureWaitMs, () =>
      client.workflow.execute<typeof eraseSession>(eraseSessionWorkflow, {
        // Its own name would keep what is to be forgotten.
        workflowId: `erasure-${id}`,
        taskQueue: taskQueues.calls,
        args: [{ id, sessionId, tenant, requestedBy }],
        staticSummary: 'Erases a session',
      }),
    );
    return { id, atMs: Date.now(), tenant, reason: 'erasure', sessionId, requestedBy, deleted };
  }
}
