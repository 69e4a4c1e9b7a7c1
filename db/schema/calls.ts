import { sql } from 'drizzle-orm';
import { boolean, index, integer, jsonb, pgTable, primaryKey, real, text, uuid } from 'drizzle-orm/pg-core';
import type { CallEndReason, CallStatus, Intent, ReplySource } from '../../domain/call.ts';
import type { DeletedCounts, DeletionReason } from '../../domain/data-life.ts';
import type { GuardDecision } from '../../domain/guard-decision.ts';
import { defaultTenant } from '../../domain/tenant.ts';
import { askedTenant, at, ofTenant } from './columns.ts';

/** One row a call. The truth about a running call is its workflow; this is what it reported. */
export const sessions = pgTable(
  'sessions',
  {
    id: text('id').primaryKey(),
    tenant: text('tenant').notNull().default(defaultTenant),
    status: text('status').$type<CallStatus>().notNull().default('active'),
    turns: integer('turns').notNull().default(0),
    lastIntent: text('last_intent').$type<Intent>(),
    endReason: text('end_reason').$type<CallEndReason>(),
    /** Of the customers who were verified in it, keyed hashes of their numbers: their calls are found by them, and nobody is. */
    customerHashes: text('customer_hashes').array().notNull().default([]),
    createdAt: at('created_at').notNull().defaultNow(),
    updatedAt: at('updated_at').notNull().defaultNow(),
    endedAt: at('ended_at'),
  },
  (table) => [
    index('sessions_status_created_id').on(table.status, table.createdAt, table.id),
    index('sessions_tenant_created_id').on(table.tenant, table.createdAt, table.id),
    index('sessions_created_id').on(table.createdAt, table.id),
    ...ofTenant(),
  ],
);

export const turns = pgTable(
  'turns',
  {
    tenant: text('tenant').notNull().default(defaultTenant),
    sessionId: text('session_id')
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    turn: integer('turn').notNull(),
    status: text('status').$type<'answered' | 'failed'>().notNull(),
    transcript: text('transcript').notNull(),
    language: text('language').notNull(),
    reply: text('reply').notNull(),
    source: text('source').$type<ReplySource>().notNull(),
    intent: text('intent').$type<Intent>().notNull(),
    audioMs: integer('audio_ms').notNull(),
    spokenMs: integer('spoken_ms').notNull(),
    /** What the caller heard of the reply, where it was played to them. */
    heardReply: text('heard_reply'),
    interrupted: boolean('interrupted').notNull().default(false),
    errorStep: text('error_step'),
    errorCode: text('error_code'),
    errorMessage: text('error_message'),
    /** How often the turn had failed before this outcome. */
    retries: integer('retries').notNull().default(0),
    /** Articles that the reply rests on. */
    citations: text('citations').array().notNull().default([]),
    /** What guards decided, and why. */
    guards: jsonb('guards').$type<readonly GuardDecision[]>().notNull().default([]),
    adapter: text('adapter'),
    /** The voice engine that was asked for; null for the live one. */
    engine: text('engine'),
    /** Version of the assistant that understood it. */
    assistant: text('assistant'),
    /** From the caller's last sound to the first audio of the reply; null where nobody listened. */
    waitedMs: integer('waited_ms'),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.sessionId, table.turn] }),
    index('turns_created').on(table.createdAt),
    index('turns_assistant').on(table.assistant),
    index('turns_failed').on(table.createdAt, table.sessionId, table.turn).where(sql`status = 'failed'`),
    ...ofTenant(),
  ],
);

/** Milliseconds of one step of a turn: waiting for a worker, and working. */
export const turnMetrics = pgTable(
  'turn_metrics',
  {
    tenant: text('tenant').notNull().default(defaultTenant),
    sessionId: text('session_id').notNull(),
    turn: integer('turn').notNull(),
    step: text('step').notNull(),
    queueMs: real('queue_ms'),
    workMs: real('work_ms').notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.sessionId, table.turn, table.step] }), ...ofTenant()],
);

/** What people say about answers; the best of them, and what should have been said, train adapters. */
export const turnReviews = pgTable(
  'turn_reviews',
  {
    tenant: text('tenant').notNull().default(defaultTenant),
    sessionId: text('session_id').notNull(),
    turn: integer('turn').notNull(),
    verdict: text('verdict').$type<'good' | 'bad'>().notNull(),
    /** What should have been said. */
    betterReply: text('better_reply'),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.sessionId, table.turn] }), ...ofTenant()],
);

/** Audio of turns, by reference: the bytes lie in the blob store. */
export const recordings = pgTable(
  'recordings',
  {
    tenant: text('tenant').notNull().default(defaultTenant),
    sessionId: text('session_id').notNull(),
    turn: integer('turn').notNull(),
    kind: text('kind').$type<'heard' | 'spoken'>().notNull(),
    blobKey: text('blob_key').notNull(),
    sampleRateHz: integer('sample_rate_hz').notNull(),
    durationMs: integer('duration_ms').notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.sessionId, table.turn, table.kind] }), ...ofTenant()],
);

/** What was deleted of what callers have said: by retention, or because somebody asked for it. */
export const deletions = pgTable(
  'deletions',
  {
    id: uuid('id').primaryKey(),
    at: at('at').notNull(),
    tenant: text('tenant').notNull(),
    reason: text('reason').$type<DeletionReason>().notNull(),
    sessionId: text('session_id'),
    requestedBy: text('requested_by').notNull(),
    deleted: jsonb('deleted').$type<DeletedCounts>().notNull(),
  },
  (table) => [index('deletions_at').on(table.tenant, table.at), ...ofTenant()],
);

/** Whose a session is: what belongs to it is theirs too. */
export const tenantOfSession = (id: string) =>
  sql<string>`coalesce((select ${sessions.tenant} from ${sessions} where ${sessions.id} = ${id}), ${askedTenant})`;
