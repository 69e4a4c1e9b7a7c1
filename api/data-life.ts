import { randomUUID } from 'node:crypto';
import { type Client, ScheduleNotFoundError, type ScheduleOptions } from '@temporalio/client';
import type { Database } from '../db/open.ts';
import { addCustomer, findSession, type SessionRow, sessionsOfCustomer } from '../db/sessions.ts';
import type { Deletion, Retention } from '../domain/data-life.ts';
import { VoicebotError } from '../domain/errors.ts';
import type { Sealer } from '../media/sealed.ts';
import type { eraseCustomer, eraseSession } from '../workflows/data-life.ts';
import { applyRetentionWorkflow, eraseCustomerWorkflow, eraseSessionWorkflow, taskQueues } from '../workflows/definitions.ts';
import { notFound } from './problem.ts';
import { putSchedule } from './put-schedule.ts';
import { TemporalRequests } from './temporal-requests.ts';

export interface DataLifeOptions {
  readonly client: Client;
  readonly db: Database;
  readonly sealer: Pick<Sealer, 'customerHash'>;
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

  /** Makes the schedule of the night as the configuration has it; tenants may have times of their own. */
  async schedule(): Promise<void> {
    const { client, retention, timeZone, waitMs } = this.#options;
    const handle = client.schedule.getHandle(scheduleId);
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
      await putSchedule(client, known !== undefined, options);
    });
  }

  /** Who began the call says whose it is: by the bank's number for the customer, or the number that they call from. Only a hash is kept. */
  async belongsTo(sessionId: string, tenant: string, customer: string): Promise<void> {
    await addCustomer(this.#options.db, sessionId, this.#options.sealer.customerHash(tenant, customer));
  }

  /** Calls of this customer. @param customer what the bank knows them by, as callers say it. */
  sessionsOf(tenant: string, customer: string): Promise<SessionRow[]> {
    const { db, sealer } = this.#options;
    return sessionsOfCustomer(db, sealer.customerHash(tenant, customer));
  }

  /** Deletes all calls of a customer. @throws VoicebotError `not-found`; `conflict` while one runs; `timeout` where it takes longer, and goes on. */
  async eraseCustomer(tenant: string, customer: string, requestedBy: string): Promise<Deletion> {
    const { client, sealer } = this.#options;
    const found = await this.sessionsOf(tenant, customer);
    if (found.length === 0) throw notFound('There is no call of this customer.');
    const active = found.find(({ status }) => status === 'active');
    if (active) throw new VoicebotError('conflict', `The session '${active.id}' is active.`, { hint: 'End it first.' });
    const id = randomUUID();
    const deleted = await this.#temporal.ask(erasureWaitMs, () =>
      client.workflow.execute<typeof eraseCustomer>(eraseCustomerWorkflow, {
        workflowId: `erasure-${id}`,
        taskQueue: taskQueues.calls,
        args: [{ id, tenant, customerHash: sealer.customerHash(tenant, customer), requestedBy }],
        staticSummary: 'Erases the sessions of a customer',
      }),
    );
    return { id, atMs: Date.now(), tenant, reason: 'erasure', sessionId: null, requestedBy, deleted };
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
