import { and, arrayContains, asc, desc, eq, gt, sql } from 'drizzle-orm';
import type { MessageState } from '../domain/messages/message.ts';
import type { KeptPart } from '../domain/messages/parts.ts';
import type { Finding } from '../domain/messages/quality.ts';
import type { Database } from './open.ts';
import { knownRenderings, type NewRendering } from './renderings.ts';
import { messages, messageVersions, renderings } from './schema.ts';

/** A version with its sound. */
export interface MessageVersion {
  readonly key: string;
  readonly version: number;
  readonly state: MessageState;
  readonly hash: string;
  readonly engine: string;
  readonly voice: string;
  readonly speed: number;
  readonly text: string;
  readonly durationMs: number;
  readonly loudnessLufs: number | null;
  readonly truePeakDb: number | null;
  readonly findings: readonly Finding[];
  readonly heard: string | null;
  readonly wordErrorRate: number | null;
  readonly decidedBy: string | null;
  readonly decidedAt: Date | null;
  readonly batchId: string | null;
  readonly createdAt: Date;
  /** Of a message that is filled in call by call. */
  readonly parts: readonly KeptPart[] | null;
  readonly gainDb: number | null;
}

export interface Message {
  readonly key: string;
  readonly language: string;
  readonly tags: readonly string[];
  readonly updatedAt: Date;
  /** The version that is played; unset while none is approved. */
  readonly playedVersion: number | null;
  readonly latest: MessageVersion;
}

export interface NewVersion {
  readonly tenant: string;
  readonly key: string;
  readonly hash: string;
  readonly language: string;
  readonly tags: readonly string[];
  readonly batchId?: string | undefined;
  /** Whoever approves what is not odd, unheard. */
  readonly approvedBy?: string | undefined;
  readonly findings: readonly Finding[];
}

/**
 * Makes this sound the newest version of a message, unless it is that already. Within a transaction, whose lock on the message lets one at a
 * time number its versions.
 */
export async function addVersion(
  tx: Database,
  version: NewVersion,
): Promise<{ readonly version: number; readonly added: boolean }> {
  const { tenant, key, hash, language, tags, batchId, approvedBy, findings } = version;
  const about = { language, tags: [...tags], updatedAt: new Date() };
  await tx
    .insert(messages)
    .values({ tenant, key, ...about })
    .onConflictDoUpdate({ target: [messages.tenant, messages.key], set: about });
  const [latest] = await tx
    .select({ version: messageVersions.version, hash: messageVersions.hash, state: messageVersions.state })
    .from(messageVersions)
    .where(ofMessage(tenant, key))
    .orderBy(desc(messageVersions.version))
    .limit(1);
  const approval =
    approvedBy !== undefined && findings.length === 0 ? { decidedBy: approvedBy, decidedAt: new Date() } : undefined;
  if (latest?.hash === hash) {
    if (approval && latest.state === 'draft')
      await decide(tx, { tenant, key, version: latest.version, state: 'approved', ...approval });
    return { version: latest.version, added: false };
  }
  const next = (latest?.version ?? 0) + 1;
  const state: MessageState = findings.length > 0 ? 'review' : approval ? 'approved' : 'draft';
  await tx.insert(messageVersions).values({ tenant, key, version: next, hash, state, batchId: batchId ?? null, ...approval });
  return { version: next, added: true };
}

/** Makes a rendering the newest version of a message. @param made the rendering, where it is not known yet. */
export function addMessage(
  db: Database,
  version: Omit<NewVersion, 'findings'>,
  made: NewRendering | undefined,
): Promise<{ readonly version: number; readonly added: boolean }> {
  return db.transaction(async (tx) => {
    if (made) await tx.insert(renderings).values(made).onConflictDoNothing();
    const { tenant, hash } = version;
    const { findings = [] } = (await knownRenderings(tx, tenant, [hash])).get(hash) ?? {};
    return addVersion(tx, { ...version, findings });
  });
}

export interface Decision {
  readonly tenant: string;
  readonly key: string;
  readonly version: number;
  readonly state: 'approved' | 'rejected';
  readonly decidedBy: string;
  readonly decidedAt: Date;
}

