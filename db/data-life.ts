import { and, asc, desc, eq, gt, isNotNull, lt } from 'drizzle-orm';
import { type DeletedCounts, type Deletion, nothingDeleted } from '../domain/data-life.ts';
import type { BlobStore } from './blobs.ts';
import type { Database } from './open.ts';
import {
  cacheEntries,
  cacheReviews,
  callTokens,
  deletions,
  recordings,
  sessions,
  turnMetrics,
  turnReviews,
  turns,
} from './schema.ts';

export interface ExpiredSession {
  readonly id: string;
  readonly tenant: string;
}

/** Sessions that ended before a moment, the oldest first. */
export function sessionsEndedBefore(db: Database, before: Date, limit: number): Promise<ExpiredSession[]> {
  return db
    .select({ id: sessions.id, tenant: sessions.tenant })
    .from(sessions)
    .where(and(isNotNull(sessions.endedAt), lt(sessions.endedAt, before)))
    .orderBy(asc(sessions.endedAt))
    .limit(limit);
}

/** Deletes the audio that is older than a moment. @returns how many recordings. */
export async function deleteAudioBefore(db: Database, blobs: BlobStore, before: Date, limit: number): Promise<number> {
  const old = await db
    .select()
    .from(recordings)
    .where(lt(recordings.createdAt, before))
    .orderBy(asc(recordings.createdAt))
    .limit(limit);
  for (const { sessionId, turn, kind, blobKey } of old) {
    await blobs.delete(blobKey);
    await db
      .delete(recordings)
      .where(and(eq(recordings.sessionId, sessionId), eq(recordings.turn, turn), eq(recordings.kind, kind)));
  }
  return old.length;
}

/** Deletes what callers asked when the cache served them, and answers whose time is over. @returns how many questions. */
export async function deleteQuestionsBefore(db: Database, before: Date): Promise<number> {
  await db.delete(cacheEntries).where(lt(cacheEntries.expiresAt, new Date()));
  const gone = await db.delete(cacheReviews).where(lt(cacheReviews.createdAt, before)).returning({ id: cacheReviews.id });
  return gone.length;
}

/** Tenants whose sessions are kept. */
export async function tenantsWithSessions(db: Database): Promise<string[]> {
  const rows = await db.selectDistinct({ tenant: sessions.tenant }).from(sessions);
  return rows.map(({ tenant }) => tenant);
}

/**
 * Deletes a session with all that belongs to it. What is deleted twice is gone. Files go first: a row that is left leads to them, a file that
 * is left leads nowhere.
 */
export async function deleteSession(db: Database, blobs: BlobStore, sessionId: string): Promise<DeletedCounts> {
  const files = await db.select({ blobKey: recordings.blobKey }).from(recordings).where(eq(recordings.sessionId, sessionId));
  for (const { blobKey } of files) await blobs.delete(blobKey);
  return db.transaction(async (tx) => {
    const counted = async (rows: Promise<readonly unknown[]>) => (await rows).length;
    const audio = await counted(
      tx.delete(recordings).where(eq(recordings.sessionId, sessionId)).returning({ turn: recordings.turn }),
    );
    const reviews = await counted(
      tx.delete(turnReviews).where(eq(turnReviews.sessionId, sessionId)).returning({ turn: turnReviews.turn }),
    );
    const tokens = await counted(
      tx.delete(callTokens).where(eq(callTokens.sessionId, sessionId)).returning({ hash: callTokens.tokenHash }),
    );
    await tx.delete(turnMetrics).where(eq(turnMetrics.sessionId, sessionId));
    const its = await counted(tx.delete(turns).where(eq(turns.sessionId, sessionId)).returning({ turn: turns.turn }));
    const gone = await counted(tx.delete(sessions).where(eq(sessions.id, sessionId)).returning({ id: sessions.id }));
    return { ...nothingDeleted, sessions: gone, turns: its, recordings: audio, reviews, tokens };
  });
}

/** Keeps that something was deleted; doing it again changes nothing. */
export async function recordDeletion(db: Database, { atMs, ...deletion }: Deletion): Promise<void> {
  await db
    .insert(deletions)
    .values({ ...deletion, at: new Date(atMs) })
    .onConflictDoNothing();
}

export interface DeletionFilter {
  readonly tenant?: string | undefined;
  readonly limit: number;
  readonly after?: Date | undefined;
}

/** The newest first. */
export async function listDeletions(db: Database, { tenant, limit, after }: DeletionFilter): Promise<Deletion[]> {
  const rows = await db
    .select()
    .from(deletions)
    .where(and(tenant === undefined ? undefined : eq(deletions.tenant, tenant), after && gt(deletions.at, after)))
    .orderBy(desc(deletions.at))
    .limit(limit);
  return rows.map(({ at, ...row }) => ({ ...row, atMs: at.getTime() }));
}
