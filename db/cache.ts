import { and, cosineDistance, eq, gt, type SQL, sql } from 'drizzle-orm';
import type { AnswerScope } from '../domain/answer-scope.ts';
import type { Database } from './open.ts';
import { cacheEntries, cacheReviews, cacheUse } from './schema.ts';

export interface CachedAnswer {
  readonly id: string;
  readonly question: string;
  readonly reply: string;
  readonly intent: string;
  readonly citations: readonly string[];
  /** What it took to make the answer. */
  readonly costMs: number;
  /** Cosine similarity; 1 for the same question. */
  readonly similarity: number;
}

const alive = () => gt(cacheEntries.expiresAt, new Date());

export function inScope({ tenant, language, persona, model, adapter, knowledgeVersion }: AnswerScope): SQL | undefined {
  return and(
    eq(cacheEntries.tenant, tenant),
    eq(cacheEntries.language, language),
    eq(cacheEntries.persona, persona),
    eq(cacheEntries.model, model),
    eq(cacheEntries.adapter, adapter),
    eq(cacheEntries.knowledgeVersion, knowledgeVersion),
  );
}

const shown = {
  id: cacheEntries.id,
  question: cacheEntries.question,
  reply: cacheEntries.reply,
  intent: cacheEntries.intent,
  citations: cacheEntries.citations,
  costMs: cacheEntries.costMs,
};

/** The answer to the very same question. */
export async function findExact(db: Database, scope: AnswerScope, questionKey: string): Promise<CachedAnswer | undefined> {
  const [row] = await db
    .select(shown)
    .from(cacheEntries)
    .where(and(inScope(scope), eq(cacheEntries.questionKey, questionKey), alive()));
  return row && { ...row, similarity: 1 };
}

/** The answers to the most similar questions, the nearest first, whatever their similarity. */
export async function findNearest(
  db: Database,
  scope: AnswerScope,
  embedding: Float32Array,
  limit: number,
): Promise<CachedAnswer[]> {
  const distance = cosineDistance(cacheEntries.embedding, [...embedding]);
  const rows = await db
    .select({ ...shown, distance: sql<number>`${distance}` })
    .from(cacheEntries)
    .where(and(inScope(scope), alive()))
    .orderBy(distance)
    .limit(limit);
  return rows
    .map(({ distance: far, ...row }) => ({ ...row, similarity: 1 - Number(far) }))
    .sort((a, b) => b.similarity - a.similarity);
}

/** Counts a look-up of today, and what a hit has saved. */
export async function countLookup(db: Database, tenant: string, hit: CachedAnswer | undefined, searchMs: number): Promise<void> {
  const day = new Date().toISOString().slice(0, 10);
  const saved = hit ? Math.max(0, hit.costMs - searchMs) : 0;
  await db
    .insert(cacheUse)
    .values({ tenant, day, hits: hit ? 1 : 0, misses: hit ? 0 : 1, savedMs: saved })
    .onConflictDoUpdate({
      target: [cacheUse.tenant, cacheUse.day],
      set: {
        hits: sql`${cacheUse.hits} + excluded.hits`,
        misses: sql`${cacheUse.misses} + excluded.misses`,
        savedMs: sql`${cacheUse.savedMs} + excluded.saved_ms`,
      },
    });
  if (hit) {
    await db
      .update(cacheEntries)
      .set({ hits: sql`${cacheEntries.hits} + 1` })
      .where(eq(cacheEntries.id, hit.id));
  }
}

/** A hit on another wording, for a person to judge. */
export async function queueReview(
  db: Database,
  review: { readonly tenant: string; readonly asked: string; readonly hit: CachedAnswer; readonly probability: number },
): Promise<void> {
  const { tenant, asked, hit, probability } = review;
  await db.insert(cacheReviews).values({ tenant, entryId: hit.id, asked, question: hit.question, reply: hit.reply, probability });
}

export interface NewAnswer {
  readonly scope: AnswerScope;
  readonly question: string;
  readonly questionKey: string;
  readonly reply: string;
  readonly intent: string;
  readonly citations: readonly string[];
  readonly costMs: number;
  readonly embedding: Float32Array;
  readonly ttlSeconds: number;
}

/** Keeps an answer; a newer one to the same question takes its place. */
export async function putAnswer(db: Database, answer: NewAnswer): Promise<void> {
  const { scope, question, questionKey, reply, intent, costMs, ttlSeconds } = answer;
  const embedding = [...answer.embedding];
  const citations = [...answer.citations];
  const expiresAt = new Date(Date.now() + ttlSeconds * 1000);
  await db
    .insert(cacheEntries)
    .values({ ...scope, question, questionKey, reply, intent, citations, costMs, embedding, expiresAt })
    .onConflictDoUpdate({
      target: [
        cacheEntries.tenant,
        cacheEntries.language,
        cacheEntries.persona,
        cacheEntries.model,
        cacheEntries.adapter,
        cacheEntries.knowledgeVersion,
        cacheEntries.questionKey,
      ],
      set: { question, reply, intent, citations, costMs, embedding, expiresAt },
    });
}
