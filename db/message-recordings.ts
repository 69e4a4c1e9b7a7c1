import { createHash } from 'node:crypto';
import { and, eq, inArray } from 'drizzle-orm';
import { isPlayed, itsRendering } from './messages.ts';
import type { Database } from './open.ts';
import { renditionKey } from './renderings.ts';
import { messageVersions, renderings } from './schema.ts';

/** The hash of words, however they are spaced. */
export const textHash = (text: string): string => createHash('sha256').update(text.trim().replace(/\s+/g, ' ')).digest('hex');

/** Of these texts those that a message says which calls play: each with the key of its sound in the blob store. */
export async function recordingsOf(db: Database, tenant: string, texts: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (texts.length === 0) return new Map();
  const hashes = new Map(texts.map((text) => [textHash(text), text]));
  const rows = await db
    .select({ textHash: renderings.textHash, hash: renderings.hash })
    .from(renderings)
    .innerJoin(messageVersions, itsRendering)
    .where(and(eq(renderings.tenant, tenant), inArray(renderings.textHash, [...hashes.keys()]), isPlayed))
    .orderBy(messageVersions.createdAt);
  return new Map(rows.map((row) => [hashes.get(row.textHash) ?? '', renditionKey(tenant, row.hash, 'wav')]));
}

/** The sounds that calls play for these keys, and their words. */
export async function recordingsFor(
  db: Database,
  tenant: string,
  keys: readonly string[],
): Promise<ReadonlyMap<string, { readonly text: string; readonly blobKey: string }>> {
  const rows = await db
    .select({ key: messageVersions.key, text: renderings.text, hash: renderings.hash })
    .from(messageVersions)
    .innerJoin(renderings, itsRendering)
    .where(and(eq(messageVersions.tenant, tenant), inArray(messageVersions.key, [...keys]), isPlayed));
  return new Map(rows.map(({ key, text, hash }) => [key, { text, blobKey: renditionKey(tenant, hash, 'wav') }]));
}
