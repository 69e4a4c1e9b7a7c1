import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { recallTurn, type TurnRow } from '../db/kept-turns.ts';
import type { Database } from '../db/open.ts';
import { newDialog } from '../domain/dialog/state.ts';
import { type CallSettings, dryRunWorkflow, taskQueues } from '../workflows/definitions.ts';
import type { DryRunInput, DryRunResult, dryRun } from '../workflows/dry-run.ts';
import type { CallHistory } from './call-history.ts';
import type { CallTenants } from './call-tenants.ts';
import type { TemporalRequests } from './temporal-requests.ts';

export interface DryRunsOptions {
  readonly client: Client;
  readonly db: Database;
  readonly tenants: Pick<CallTenants, 'settingsOf'>;
  readonly history: CallHistory;
  readonly settings: CallSettings;
}

/** As a turn is understood. */
type UnderstandInput = DryRunInput['asked'];

export interface DryRun extends DryRunResult {
  /** Whether what the call knew before this turn is still in its history; else the turn is taken for the first one of a call. */
  readonly knowsCall: boolean;
}

/** A router that was never used is taught first. */
const dryRunMs = 150_000;

/** Takes turns again without their calls: what would be said, and why. */
export class DryRuns {
  readonly #options: DryRunsOptions;
  readonly #temporal: TemporalRequests;

  constructor(options: DryRunsOptions, temporal: TemporalRequests) {
    this.#options = options;
    this.#temporal = temporal;
  }

  /**
   * @param text said instead; what was said when unset.
   * @param assistant version that understands it instead; the call's when unset.
   */
  async of(row: TurnRow, { text, assistant }: { text?: string | undefined; assistant?: string | undefined }): Promise<DryRun> {
    const { client, db, tenants } = this.#options;
    const { sessionId, turn, tenant } = row;
    const [settings, kept, before] = await Promise.all([
      tenants.settingsOf(sessionId),
      recallTurn(db, sessionId, turn),
      this.#askedOf(sessionId, tenant, turn),
    ]);
    const { scope = { tenant, persona: '' }, workerWaitMs, stepTimeoutMs, canTransfer = false } = settings;
    const known: Pick<UnderstandInput, 'dialog' | 'persona' | 'adapter' | 'canTransfer' | 'mayEnd' | 'digits'> = before ?? {
      dialog: row.assistant === null ? newDialog : { ...newDialog, assistant: row.assistant },
      persona: scope.persona,
      canTransfer,
      mayEnd: true,
    };
    const { dialog, persona, adapter, mayEnd, digits } = known;
    const asked: UnderstandInput = {
      sessionId,
      transcript: text ?? row.transcript,
      language: row.language,
      dialog: assistant === undefined ? dialog : { ...dialog, assistant },
      tenant,
      persona,
      adapter,
      canTransfer: known.canTransfer,
      mayEnd,
      // Other words hold other digits.
      digits: text === undefined ? digits : undefined,
      lastReply: kept.history.at(-1)?.reply,
    };
    const input: DryRunInput = {
      key: `${sessionId}-${turn}`,
      tenant,
      bankName: scope.bankName,
      asked,
      history: kept.history,
      settings: { workerWaitMs, stepTimeoutMs },
    };
    const result = await this.#temporal.ask(dryRunMs, () =>
      client.workflow.execute<typeof dryRun>(dryRunWorkflow, {
        workflowId: `dry-run-${randomUUID()}`,
        taskQueue: taskQueues.calls,
        args: [input],
        workflowExecutionTimeout: dryRunMs,
        staticSummary: `Dry run of turn ${turn} of ${sessionId}`,
        priority: { fairnessKey: tenant },
      }),
    );
    return { ...result, knowsCall: before !== undefined };
  }

  /** What the call's own turn was understood from, by its history; undefined where that is gone. */
  async #askedOf(sessionId: string, tenant: string, turn: number): Promise<UnderstandInput | undefined> {
    for await (const step of this.#options.history.steps(sessionId, tenant, 'understand')) {
      if (step.turn === turn) return step.input as UnderstandInput;
    }
    return undefined;
  }
}
