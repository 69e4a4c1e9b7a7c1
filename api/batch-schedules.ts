import { type Client, type ScheduleDescription, ScheduleNotFoundError, type ScheduleOptions } from '@temporalio/client';
import { isVoicebotError, messageOf, VoicebotError } from '../domain/errors.ts';
import { batchIdOf, type ScheduledBatch } from '../domain/messages/scheduled-batch.ts';
import { scheduledBatchWorkflow, taskQueues } from '../workflows/definitions.ts';
import { notFound } from './problem.ts';
import { putSchedule } from './put-schedule.ts';
import { fromTemporal, isAway } from './temporal-errors.ts';
import { TemporalRequests } from './temporal-requests.ts';

export interface ScheduleRequest extends ScheduledBatch {
  /** Five fields, as cron has them. */
  readonly cron: string;
  /** IANA time zone. */
  readonly timeZone: string;
}

export interface ScheduleStatus {
  readonly id: string;
  readonly name: string;
  readonly cron: string;
  readonly timeZone: string;
  readonly source: string;
  readonly nextAt: readonly string[];
  /** The latest batches, the oldest first. */
  readonly batches: readonly { readonly at: string; readonly id: string }[];
}

/** What the schedule says of itself beside its action. */
interface Memo {
  readonly cron: string;
  readonly timeZone: string;
  readonly scheduled: ScheduledBatch;
}

/** A run that was missed because Temporal was down is made up for within a day. */
const catchupWindow = '1 day';

/** Batches that are made again and again: Temporal Schedules. */
export class BatchSchedules {
  readonly #client: Client;
  readonly #temporal: TemporalRequests;
  readonly #waitMs: number;

  constructor({ client, waitMs }: { readonly client: Client; readonly waitMs: number }) {
    this.#client = client;
    this.#waitMs = waitMs;
    this.#temporal = new TemporalRequests(client);
  }

  stop(): void {
    this.#temporal.stop();
  }

  /** Makes a schedule, or changes the one of that id. @throws VoicebotError `invalid-request` for a time that Temporal cannot read. */
  async put(request: ScheduleRequest): Promise<ScheduleStatus> {
    const { cron, timeZone, ...scheduled } = request;
    const { tenant, name } = scheduled.request;
    const memo: Memo = { cron, timeZone, scheduled };
    const options: ScheduleOptions = {
      scheduleId: scheduleIdOf(tenant, scheduled.id),
      spec: { cronExpressions: [cron], timezone: timeZone },
      policies: { overlap: 'SKIP', catchupWindow },
      action: {
        type: 'startWorkflow',
        workflowType: scheduledBatchWorkflow,
        workflowId: `scheduled-batch-${tenant}/${scheduled.id}`,
        taskQueue: taskQueues.calls,
        args: [scheduled],
        memo: { ...memo },
        staticSummary: `Scheduled batch ${name}`,
      },
    };
    const known = await this.#find(tenant, scheduled.id);
    try {
      await this.#temporal.within(this.#waitMs, () => putSchedule(this.#client, known !== undefined, options));
    } catch (error) {
      // What the server says of a time that it cannot read has no code of its own.
      if (isVoicebotError(error) || isAway(error)) throw fromTemporal(error);
      throw new VoicebotError('invalid-request', `The schedule '${cron}' in ${timeZone} cannot be read: ${messageOf(error)}`, {
        hint: 'Five fields as cron has them, such as "0 2 * * *", and an IANA time zone such as Europe/Zurich.',
        cause: error,
      });
    }
    return this.status(tenant, scheduled.id);
  }

  async status(tenant: string, id: string): Promise<ScheduleStatus> {
    const description = await this.#find(tenant, id);
    if (!description) throw notFound(`There is no schedule '${id}'.`);
    return statusOf(description);
  }

  async list(tenant: string): Promise<ScheduleStatus[]> {
    const prefix = scheduleIdOf(tenant, '');
    return this.#temporal.ask(this.#waitMs, async () => {
      const ids: string[] = [];
      for await (const { scheduleId } of this.#client.schedule.list())
        if (scheduleId.startsWith(prefix)) ids.push(scheduleId.slice(prefix.length));
      const found = await Promise.all(ids.sort().map((id) => this.#find(tenant, id)));
      return found.filter((one) => one !== undefined).map(statusOf);
    });
  }

  /** Makes its batch now. */
  async run(tenant: string, id: string): Promise<ScheduleStatus> {
    await this.status(tenant, id);
    await this.#temporal.ask(this.#waitMs, () => this.#handleOf(tenant, id).trigger());
    return this.status(tenant, id);
  }

  /** Ends the schedule; batches that it has begun go on. */
  async remove(tenant: string, id: string): Promise<void> {
    await this.status(tenant, id);
    await this.#temporal.ask(this.#waitMs, () => this.#handleOf(tenant, id).delete());
  }

  async #find(tenant: string, id: string): Promise<ScheduleDescription | undefined> {
    try {
      return await this.#temporal.within(this.#waitMs, () => this.#handleOf(tenant, id).describe());
    } catch (error) {
      if (error instanceof ScheduleNotFoundError) return undefined;
      throw fromTemporal(error);
    }
  }

  #handleOf(tenant: string, id: string) {
    return this.#client.schedule.getHandle(scheduleIdOf(tenant, id));
  }
}

const scheduleIdOf = (tenant: string, id: string) => `batch-schedule-${tenant}/${id}`;

function statusOf({ action, info }: ScheduleDescription): ScheduleStatus {
  const { cron, timeZone, scheduled } = action.memo as unknown as Memo;
  const { id, source, request } = scheduled;
  const batches = info.recentActions.map(({ takenAt, action: { workflow } }) => ({
    at: takenAt.toISOString(),
    id: batchIdOf(id, workflow.workflowId),
  }));
  return {
    id,
    name: request.name,
    cron,
    timeZone,
    source,
    nextAt: info.nextActionTimes.slice(0, 3).map((at) => at.toISOString()),
    batches,
  };
}
