import { type Client, type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';
import { type BatchRow as BatchRecord, findBatch, itemCounts, markBatch, reopenFailed, setBatchState } from '../db/batches.ts';
import { newBatch } from '../db/new-batch.ts';
import type { Database } from '../db/open.ts';
import { VoicebotError } from '../domain/errors.ts';
import type { BatchRow, RejectedRow } from '../domain/messages/batch-item.ts';
import type { BatchRequest } from '../domain/messages/check-rows.ts';
import type { ItemCounts } from '../domain/messages/message.ts';
import type { batch } from '../workflows/batch.ts';
import {
  type BatchInput,
  batchProgress,
  batchWorkflow,
  batchWorkflowId,
  pauseBatch,
  resumeBatch,
  taskQueues,
} from '../workflows/definitions.ts';
import { notFound } from './problem.ts';
import { fromTemporal } from './temporal-errors.ts';
import { TemporalRequests } from './temporal-requests.ts';
import type { VoiceEngines } from './voice-engines.ts';

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
    const { db, engines } = this.#options;
    const outlook = await engines.outlooks();
    const { tenant, id, name, state } = await newBatch(db, request, rows, { catalogue: engines.catalogue, outlook });
    // Also where an earlier request was cut off before it could.
    if (state === 'running') await this.#start({ tenant, batchId: id }, name);
    return this.status(tenant, id);
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
    await markBatch(this.#options.db, tenant, id, 'paused');
    return this.status(tenant, id);
  }

  async resume(tenant: string, id: string): Promise<BatchStatus> {
    await this.#tell(tenant, id, (handle) => handle.signal(resumeBatch));
    await markBatch(this.#options.db, tenant, id, 'running');
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
    await markBatch(this.#options.db, tenant, id, 'cancelled');
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
        workflowId: batchWorkflowId(input.tenant, input.batchId),
        workflowIdConflictPolicy,
        taskQueue: taskQueues.calls,
        args: [{ ...input, window }],
        staticSummary: `Batch ${name}`,
      }),
    );
  }

  async #tell(tenant: string, id: string, tell: (handle: WorkflowHandle<typeof batch>) => Promise<unknown>): Promise<void> {
    const { state } = await this.#known(tenant, id);
    const ended = (how: string) =>
      new VoicebotError('conflict', `The batch '${id}' has ended (${how}).`, {
        hint: 'retry makes what has failed or was left.',
      });
    if (state === 'done' || state === 'cancelled') throw ended(state);
    try {
      await this.#temporal.within(this.#options.waitMs, () => tell(this.#handleOf(tenant, id)));
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw fromTemporal(error);
      // It is done by now, or somebody has terminated it.
      await markBatch(this.#options.db, tenant, id, 'cancelled');
      throw ended((await this.#known(tenant, id)).state);
    }
  }

  #handleOf(tenant: string, id: string): WorkflowHandle<typeof batch> {
    return this.#options.client.workflow.getHandle<typeof batch>(batchWorkflowId(tenant, id));
  }

  #ask<T>(request: () => Promise<T>): Promise<T> {
    return this.#temporal.ask(this.#options.waitMs, request);
  }
}
