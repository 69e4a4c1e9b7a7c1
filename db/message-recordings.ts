import { createHash } from 'node:crypto';
import { and, eq, inArray, sql } from 'drizzle-orm';
import { playedVersion } from './messages.ts';
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
    .innerJoin(messageVersions, and(eq(messageVersions.tenant, renderings.tenant), eq(messageVersions.hash, renderings.hash)))
    .where(
      and(
        eq(renderings.tenant, tenant),
        inArray(renderings.textHash, [...hashes.keys()]),
        eq(messageVersions.state, 'approved'),
        sql`not exists (select 1 from message_versions newer where newer.tenant = ${messageVersions.tenant} and newer.key = ${messageVersions.key} and newer.state = 'approved' and newer.version > ${messageVersions.version})`,
      ),
    )
    .orderBy(messageVersions.createdAt);
  return new Map(rows.map((row) => [hashes.get(row.textHash) ?? '', renditionKey(tenant, row.hash, 'wav')]));
}

/** The sound that calls play for a key, and its words. */
export async function recordingFor(
  db: Database,
  tenant: string,
  key: string,
): Promise<{ readonly text: string; readonly blobKey: string } | undefined> {
  const version = await playedVersion(db, tenant, key);
  return version && { text: version.text, blobKey: renditionKey(tenant, version.hash, 'wav') };
}
