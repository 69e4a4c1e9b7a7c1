import { registerAdapter } from '../db/adapters.ts';
import type { BlobStore } from '../db/blobs.ts';
import type { Database } from '../db/open.ts';
import { reviewedTurns } from '../db/turn-reviews.ts';
import type { AdapterMetrics } from '../domain/adapter.ts';
import { VoicebotError } from '../domain/errors.ts';
import { guardReply } from '../domain/facts-guard.ts';
import { promptFor } from '../domain/persona.ts';
import { redact } from '../domain/redact.ts';
import type { Assistants } from './assistants.ts';
import { runActivity } from './run-activity.ts';

/** What a training of an adapter reads and writes. All of it may run twice. */
export interface AdapterRecords {
  /** Reviewed turns as conversations, one a line, in the blob store. */
  buildDataset(input: {
    readonly name: string;
    readonly tenant: string;
  }): Promise<{ readonly dataset: string; readonly turns: number }>;
  registerAdapter(input: {
    readonly name: string;
    readonly baseModel: string;
    readonly file: string;
    readonly sha256: string;
    readonly metrics: AdapterMetrics;
  }): Promise<void>;
}

/** The newest reviews count. */
const maxTurns = 20_000;

export function createAdapterRecords(deps: {
  readonly db: Database;
  readonly blobs: BlobStore;
  readonly assistants: Pick<Assistants, 'current'>;
  readonly bankName: string;
}): AdapterRecords {
  const { db, blobs, assistants, bankName } = deps;
  return {
    buildDataset: ({ name, tenant }) =>
      runActivity(async () => {
        const intents = [...(await assistants.current(tenant)).intents.values()];
        const talk = intents.filter(({ does }) => does === 'chat').map(({ name }) => name);
        const reviewed = await reviewedTurns(db, tenant, talk, maxTurns);
        // The model is not taught to say what the guard would withhold.
        const sayable = reviewed.filter(({ reply }) => guardReply(reply, [], [bankName]).passed);
        const lines = sayable.map(({ transcript, reply }) => {
          const prompt = promptFor(bankName, [], redact(transcript), 0);
          return JSON.stringify({ messages: [...prompt, { role: 'assistant', content: redact(reply) }] });
        });
        const dataset = `training/${name}/dataset.jsonl`;
        await blobs.put(dataset, new TextEncoder().encode(`${lines.join('\n')}\n`), 'application/x-ndjson');
        return { dataset, turns: lines.length };
      }),
    registerAdapter: async (adapter) => {
      await runActivity(async () => {
        const registered = await registerAdapter(db, adapter);
        if (registered === 'exists') {
          throw new VoicebotError('conflict', `The name '${adapter.name}' has another adapter.`, {
            hint: 'Train under a new name.',
          });
        }
        return {};
      });
    },
  };
}
