import type { Client } from '@temporalio/client';
import type { Database } from '../db/open.ts';
import { measuredPaces } from '../db/renderings.ts';
import type { EngineOutlook, VoiceCatalogue, VoiceEngine, VoiceEngineId } from '../domain/voices/engine.ts';
import { pollersOf } from './health.ts';

/** Temporal is asked for so long. */
const timeoutMs = 3_000;

export interface VoiceEnginesOptions {
  readonly catalogue: VoiceCatalogue;
  readonly client: Client;
  readonly namespace: string;
  readonly db: Database;
}

/** The engines that speak, and what can be seen of them from here. */
export class VoiceEngines {
  readonly #options: VoiceEnginesOptions;

  constructor(options: VoiceEnginesOptions) {
    this.#options = options;
  }

  get catalogue(): VoiceCatalogue {
    return this.#options.catalogue;
  }

  /** Which engines have workers, and how fast they were. */
  async outlooks(): Promise<(engine: VoiceEngine) => EngineOutlook> {
    const { catalogue, client, namespace, db } = this.#options;
    const [paces, pollers] = await Promise.all([
      measuredPaces(db),
      Promise.all(
        catalogue.map(({ taskQueue }) =>
          client.connection.withDeadline(Date.now() + timeoutMs, () => pollersOf(client, namespace, taskQueue)).catch(() => 0),
        ),
      ),
    ]);
    const known = new Map<VoiceEngineId, EngineOutlook>(
      catalogue.map(({ id }, i) => [id, { available: (pollers[i] ?? 0) > 0, pace: paces.get(id) }]),
    );
    return ({ id }) => known.get(id) ?? { available: false };
  }
}
