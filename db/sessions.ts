import {
  and,
  arrayContains,
  asc,
  count,
  desc,
  eq,
  exists,
  getTableColumns,
  gt,
  gte,
  ilike,
  isNull,
  lt,
  not,
  type SQL,
  sql,
} from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import type { CallEndReason, CallStatus, TurnOutcome } from '../domain/call.ts';
import type { Database } from './open.ts';
import { askedTenant } from './schema/columns.ts';
import { sessions, tenantOfSession, tenants, turnMetrics, turns } from './schema.ts';

export type SessionRow = typeof sessions.$inferSelect;

/** Any number, the same in every process that counts sessions. */
const admissionLock = 7_402_292;

/** `full`: of all tenants together; `tenant-full`: of this one; `taken`: the id is another tenant's. */
export type Admission = 'admitted' | 'exists' | 'ended' | 'taken' | 'full' | 'tenant-full';

export interface AdmissionRequest {
  readonly id: string;
  readonly tenant: string;
  /** Sessions of other tenants may be gone on with, by whoever may ask for all. */
  readonly anyTenant: boolean;
  /** Active sessions of all tenants. */
  readonly maxActive: number;
}

/**
 * Adds a session if there is room. Counting and adding happen under one lock, so that the limit holds for any number of API
 * processes.
 * @param db of all tenants: they share the room, and the ids.
 */
