import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { engineOutlooks } from '../db/engine-outlooks.ts';
import type { Database } from '../db/open.ts';
import { VoicebotError } from '../domain/errors.ts';
import type { ControlEngineInput, ControlEngineResult } from '../domain/voices/contract.ts';
import type { EngineOutlook, VoiceCatalogue, VoiceEngine, VoiceEngineId } from '../domain/voices/engine.ts';
import { pollersOf } from './health.ts';
import type { SingleSteps } from './single-steps.ts';

/** Temporal is asked for so long. */
const timeoutMs = 3_000;
/** A status is taken for true so long. */
const statusMs = 2_000;

export interface VoiceEnginesOptions {
  readonly catalogue: VoiceCatalogue;
  readonly client: Client;
  readonly namespace: string;
  readonly db: Database;
  readonly steps: Pick<SingleSteps, 'controlEngine'>;
}

/** The engines that speak, and what can be seen of them from here. */
export class VoiceEngines {
  readonly #options: VoiceEnginesOptions;
  readonly #statuses = new Map<VoiceEngineId, { at: number; status: Promise<ControlEngineResult | undefined> }>();

  constructor(options: VoiceEnginesOptions) {
    this.#options = options;
  }

  /** How the engine of one worker is; unknown where none answers in time. */
  async status(engine: VoiceEngine): Promise<ControlEngineResult | undefined> {
    const known = this.#statuses.get(engine.id);
    if (known && performance.now() - known.at < statusMs) return known.status;
    const late = sleep(timeoutMs, undefined, { ref: false });
    const status = Promise.race([this.control(engine, 'status'), late]).catch(() => undefined);
    this.#statuses.set(engine.id, { at: performance.now(), status });
    return status;
  }

  /** Has one worker load or free its model. @throws VoicebotError `engine-unavailable` that says what it needs. */
  async control(engine: VoiceEngine, wish: ControlEngineInput['wish']): Promise<ControlEngineResult> {
    // One goes where another comes: what was known of the others is not so any more.
    if (wish !== 'status') this.#statuses.clear();
    const result = await this.#options.steps.controlEngine({ engine: engine.id, wish });
    if (result.state !== 'unavailable') return result;
    throw new VoicebotError('engine-unavailable', result.why ?? `${engine.title} cannot be loaded.`, {
      hint: 'Free what else is on that GPU, or run the worker on another machine.',
    });
  }

  get catalogue(): VoiceCatalogue {
    return this.#options.catalogue;
  }

  /** Which engines have workers, and how fast they were. */
  async outlooks(): Promise<(engine: VoiceEngine) => EngineOutlook> {
    const { catalogue, client, namespace, db } = this.#options;
    return engineOutlooks(db, catalogue, (taskQueue) =>
      client.connection.withDeadline(Date.now() + timeoutMs, () => pollersOf(client, namespace, taskQueue)),
    );
  }
}
