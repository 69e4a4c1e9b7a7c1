import { createHash } from 'node:crypto';
import { and, eq, gt, inArray, sql } from 'drizzle-orm';
import type { SpeechSpec } from '../domain/messages/batch-item.ts';
import { type Rendition, renditionTypes } from '../domain/messages/message.ts';
import type { Database } from './open.ts';
import { renderings } from './schema.ts';

export type RenderingRow = typeof renderings.$inferSelect;
export type NewRendering = typeof renderings.$inferInsert;

/** Rises where the same text would be spoken or mastered in another way. */
const recipe = 1;

/** The hash of all that a rendering depends on: the same again need not be made again. */
export function renderingHash({ engine, voice, speed, text, slots }: SpeechSpec, loudnessLufs: number): string {
  return sha256(JSON.stringify([recipe, engine, voice, speed, text, loudnessLufs, ...(slots ? [slots] : [])]));
}

/** The hash of a recording. */
export const recordingHash = (bytes: Uint8Array, loudnessLufs: number): string =>
  sha256(`${recipe} ${sha256(bytes)} ${loudnessLufs}`);

const sha256 = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex');

/** Where a rendition lies in the blob store. */
export const renditionKey = (tenant: string, hash: string, rendition: Rendition): string =>
  `messages/${tenant}/${hash}.${renditionTypes[rendition].extension}`;

/** Where somebody's recording waits to be mastered. */
export const uploadKey = (tenant: string, hash: string): string => `messages/${tenant}/uploads/${hash}.wav`;

/** Where an engine leaves what it has spoken, until it is mastered. @param part of a message that is spoken in parts. */
export const rawSpeechKey = (tenant: string, hash: string, part?: number): string =>
  `messages/${tenant}/raw/${hash}${part === undefined ? '' : `-${part}`}.wav`;

export async function findRendering(db: Database, tenant: string, hash: string): Promise<RenderingRow | undefined> {
  return (
    await db
      .select()
      .from(renderings)
      .where(and(eq(renderings.tenant, tenant), eq(renderings.hash, hash)))
  )[0];
}

/** Those of these hashes that are there, with what is odd about each. */
export async function knownRenderings(
  db: Database,
  tenant: string,
  hashes: readonly string[],
): Promise<ReadonlyMap<string, Pick<RenderingRow, 'findings'>>> {
  if (hashes.length === 0) return new Map();
  const rows = await db
    .select({ hash: renderings.hash, findings: renderings.findings })
    .from(renderings)
    .where(and(eq(renderings.tenant, tenant), inArray(renderings.hash, [...new Set(hashes)])));
  return new Map(rows.map(({ hash, findings }) => [hash, { findings }]));
}

/** Seconds of work for a second of speech, by engine, over what was made in the last so many days. */
export async function measuredPaces(db: Database, days = 30): Promise<ReadonlyMap<string, number>> {
  const since = new Date(Date.now() - days * 86_400_000);
  const rows = await db
    .select({
      engine: renderings.engine,
      pace: sql<number>`sum(${renderings.workMs}) / nullif(sum(${renderings.durationMs}), 0)`,
    })
    .from(renderings)
    .where(and(gt(renderings.createdAt, since), sql`${renderings.workMs} is not null`))
    .groupBy(renderings.engine);
  return new Map(rows.filter(({ pace }) => pace !== null).map(({ engine, pace }) => [engine, Number(pace)]));
}
