import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { type Client, type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';
import { type BatchRow as BatchRecord, findBatch, itemCounts, keepBatch, reopenFailed, setBatchState } from '../db/batches.ts';
import type { Database } from '../db/open.ts';
import { VoicebotError } from '../domain/errors.ts';
import {
  assertSomething,
  type BatchDefaults,
  type BatchItem,
  type BatchRow,
  isRejected,
  type RejectedRow,
  RowChecker,
} from '../domain/messages/batch-item.ts';
import type { ItemCounts } from '../domain/messages/message.ts';
import { chooseEngine, type EngineChoice } from '../domain/voices/engine.ts';
import type { batch } from '../workflows/batch.ts';
import { type BatchInput, batchProgress, batchWorkflow, pauseBatch, resumeBatch, taskQueues } from '../workflows/definitions.ts';
import { notFound } from './problem.ts';
import { TemporalRequests } from './temporal-requests.ts';
import type { VoiceEngines } from './voice-engines.ts';

export interface BatchRequest {
  readonly tenant: string;
  readonly id: string;
  readonly name: string;
  readonly language: string;
  readonly tags: readonly string[];
  readonly loudnessLufs: number;
  readonly check: boolean;
  readonly approvedBy?: string | undefined;
  /** All of it should be there after so long; decides what `auto` may be. */
  readonly deadlineMs?: number | undefined;
  readonly defaults: BatchDefaults;
}

export interface BatchStatus extends BatchRecord {
  readonly counts: ItemCounts;
  /** Items that are under way now; unknown where the workflow cannot be asked. */
  readonly running: number | null;
}

export interface BatchServiceOptions {
  readonly client: Client;
  readonly db: Database;
  readonly engines: VoiceEngines;
  /** Items of each engine under way at a time. */
  readonly window?: number | undefined;
  /** How long Temporal may take to answer. */
  readonly waitMs: number;
}

/** More rows than this belong in several batches. */
export const maxRows = 100_000;

/** Rows that are checked before callers are looked after again. */
const rowsAtOnce = 500;

const workflowIdOf = (tenant: string, id: string) => `batch-${tenant}-${id}`;

/** Batches of messages: checked and kept here, made by a workflow each. */
export class BatchService {
  readonly #options: BatchServiceOptions;
  readonly #temporal: TemporalRequests;

  constructor(options: BatchServiceOptions) {
    this.#options = options;
    this.#temporal = new TemporalRequests(options.client);
  }

  /** Gives up what is still asked of Temporal. */
  stop(): void {
    this.#temporal.stop();
  }

  /**
   * Checks all rows, keeps them, and starts to make those that can be made. The same id with the same request is the same batch.
   * @throws VoicebotError `conflict` for an id of another request, `invalid-request` where no row can be made, `too-large`.
   */
  async create(request: BatchRequest, rows: AsyncIterable<BatchRow | RejectedRow>): Promise<BatchStatus> {
    const { db } = this.#options;
    const { tenant, id, defaults, deadlineMs, ...about } = request;
    const read: (BatchRow | RejectedRow)[] = [];
    for await (const row of rows) {
      if (read.length === maxRows) {
        throw new VoicebotError('too-large', `The batch has more than ${maxRows} rows.`, {
          hint: 'Split it into several batches.',
        });
      }
      read.push(row);
    }
    const { checked, choice } = await this.#check(read, request);
    const makeable = checked.filter((row) => !isRejected(row)).length;
    assertSomething(makeable, checked.filter(isRejected));
    const requestHash = createHash('sha256')
      .update(JSON.stringify([about, defaults, read]))
      .digest('hex');
    const kept = await keepBatch(
      db,
      {
        tenant,
        id,
        requestHash,
        ...about,
        tags: [...about.tags],
        approvedBy: about.approvedBy ?? null,
        engineChoice: choice ?? null,
      },
      checked,
    );
    if (kept === 'other') {
      throw new VoicebotError('conflict', `The batch '${id}' exists, and is another one.`, { hint: 'Choose another id.' });
    }
    if (kept === 'kept') await setBatchState(db, tenant, id, 'running');
    const { state } = await this.#known(tenant, id);
    // Also where an earlier request was cut off before it could.
    if (state === 'running') await this.#start({ tenant, batchId: id }, about.name);
    return this.status(tenant, id);
  }

  async #check(rows: readonly (BatchRow | RejectedRow)[], { defaults, deadlineMs }: BatchRequest) {
    const { engines } = this.#options;
    const outlook = await engines.outlooks();
    // A row that nobody could speak decides nothing for the others.
    const most = Math.max(0, ...engines.catalogue.filter((one) => outlook(one).available).map((one) => one.maxCharacters));
    const lengths = rows
      .map((row) => ('code' in row ? 0 : (row.text ?? defaults.text ?? '').length))
      .filter((length) => length <= most);
    let choice: EngineChoice | undefined;
    const checker = new RowChecker({
      catalogue: engines.catalogue,
      defaults,
      available: (engine) => outlook(engine).available,
      chosen: () => {
        choice ??= chooseEngine(
          engines.catalogue,
          {
            use: 'batch',
            longestCharacters: lengths.reduce((a, b) => Math.max(a, b), 0),
            totalCharacters: lengths.reduce((a, b) => a + b, 0),
            deadlineMs,
          },
          outlook,
        );
        return choice.engine;
      },
    });
    const checked: (BatchItem | RejectedRow)[] = [];
    for (const [i, row] of rows.entries()) {
      checked.push('code' in row ? row : checker.check(row));
      if (i % rowsAtOnce === 0) await setImmediate();
    }
    return { checked, choice: choice && `${choice.engine.id}: ${choice.why}` };
  }

  async status(tenant: string, id: string): Promise<BatchStatus> {
    const { db } = this.#options;
    const [row, counts] = [await this.#known(tenant, id), await itemCounts(db, tenant, id)];
    const live = row.state === 'running' || row.state === 'paused';
    const progress = live
      ? await this.#ask(() => this.#handleOf(tenant, id).query(batchProgress)).catch(() => undefined)
      : undefined;
    return { ...row, counts, running: live ? (progress?.running ?? null) : 0 };
  }

  /** Begins no further item. @throws VoicebotError `conflict` for a batch that has ended. */
  async pause(tenant: string, id: string): Promise<BatchStatus> {
    await this.#tell(tenant, id, (handle) => handle.signal(pauseBatch));
    await setBatchState(this.#options.db, tenant, id, 'paused');
    return this.status(tenant, id);
  }

  async resume(tenant: string, id: string): Promise<BatchStatus> {
    await this.#tell(tenant, id, (handle) => handle.signal(resumeBatch));
    await setBatchState(this.#options.db, tenant, id, 'running');
    return this.status(tenant, id);
  }

  /** Makes nothing more; what was made stays. */
  async cancel(tenant: string, id: string): Promise<BatchStatus> {
    const { state } = await this.#known(tenant, id);
    if (state === 'cancelled' || state === 'done') return this.status(tenant, id);
    await this.#tell(tenant, id, async (handle) => {
      await handle.cancel();
      // It ends by being cancelled; what it does before that is soon done.
      await handle.result().catch(() => undefined);
    });
    await setBatchState(this.#options.db, tenant, id, 'cancelled');
    return this.status(tenant, id);
  }

  /** Makes what has failed, and what was left when the batch was cancelled. */
  async retry(tenant: string, id: string): Promise<BatchStatus> {
    const { db } = this.#options;
    const { name, state } = await this.#known(tenant, id);
    if (state !== 'done' && state !== 'cancelled') {
      throw new VoicebotError('conflict', `The batch '${id}' is ${state}.`, {
        hint: 'Failed items can be tried again once it has ended.',
      });
    }
    await reopenFailed(db, tenant, id);
    if ((await itemCounts(db, tenant, id)).pending > 0) {
      await setBatchState(db, tenant, id, 'running');
      // One that is still there is about to end, and would not see them.
      await this.#start({ tenant, batchId: id }, name, 'TERMINATE_EXISTING');
    }
    return this.status(tenant, id);
  }

  async #known(tenant: string, id: string): Promise<BatchRecord> {
    const row = await findBatch(this.#options.db, tenant, id);
    if (!row) throw notFound(`There is no batch '${id}'.`);
    return row;
  }

  async #start(
    input: BatchInput,
    name: string,
    workflowIdConflictPolicy: 'USE_EXISTING' | 'TERMINATE_EXISTING' = 'USE_EXISTING',
  ): Promise<void> {
    const { client, window } = this.#options;
    await this.#ask(() =>
      client.workflow.start<typeof batch>(batchWorkflow, {
        workflowId: workflowIdOf(input.tenant, input.batchId),
        workflowIdConflictPolicy,
        taskQueue: taskQueues.calls,
        args: [{ ...input, window }],
        staticSummary: `Batch ${name}`,
      }),
    );
  }

  async #tell(tenant: string, id: string, tell: (handle: WorkflowHandle<typeof batch>) => Promise<unknown>): Promise<void> {
    const { state } = await this.#known(tenant, id);
    const ended = () => new VoicebotError('conflict', `The batch '${id}' has ended (${state}).`);
    if (state === 'done' || state === 'cancelled') throw ended();
    try {
      await this.#temporal.within(this.#options.waitMs, () => tell(this.#handleOf(tenant, id)));
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) throw ended();
      throw error;
    }
  }

  #handleOf(tenant: string, id: string): WorkflowHandle<typeof batch> {
    return this.#options.client.workflow.getHandle<typeof batch>(workflowIdOf(tenant, id));
  }

  #ask<T>(request: () => Promise<T>): Promise<T> {
    return this.#temporal.ask(this.#options.waitMs, request);
  }
}
