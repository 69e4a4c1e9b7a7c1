import { sql } from 'drizzle-orm';
import {
  boolean,
  index,
  integer,
  pgTable,
  primaryKey,
  real,
  text,
  timestamp,
  uniqueIndex,
  uuid,
  vector,
} from 'drizzle-orm/pg-core';
import type { CallEndReason, CallStatus, Intent, ReplySource } from '../domain/call.ts';

/** To the millisecond, as programs and cursors of lists carry it. */
const at = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/** One row a call. The truth about a running call is its workflow; this is what it reported. */
export const sessions = pgTable(
  'sessions',
  {
    id: text('id').primaryKey(),
    status: text('status').$type<CallStatus>().notNull().default('active'),
    turns: integer('turns').notNull().default(0),
    lastIntent: text('last_intent').$type<Intent>(),
    endReason: text('end_reason').$type<CallEndReason>(),
    createdAt: at('created_at').notNull().defaultNow(),
    updatedAt: at('updated_at').notNull().defaultNow(),
    endedAt: at('ended_at'),
  },
  (table) => [
    index('sessions_status_created_id').on(table.status, table.createdAt, table.id),
    index('sessions_created_id').on(table.createdAt, table.id),
  ],
);

export const turns = pgTable(
  'turns',
  {
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
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.sessionId, table.turn] }),
    index('turns_failed').on(table.createdAt, table.sessionId, table.turn).where(sql`status = 'failed'`),
  ],
);

/** Milliseconds of one step of a turn: waiting for a worker, and working. */
export const turnMetrics = pgTable(
  'turn_metrics',
  {
    sessionId: text('session_id').notNull(),
    turn: integer('turn').notNull(),
    step: text('step').notNull(),
    queueMs: real('queue_ms'),
    workMs: real('work_ms').notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.sessionId, table.turn, table.step] })],
);

/** Width of all-MiniLM-L6-v2. */
export const embeddingDimensions = 384;

/** Answers that may be given again; never a personal one. */
export const cacheEntries = pgTable(
  'cache_entries',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    question: text('question').notNull(),
    /** The question without case and punctuation. */
    questionKey: text('question_key').notNull(),
    language: text('language').notNull(),
    reply: text('reply').notNull(),
    embedding: vector('embedding', { dimensions: embeddingDimensions }).notNull(),
    hits: integer('hits').notNull().default(0),
    createdAt: at('created_at').notNull().defaultNow(),
    expiresAt: at('expires_at').notNull(),
  },
  (table) => [
    uniqueIndex('cache_entries_question').on(table.language, table.questionKey),
    index('cache_entries_embedding').using('hnsw', table.embedding.op('vector_cosine_ops')),
  ],
);

/** Audio of turns, by reference: the bytes lie in the blob store. */
export const recordings = pgTable(
  'recordings',
  {
    sessionId: text('session_id').notNull(),
    turn: integer('turn').notNull(),
    kind: text('kind').$type<'heard' | 'spoken'>().notNull(),
    blobKey: text('blob_key').notNull(),
    sampleRateHz: integer('sample_rate_hz').notNull(),
    durationMs: integer('duration_ms').notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.sessionId, table.turn, table.kind] })],
);