/** @returns whether there is such a version. */
export async function decide(db: Database, { tenant, key, version, ...decision }: Decision): Promise<boolean> {
  const changed = await db
    .update(messageVersions)
    .set(decision)
    .where(and(ofMessage(tenant, key), eq(messageVersions.version, version)))
    .returning({ version: messageVersions.version });
  return changed.length > 0;
}

const ofMessage = (tenant: string, key: string) => and(eq(messageVersions.tenant, tenant), eq(messageVersions.key, key));

const versionColumns = {
  key: messageVersions.key,
  version: messageVersions.version,
  state: messageVersions.state,
  hash: messageVersions.hash,
  engine: renderings.engine,
  voice: renderings.voice,
  speed: renderings.speed,
  text: renderings.text,
  durationMs: renderings.durationMs,
  loudnessLufs: renderings.loudnessLufs,
  truePeakDb: renderings.truePeakDb,
  findings: renderings.findings,
  heard: renderings.heard,
  wordErrorRate: renderings.wordErrorRate,
  decidedBy: messageVersions.decidedBy,
  decidedAt: messageVersions.decidedAt,
  batchId: messageVersions.batchId,
  createdAt: messageVersions.createdAt,
  parts: renderings.parts,
  gainDb: renderings.gainDb,
};

export const itsRendering = and(eq(renderings.tenant, messageVersions.tenant), eq(renderings.hash, messageVersions.hash));

/** All versions of a message, the newest first; none where there is no such message. */
export function versionsOf(db: Database, tenant: string, key: string): Promise<MessageVersion[]> {
  return db
    .select(versionColumns)
    .from(messageVersions)
    .innerJoin(renderings, itsRendering)
    .where(ofMessage(tenant, key))
    .orderBy(desc(messageVersions.version));
}

/** Whether a version is the one that calls play: the newest approved one of its message. */
export const isPlayed = and(
  eq(messageVersions.state, 'approved'),
  sql`not exists (select 1 from message_versions newer where newer.tenant = ${messageVersions.tenant} and newer.key = ${messageVersions.key} and newer.state = 'approved' and newer.version > ${messageVersions.version})`,
);

/** The version that calls play. */
export async function playedVersion(db: Database, tenant: string, key: string): Promise<MessageVersion | undefined> {
  const [row] = await db
    .select(versionColumns)
    .from(messageVersions)
    .innerJoin(renderings, itsRendering)
    .where(and(ofMessage(tenant, key), isPlayed));
  return row;
}

export interface MessageFilter {
  readonly tenant: string;
  /** State of the newest version. */
  readonly state?: MessageState | undefined;
  readonly tag?: string | undefined;
  /** Keys after this one. */
  readonly after: string;
  readonly limit: number;
}

/** Messages by key, each with its newest version. */
export async function listMessages(db: Database, { tenant, state, tag, after, limit }: MessageFilter): Promise<Message[]> {
  const newest = sql`${messageVersions.version} = (select max(version) from message_versions v where v.tenant = ${messages.tenant} and v.key = ${messages.key})`;
  const rows = await db
    .select({
      ...versionColumns,
      language: messages.language,
      tags: messages.tags,
      updatedAt: messages.updatedAt,
      playedVersion: sql<
        number | null
      >`(select max(version) from message_versions v where v.tenant = ${messages.tenant} and v.key = ${messages.key} and v.state = 'approved')`,
    })
    .from(messages)
    .innerJoin(messageVersions, and(eq(messageVersions.tenant, messages.tenant), eq(messageVersions.key, messages.key), newest))
    .innerJoin(renderings, itsRendering)
    .where(
      and(
        eq(messages.tenant, tenant),
        gt(messages.key, after),
        state && eq(messageVersions.state, state),
        tag === undefined ? undefined : arrayContains(messages.tags, [tag]),
      ),
    )
    .orderBy(asc(messages.key))
    .limit(limit);
  return rows.map(({ language, tags, updatedAt, playedVersion: played, ...latest }) => ({
    key: latest.key,
    language,
    tags,
    updatedAt,
    playedVersion: played,
    latest,
  }));
}

/** Language and tags of a message. */
export async function findMessage(db: Database, tenant: string, key: string) {
  const [row] = await db
    .select()
    .from(messages)
    .where(and(eq(messages.tenant, tenant), eq(messages.key, key)));
  return row;
}
