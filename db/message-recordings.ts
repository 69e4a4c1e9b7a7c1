import { createHash } from 'node:crypto';
import { and, arrayOverlaps, eq, inArray, isNotNull, isNull, or } from 'drizzle-orm';
import { type KeptPart, oneSpaced } from '../domain/messages/parts.ts';
import { clausesOf } from '../domain/sentences.ts';
import { isPlayed, itsRendering } from './messages.ts';
import type { Database } from './open.ts';
import { renditionKey } from './renderings.ts';
import { messageVersions, renderings } from './schema.ts';

/** The hash of words, however they are spaced. */
export const textHash = (text: string): string => createHash('sha256').update(oneSpaced(text)).digest('hex');

/** The hash of each clause. */
export const clauseHashes = (text: string): string[] => [...new Set(clausesOf(oneSpaced(text)).map(textHash))];

/** A sound that calls play. */
export interface PlayedRecording {
  readonly text: string;
  /** Of its WAV file. */
  readonly blobKey: string;
  readonly voice: string;
  readonly speed: number;
  readonly gainDb: number;
  /** Of a message that is filled in call by call. */
  readonly parts: readonly KeptPart[] | null;
}

/** What calls play of these texts, the newest last: recordings of one of them, and those with a clause of one that are filled in call by call. */
export async function recordingsOf(db: Database, tenant: string, texts: readonly string[]): Promise<PlayedRecording[]> {
  if (texts.length === 0) return [];
  const hashes = [...new Set(texts.map(textHash))];
  const clauses = [...new Set(texts.flatMap(clauseHashes))];
  const said = or(
    inArray(renderings.textHash, hashes),
    and(isNotNull(renderings.parts), arrayOverlaps(renderings.clauseHashes, clauses)),
  );
  const rows = await db
    .select(playedColumns)
    .from(renderings)
    .innerJoin(messageVersions, itsRendering)
    .where(and(eq(renderings.tenant, tenant), said, isPlayed))
    .orderBy(messageVersions.createdAt)
    .limit(maxFound);
  return rows.map((row) => played(tenant, row));
}

/** More messages than this do not share clauses of one reply, unless somebody means ill. */
const maxFound = 200;

const playedColumns = {
  text: renderings.text,
  hash: renderings.hash,
  voice: renderings.voice,
  speed: renderings.speed,
  gainDb: renderings.gainDb,
  parts: renderings.parts,
};

function played(
  tenant: string,
  { hash, gainDb, ...about }: Omit<PlayedRecording, 'blobKey' | 'gainDb'> & { hash: string; gainDb: number | null },
): PlayedRecording {
  return { ...about, gainDb: gainDb ?? 0, blobKey: renditionKey(tenant, hash, 'wav') };
}

/** The sounds that calls play for these keys, and their words. */
export async function recordingsFor(
  db: Database,
  tenant: string,
  keys: readonly string[],
): Promise<ReadonlyMap<string, PlayedRecording>> {
  const rows = await db
    .select({ key: messageVersions.key, ...playedColumns })
    .from(messageVersions)
    .innerJoin(renderings, itsRendering)
    .where(and(eq(messageVersions.tenant, tenant), inArray(messageVersions.key, [...keys]), isPlayed, isNull(renderings.parts)));
  return new Map(rows.map(({ key, ...row }) => [key, played(tenant, row)]));
}
