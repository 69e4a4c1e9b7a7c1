import { createHash, randomBytes, randomInt } from 'node:crypto';
import { and, count, desc, eq, gt, isNull, or, sql } from 'drizzle-orm';
import type { Permission, Role } from '../domain/access/access.ts';
import { keyOf } from '../domain/access/secrets.ts';
import type { Database } from './open.ts';
import { apiKeys } from './schema.ts';

export type ApiKeyRow = Omit<typeof apiKeys.$inferSelect, 'secretHash'>;

/** Of secrets of 256 random bits: a slow hash would add nothing. */
export const secretHash = (secret: string): string => createHash('sha256').update(secret).digest('hex');

const idCharacters = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** A new key: its id, and the whole of it. */
export function makeKey(): { readonly id: string; readonly secret: string } {
  const id = Array.from({ length: 12 }, () => idCharacters[randomInt(idCharacters.length)]).join('');
  return { id, secret: keyOf(id, randomBytes(32).toString('base64url')) };
}

export interface NewApiKey {
  readonly id: string;
  readonly tenant: string | undefined;
  readonly name: string;
  readonly role: Role;
  readonly permissions: readonly Permission[];
  readonly secret: string;
  readonly createdBy: string;
  readonly expiresAt: Date | undefined;
}

const shownColumns = {
  id: apiKeys.id,
  tenant: apiKeys.tenant,
  name: apiKeys.name,
  role: apiKeys.role,
  permissions: apiKeys.permissions,
  createdBy: apiKeys.createdBy,
  createdAt: apiKeys.createdAt,
  expiresAt: apiKeys.expiresAt,
  revokedAt: apiKeys.revokedAt,
  lastUsedAt: apiKeys.lastUsedAt,
};

export async function addApiKey(db: Database, { secret, permissions, ...key }: NewApiKey): Promise<ApiKeyRow> {
  const [row] = await db
    .insert(apiKeys)
    .values({ ...key, permissions: [...permissions], secretHash: secretHash(secret) })
    .returning(shownColumns);
  return row as ApiKeyRow;
}

/** A key that may be used now, with the hash of its secret. */
export async function usableApiKey(
  db: Database,
  id: string,
  now: Date,
): Promise<(ApiKeyRow & { readonly secretHash: string }) | undefined> {
  const [row] = await db
    .select({ ...shownColumns, secretHash: apiKeys.secretHash })
    .from(apiKeys)
    .where(and(eq(apiKeys.id, id), isNull(apiKeys.revokedAt), or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, now))));
  return row;
}

/** @param tenant of one alone; of all when unset. */
export function listApiKeys(db: Database, tenant: string | undefined): Promise<ApiKeyRow[]> {
  return db
    .select(shownColumns)
    .from(apiKeys)
    .where(tenant === undefined ? undefined : eq(apiKeys.tenant, tenant))
    .orderBy(desc(apiKeys.createdAt));
}

/** @returns the key as it is now; undefined where there is none. Revoking twice changes nothing. */
export async function revokeApiKey(
  db: Database,
  id: string,
  tenant: string | undefined,
  now: Date,
): Promise<ApiKeyRow | undefined> {
  const [row] = await db
    .update(apiKeys)
    .set({ revokedAt: sql`coalesce(${apiKeys.revokedAt}, ${now.toISOString()}::timestamptz)` })
    .where(and(eq(apiKeys.id, id), tenant === undefined ? undefined : eq(apiKeys.tenant, tenant)))
    .returning(shownColumns);
  return row;
}

export async function noteApiKeyUse(db: Database, id: string, now: Date): Promise<void> {
  await db.update(apiKeys).set({ lastUsedAt: now }).where(eq(apiKeys.id, id));
}

export async function countApiKeys(db: Database): Promise<number> {
  const [row] = await db.select({ n: count() }).from(apiKeys).where(isNull(apiKeys.revokedAt));
  return row?.n ?? 0;
}
