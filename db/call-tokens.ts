import { and, eq, gt, isNull, lt } from 'drizzle-orm';
import { secretHash } from './api-keys.ts';
import type { Database } from './open.ts';
import { callTokens } from './schema.ts';

export type CallTokenRow = typeof callTokens.$inferSelect;

export interface NewCallToken {
  readonly token: string;
  readonly tenant: string | undefined;
  readonly sessionId: string;
  readonly addresses: readonly string[];
  readonly createdBy: string;
  readonly expiresAt: Date;
}

/** Keeps a token; those that ended a day ago are forgotten. */
export async function addCallToken(db: Database, { token, addresses, ...about }: NewCallToken, now: Date): Promise<void> {
  await db.delete(callTokens).where(lt(callTokens.expiresAt, new Date(now.getTime() - 86_400_000)));
  await db.insert(callTokens).values({ ...about, addresses: [...addresses], tokenHash: secretHash(token) });
}

/** A token that has not ended, used or not. */
export async function findCallToken(db: Database, token: string, now: Date): Promise<CallTokenRow | undefined> {
  const [row] = await db
    .select()
    .from(callTokens)
    .where(and(eq(callTokens.tokenHash, secretHash(token)), gt(callTokens.expiresAt, now)));
  return row;
}

/** Uses a token for a connection. @returns false where it was used before, also by another process. */
export async function useCallToken(db: Database, token: string, now: Date): Promise<boolean> {
  const used = await db
    .update(callTokens)
    .set({ usedAt: now })
    .where(and(eq(callTokens.tokenHash, secretHash(token)), isNull(callTokens.usedAt), gt(callTokens.expiresAt, now)))
    .returning({ usedAt: callTokens.usedAt });
  return used.length > 0;
}
