import { and, desc, eq, exists, gt, lt, sql } from 'drizzle-orm';
import type { Exchange, TurnOutcome } from '../domain/call.ts';
import { findRecording } from './blobs.ts';
import type { Database } from './open.ts';
import { recordings, sessions, turnMetrics, turns } from './schema.ts';

export type TurnRow = typeof turns.$inferSelect;

/** What was kept of a turn. */
export interface KeptTurn {
  /** Where it was answered. */
  readonly outcome?: TurnOutcome;
  /** Its words, empty where nothing was understood. */
  readonly transcript: string;
  readonly language: string;
  readonly audioMs: number;
  /** Key of what was heard, in the blob store. */
  readonly recording?: string;
  /** How often it has failed. */
  readonly failures: number;
  /** What was said before it, oldest first. */
  readonly history: readonly Exchange[];
}

/** Exchanges that the model may be reminded of. */
const keptExchanges = 20;

/** What is known of a turn; of one that was never recorded, what was said before it. */
export async function recallTurn(db: Database, sessionId: string, turn: number): Promise<KeptTurn> {
  const thisTurn = and(eq(turns.sessionId, sessionId), eq(turns.turn, turn));
  const [row] = await db.select().from(turns).where(thisTurn);
  const before = await db
    .select({ transcript: turns.transcript, reply: sql<string>`coalesce(${turns.heardReply}, ${turns.reply})` })
    .from(turns)
    .where(and(eq(turns.sessionId, sessionId), lt(turns.turn, turn), eq(turns.status, 'answered')))
    .orderBy(desc(turns.turn))
    .limit(keptExchanges);
  const history = before.filter(({ transcript }) => transcript !== '').reverse();
  if (!row) return { transcript: '', language: '', audioMs: 0, failures: 0, history };
  const known = { transcript: row.transcript, language: row.language, audioMs: row.audioMs, history };
  if (row.status === 'answered') return { ...known, outcome: await outcomeOf(db, row), failures: row.retries };
  const heard = await findRecording(db, sessionId, turn, 'heard');
  return { ...known, ...(heard ? { recording: heard.blobKey } : {}), failures: row.retries + 1 };
}

async function outcomeOf(db: Database, row: TurnRow): Promise<TurnOutcome> {
  const { sessionId, turn, transcript, language, reply, source, intent, audioMs, spokenMs, heardReply, interrupted } = row;
  const [total] = await db
    .select({ workMs: turnMetrics.workMs })
    .from(turnMetrics)
    .where(and(eq(turnMetrics.sessionId, sessionId), eq(turnMetrics.turn, turn), eq(turnMetrics.step, 'total')));
  return {
    ...{ turn, status: 'answered', transcript, language, reply, source, intent, audioMs, spokenMs },
    timings: { totalMs: total?.workMs ?? 0 },
    ...(row.retries === 0 ? {} : { retries: row.retries }),
    ...(heardReply === null ? {} : { playback: { turn, heardReply, playedMs: spokenMs, interrupted } }),
  };
}

export interface FailedTurn extends Pick<TurnRow, 'sessionId' | 'turn' | 'transcript' | 'retries' | 'createdAt'> {
  readonly errorStep: string | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  /** What the caller said is there as audio. */
  readonly hasAudio: boolean;
}

/** The place after which a list goes on. */
export interface TurnCursor {
  readonly at: Date;
  readonly sessionId: string;
  readonly turn: number;
}

/** Failed turns of all calls, newest first. */
export function listFailedTurns(
  db: Database,
  { tenant, limit, after }: { tenant?: string | undefined; limit: number; after?: TurnCursor | undefined },
): Promise<FailedTurn[]> {
  const audio = db
    .select({ one: sql`1` })
    .from(recordings)
    .where(and(eq(recordings.sessionId, turns.sessionId), eq(recordings.turn, turns.turn), eq(recordings.kind, 'heard')));
  const older =
    after &&
    sql`(${turns.createdAt}, ${turns.sessionId}, ${turns.turn}) < (${after.at.toISOString()}::timestamptz, ${after.sessionId}, ${after.turn})`;
  const session = db
    .select({ one: sql`1` })
    .from(sessions)
    .where(and(eq(sessions.id, turns.sessionId), eq(sessions.tenant, tenant ?? '')));
  const its = tenant === undefined ? undefined : exists(session);
  return db
    .select({
      sessionId: turns.sessionId,
      turn: turns.turn,
      transcript: turns.transcript,
      errorStep: turns.errorStep,
      errorCode: turns.errorCode,
      errorMessage: turns.errorMessage,
      retries: turns.retries,
      createdAt: turns.createdAt,
      hasAudio: sql<boolean>`exists (${audio})`,
    })
    .from(turns)
    .where(and(eq(turns.status, 'failed'), its, older))
    .orderBy(desc(turns.createdAt), desc(turns.sessionId), desc(turns.turn))
    .limit(limit);
}

export async function findTurn(db: Database, sessionId: string, turn: number): Promise<TurnRow | undefined> {
  return (
    await db
      .select()
      .from(turns)
      .where(and(eq(turns.sessionId, sessionId), eq(turns.turn, turn)))
  )[0];
}

export interface TurnStep {
  readonly step: string;
  /** It waited so long for a worker; null where a step has no queue. */
  readonly queueMs: number | null;
  readonly workMs: number;
}

/** Where the time of a turn went; `total` is all of it. */
export async function stepsOfTurn(db: Database, sessionId: string, turn: number): Promise<TurnStep[]> {
  return db
    .select({ step: turnMetrics.step, queueMs: turnMetrics.queueMs, workMs: turnMetrics.workMs })
    .from(turnMetrics)
    .where(and(eq(turnMetrics.sessionId, sessionId), eq(turnMetrics.turn, turn)));
}

/** Turns of a call, oldest first, from the one after `after` on. */
export function listTurns(
  db: Database,
  sessionId: string,
  { after = 0, limit }: { after?: number; limit: number },
): Promise<TurnRow[]> {
  return db
    .select()
    .from(turns)
    .where(and(eq(turns.sessionId, sessionId), gt(turns.turn, after)))
    .orderBy(turns.turn)
    .limit(limit);
}

/** The latest turns of a call, oldest first. */
export async function latestTurns(db: Database, sessionId: string, limit: number): Promise<TurnRow[]> {
  const newest = await db.select().from(turns).where(eq(turns.sessionId, sessionId)).orderBy(desc(turns.turn)).limit(limit);
  return newest.reverse();
}
