import { type CachedAnswer, countHit, findExact, findNearest, putAnswer } from '../db/cache.ts';
import type { Database } from '../db/open.ts';
import { questionKey } from '../domain/cache-policy.ts';
import type { StepTiming } from '../domain/call.ts';
import { intentOf } from '../domain/intent.ts';
import { splitSentences } from '../domain/sentences.ts';
import type { Embedder } from '../engines/types.ts';
import { writePipe } from '../media/client.ts';
import { runActivity } from './run-activity.ts';
import { takePipe, writerRank } from './take-pipe.ts';

export interface LookupInput {
  readonly transcript: string;
  readonly language: string;
  /** Where an answer that is found goes at once, sentence by sentence, to who waits there to speak it. */
  readonly saidUrl?: string | undefined;
}

export interface LookupResult {
  readonly hit: { readonly reply: string; readonly question: string; readonly similarity: number } | null;
  /** Without what it takes to tell the one who speaks. */
  readonly searchMs: number;
  readonly timing: StepTiming;
}

export interface RememberInput {
  readonly question: string;
  readonly language: string;
  readonly reply: string;
}

export interface CacheActivities {
  lookup(input: LookupInput): Promise<LookupResult>;
  remember(input: RememberInput): Promise<void>;
}

export interface CacheDependencies {
  readonly db: Database;
  readonly embedder: Embedder;
  /** Least cosine similarity at which another wording counts as the same question. */
  readonly minSimilarity: number;
  readonly ttlSeconds: number;
}

export function createCacheActivities({ db, embedder, minSimilarity, ttlSeconds }: CacheDependencies): CacheActivities {
  async function search(transcript: string, language: string, signal: AbortSignal): Promise<CachedAnswer | undefined> {
    const exact = await findExact(db, language, questionKey(transcript));
    if (exact) return exact;
    // Near questions about banking can be opposites ("open", "close" an account); only the very same one may be served.
    if (intentOf(transcript) === 'banking') return undefined;
    const [embedding] = await embedder.embed([transcript], { signal, priority: 'urgent' });
    const nearest = embedding && (await findNearest(db, language, embedding));
    return nearest && nearest.similarity >= minSimilarity ? nearest : undefined;
  }
  return {
    lookup: ({ transcript, language, saidUrl }) =>
      runActivity(async (signal) => {
        const started = performance.now();
        const found = await search(transcript, language, signal);
        const searchMs = performance.now() - started;
        if (!found) return { hit: null, searchMs };
        if (saidUrl) {
          const { claim, writer } = await takePipe(saidUrl, signal, { rank: writerRank.lookup });
          const lines = splitSentences(found.reply).slice(claim.count);
          await writePipe(saidUrl, encoded(lines), { at: claim.count, writer, signal });
        }
        await countHit(db, found.id);
        return { hit: { reply: found.reply, question: found.question, similarity: found.similarity }, searchMs };
      }),
    remember: async ({ question, language, reply }) => {
      await runActivity(async (signal) => {
        const [embedding] = await embedder.embed([question], { signal, priority: 'batch' });
        if (embedding)
          await putAnswer(db, { question, questionKey: questionKey(question), language, reply, embedding, ttlSeconds });
        return {};
      });
    },
  };
}

async function* encoded(lines: readonly string[]): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for (const line of lines) yield encoder.encode(`${line}\n`);
}
