import { and, desc, eq, inArray, sql } from 'drizzle-orm';
import type { Database } from './open.ts';
import { sessions, tenantOfSession, turnReviews, turns } from './schema.ts';

export interface TurnReview {
  readonly sessionId: string;
  readonly turn: number;
  readonly verdict: 'good' | 'bad';
  /** What should have been said. */
  readonly betterReply?: string | undefined;
}

/** What a person says about an answer; said again, the newer one counts. */
export async function reviewTurn(
  db: Database,
  {
    sessionId,
    turn,
    verdict,
    betterReply = null,
  }: Omit<TurnReview, 'betterReply'> & { readonly betterReply?: string | null | undefined },
): Promise<void> {
  await db
    .insert(turnReviews)
    .values({ tenant: tenantOfSession(sessionId), sessionId, turn, verdict, betterReply })
    .onConflictDoUpdate({ target: [turnReviews.sessionId, turnReviews.turn], set: { verdict, betterReply } });
}

export interface TrainingTurn {
  readonly sessionId: string;
  readonly turn: number;
  readonly transcript: string;
  /** What was said and found good, or what should have been said. */
  readonly reply: string;
}

/**
 * Turns that people found good, or corrected, the newest first. Only what the model may say by itself teaches it: nothing that the bank
 * told one customer is ever trained on.
 * @param talk intents that the model answers by itself.
 */
export function reviewedTurns(db: Database, tenant: string, talk: readonly string[], limit: number): Promise<TrainingTurn[]> {
  return db
    .select({
      sessionId: turns.sessionId,
      turn: turns.turn,
      transcript: turns.transcript,
      reply: sql<string>`coalesce(${turnReviews.betterReply}, ${turns.reply})`,
    })
    .from(turnReviews)
    .innerJoin(turns, and(eq(turns.sessionId, turnReviews.sessionId), eq(turns.turn, turnReviews.turn)))
    .innerJoin(sessions, eq(sessions.id, turns.sessionId))
    .where(
      and(
        eq(sessions.tenant, tenant),
        inArray(turns.source, ['model', 'approved']),
        inArray(turns.intent, [...talk]),
        sql`(${turnReviews.verdict} = 'good' or ${turnReviews.betterReply} is not null)`,
        sql`${turns.transcript} <> ''`,
      ),
    )
    .orderBy(desc(turnReviews.createdAt), turns.sessionId, turns.turn)
    .limit(limit);
}

/** What people said about the turns of a call, by turn. */
export function reviewsOf(
  db: Database,
  sessionId: string,
): Promise<{ turn: number; verdict: 'good' | 'bad'; betterReply: string | null }[]> {
  const { turn, verdict, betterReply } = turnReviews;
  return db.select({ turn, verdict, betterReply }).from(turnReviews).where(eq(turnReviews.sessionId, sessionId)).orderBy(turn);
}