export function admitSession(db: Database, { id, tenant, anyTenant, maxActive }: AdmissionRequest): Promise<Admission> {
  return db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${admissionLock})`);
    const [existing] = await tx
      .select({ status: sessions.status, tenant: sessions.tenant })
      .from(sessions)
      .where(eq(sessions.id, id));
    if (existing && !anyTenant && existing.tenant !== tenant) return 'taken';
    if (existing) return existing.status === 'active' ? 'exists' : 'ended';
    const [its] = await tx.select({ max: tenants.maxSessions }).from(tenants).where(eq(tenants.id, tenant));
    const [active] = await tx
      .select({ all: count(), its: sql<number>`(count(*) filter (where ${sessions.tenant} = ${tenant}))::int` })
      .from(sessions)
      .where(eq(sessions.status, 'active'));
    if ((active?.all ?? 0) >= maxActive) return 'full';
    if ((active?.its ?? 0) >= (its?.max ?? maxActive)) return 'tenant-full';
    await tx.insert(sessions).values({ id, tenant });
    return 'admitted';
  });
}

/** Whether there is, or was, a session of that id. */
export async function isSession(db: Database, id: string): Promise<boolean> {
  const found = await db.select({ id: sessions.id }).from(sessions).where(eq(sessions.id, id));
  return found.length > 0;
}

/** Takes back an admission whose call could not be started. */
export async function withdrawSession(db: Database, id: string): Promise<void> {
  await db.delete(sessions).where(and(eq(sessions.id, id), eq(sessions.turns, 0), eq(sessions.status, 'active')));
}

/** Idempotent: the row may be there already. */
export async function recordCallStarted(db: Database, id: string): Promise<void> {
  await db.insert(sessions).values({ id, tenant: askedTenant }).onConflictDoNothing();
}

/** @returns when it began and ended; undefined where it had ended before. */
export async function recordCallEnded(
  db: Database,
  id: string,
  status: CallStatus,
  reason: CallEndReason,
): Promise<{ readonly tenant: string; readonly startedAt: Date; readonly endedAt: Date } | undefined> {
  const now = new Date();
  const [ended] = await db
    .update(sessions)
    .set({ status, endReason: reason, endedAt: now, updatedAt: now })
    .where(and(eq(sessions.id, id), eq(sessions.status, 'active')))
    .returning({ tenant: sessions.tenant, startedAt: sessions.createdAt });
  return ended && { ...ended, endedAt: now };
}

/** Writes a turn, its metrics and the session's summary in one transaction; writing it again changes nothing. */
export async function recordTurn(db: Database, sessionId: string, outcome: TurnOutcome): Promise<void> {
  const { turn, timings, error } = outcome;
  await db.transaction(async (tx) => {
    await tx.insert(sessions).values({ id: sessionId, tenant: askedTenant }).onConflictDoNothing();
    const written = await tx
      .insert(turns)
      .values({
        tenant: tenantOfSession(sessionId),
        sessionId,
        turn,
        // Other attempts are never recorded.
        status: outcome.status === 'failed' ? 'failed' : 'answered',
        transcript: outcome.transcript,
        language: outcome.language,
        reply: outcome.reply,
        source: outcome.source,
        intent: outcome.intent,
        audioMs: Math.round(outcome.audioMs),
        spokenMs: Math.round(outcome.spokenMs),
        heardReply: outcome.playback?.heardReply,
        interrupted: outcome.playback?.interrupted ?? false,
        errorStep: error?.step,
        errorCode: error?.code,
        errorMessage: error?.message,
        retries: outcome.retries ?? 0,
        citations: [...(outcome.citations ?? [])],
        guards: outcome.guards ?? [],
        adapter: outcome.adapter,
        engine: outcome.engine,
        assistant: outcome.assistant,
        waitedMs: outcome.playback?.waitedMs,
      })
      // A failure gives way to what another try gave; an answer never does.
      .onConflictDoUpdate({
        target: [turns.sessionId, turns.turn],
        set: newest(turns, ['sessionId', 'turn', 'createdAt']),
        setWhere: eq(turns.status, 'failed'),
      })
      .returning({ turn: turns.turn });
    if (written.length === 0) return recordHeard(tx, sessionId, outcome);
    const { transcribe, lookup, bank, think, speak, firstAudioMs, totalMs } = timings;
    const steps = Object.entries({ transcribe, lookup, bank, think, speak }).flatMap(([step, timing]) =>
      timing ? [{ step, ...timing }] : [],
    );
    const metrics = [
      ...steps,
      ...(firstAudioMs === undefined ? [] : [{ step: 'first-audio', queueMs: null, workMs: firstAudioMs }]),
      { step: 'total', queueMs: null, workMs: totalMs },
      ...Object.entries(outcome.playback?.waitParts ?? {}).map(([part, ms]) => ({
        step: `wait-${part}`,
        queueMs: null,
        workMs: ms,
      })),
    ];
    await tx
      .insert(turnMetrics)
      .values(metrics.map((metric) => ({ tenant: tenantOfSession(sessionId), sessionId, turn, ...metric })))
      .onConflictDoUpdate({
        target: [turnMetrics.sessionId, turnMetrics.turn, turnMetrics.step],
        set: newest(turnMetrics, ['sessionId', 'turn', 'step', 'createdAt']),
      });
    await tx
      .update(sessions)
      .set({ turns: turn, lastIntent: outcome.intent, updatedAt: new Date() })
      .where(and(eq(sessions.id, sessionId), lt(sessions.turns, turn)));
    if (outcome.customerHash !== undefined) await addCustomer(tx, sessionId, outcome.customerHash);
  });
}

/** The session is one of this customer, as the bank has verified or who began it says. */
export async function addCustomer(db: Database, sessionId: string, customerHash: string): Promise<void> {
  await db
    .update(sessions)
    .set({ customerHashes: sql`array_append(${sessions.customerHashes}, ${customerHash})` })
    .where(and(eq(sessions.id, sessionId), not(arrayContains(sessions.customerHashes, [customerHash]))));
}

/** Calls of a customer, the oldest first. */
export function sessionsOfCustomer(db: Database, customerHash: string): Promise<SessionRow[]> {
  return db
    .select()
    .from(sessions)
    .where(arrayContains(sessions.customerHashes, [customerHash]))
    .orderBy(sessions.createdAt, sessions.id);
}

/** An answer that was recorded before anybody heard it was played when its caller came back. */
async function recordHeard(db: Database, sessionId: string, { turn, playback }: TurnOutcome): Promise<void> {
  if (!playback) return;
  const { heardReply, interrupted, playedMs } = playback;
  await db
    .update(turns)
    .set({ heardReply, interrupted, spokenMs: Math.round(playedMs) })
    .where(and(eq(turns.sessionId, sessionId), eq(turns.turn, turn), isNull(turns.heardReply)));
}

/** The columns of a row that is written again, all but those that stay. */
function newest<T extends PgTable>(table: T, kept: readonly (keyof T['_']['columns'])[]): Record<string, SQL> {
  const columns = Object.entries(getTableColumns(table)).filter(([name]) => !kept.includes(name));
  return Object.fromEntries(columns.map(([name, column]) => [name, sql`excluded.${sql.identifier(column.name)}`]));
}

export interface SessionFilter {
  readonly status?: CallStatus | undefined;
  /** Of one tenant alone; of all when unset. */
  readonly tenant?: string | undefined;
  /** Part of the id. */
  readonly search?: string | undefined;
  readonly intent?: string | undefined;
  readonly endReason?: CallEndReason | undefined;
  /** Began at or after this moment, and before that one. */
  readonly from?: Date | undefined;
  readonly until?: Date | undefined;
  /** With a turn that failed. */
  readonly failed?: boolean | undefined;
  readonly limit: number;
  /** The list goes on after this session. */
  readonly after?: { readonly at: Date; readonly id: string } | undefined;
}

const ofTenant = (tenant: string | undefined) => (tenant === undefined ? undefined : eq(sessions.tenant, tenant));

/** Newest first. */
export async function listSessions(db: Database, filter: SessionFilter): Promise<SessionRow[]> {
  return sessionList(db, filter);
}

/** A turn of the session in the query around that failed. */
const failedTurn = (db: Database) =>
  db
    .select({ one: sql`1` })
    .from(turns)
    .where(and(eq(turns.sessionId, sessions.id), eq(turns.status, 'failed')));

/** The query behind `listSessions`. */
export function sessionList(db: Database, filter: SessionFilter) {
  const { status, tenant, search, intent, endReason, from, until, failed, limit, after } = filter;
  const older = after && sql`(${sessions.createdAt}, ${sessions.id}) < (${after.at.toISOString()}::timestamptz, ${after.id})`;
  return db
    .select()
    .from(sessions)
    .where(
      and(
        status ? eq(sessions.status, status) : undefined,
        ofTenant(tenant),
        // Characters of an id mean nothing else in a pattern but the underscore.
        search ? ilike(sessions.id, `%${search.replace(/[\\%_]/g, '\\$&')}%`) : undefined,
        intent ? eq(sessions.lastIntent, intent) : undefined,
        endReason ? eq(sessions.endReason, endReason) : undefined,
        from && gte(sessions.createdAt, from),
        until && lt(sessions.createdAt, until),
        failed ? exists(failedTurn(db)) : undefined,
        older,
      ),
    )
    .orderBy(desc(sessions.createdAt), desc(sessions.id))
    .limit(limit);
}

/** Sessions of calls that should run, and of which nothing was heard since a moment; the oldest first. @param after of the page before. */
export function quietSessions(
  db: Database,
  before: Date,
  limit: number,
  after = '',
): Promise<{ readonly id: string; readonly tenant: string }[]> {
  return db
    .select({ id: sessions.id, tenant: sessions.tenant })
    .from(sessions)
    .where(and(eq(sessions.status, 'active'), lt(sessions.updatedAt, before), gt(sessions.id, after)))
    .orderBy(asc(sessions.id))
    .limit(limit);
}

export async function countActiveSessions(db: Database, tenant?: string): Promise<number> {
  const active = and(eq(sessions.status, 'active'), ofTenant(tenant));
  const [row] = await db.select({ n: count() }).from(sessions).where(active);
  return row?.n ?? 0;
}

export async function findSession(db: Database, id: string): Promise<SessionRow | undefined> {
  return (await db.select().from(sessions).where(eq(sessions.id, id)))[0];
}
