import { and, cosineDistance, eq, gt, sql } from 'drizzle-orm';
import type { Database } from './open.ts';
import { cacheEntries } from './schema.ts';

export interface CachedAnswer {
  readonly id: string;
  readonly question: string;
  readonly reply: string;
  /** Cosine similarity; 1 for the same question. */
  readonly similarity: number;
}

const alive = () => gt(cacheEntries.expiresAt, new Date());

/** The answer to the very same question. */
export async function findExact(db: Database, language: string, questionKey: string): Promise<CachedAnswer | undefined> {
  const [row] = await db
    .select({ id: cacheEntries.id, question: cacheEntries.question, reply: cacheEntries.reply })
    .from(cacheEntries)
    .where(and(eq(cacheEntries.language, language), eq(cacheEntries.questionKey, questionKey), alive()));
  return row && { ...row, similarity: 1 };
}

/** The answer to the most similar question, whatever its similarity. */
export async function findNearest(db: Database, language: string, embedding: Float32Array): Promise<CachedAnswer | undefined> {
  const distance = cosineDistance(cacheEntries.embedding, [...embedding]);
  const [row] = await db
    .select({
      id: cacheEntries.id,
      question: cacheEntries.question,
      reply: cacheEntries.reply,
      distance: sql<number>`${distance}`,
    })
    .from(cacheEntries)
    .where(and(eq(cacheEntries.language, language), alive()))
    .orderBy(distance)
    .limit(1);
  return row && { id: row.id, question: row.question, reply: row.reply, similarity: 1 - Number(row.distance) };
}

export async function countHit(db: Database, id: string): Promise<void> {
  await db
    .update(cacheEntries)
    .set({ hits: sql`${cacheEntries.hits} + 1` })
    .where(eq(cacheEntries.id, id));
}

export interface NewAnswer {
  readonly question: string;
  readonly questionKey: string;
  readonly language: string;
  readonly reply: string;
  readonly embedding: Float32Array;
  readonly ttlSeconds: number;
}

/** Keeps an answer; a newer one to the same question takes its place. */
export async function putAnswer(db: Database, answer: NewAnswer): Promise<void> {
  const { question, questionKey, language, reply, ttlSeconds } = answer;
  const embedding = [...answer.embedding];
  const expiresAt = new Date(Date.now() + ttlSeconds * 1000);
  await db
    .insert(cacheEntries)
    .values({ question, questionKey, language, reply, embedding, expiresAt })
    .onConflictDoUpdate({
      target: [cacheEntries.language, cacheEntries.questionKey],
      set: { question, reply, embedding, expiresAt },
    });
}
