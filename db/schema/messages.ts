import { sql } from 'drizzle-orm';
import { boolean, index, integer, jsonb, pgTable, primaryKey, real, text } from 'drizzle-orm/pg-core';
import type { BatchState, ItemState, MessageState } from '../../domain/messages/message.ts';
import type { KeptPart } from '../../domain/messages/parts.ts';
import type { Finding } from '../../domain/messages/quality.ts';
import { at, ofTenant } from './columns.ts';

/** Speech that was made or recorded for messages, by the hash of all that it depends on; its renditions lie in the blob store. */
export const renderings = pgTable(
  'renderings',
  {
    tenant: text('tenant').notNull(),
    hash: text('hash').notNull(),
    /** `recording` where a person has spoken it. */
    engine: text('engine').notNull(),
    voice: text('voice').notNull(),
    speed: real('speed').notNull(),
    text: text('text').notNull(),
    /** Of its words, however they are spaced: what the bot is to say is found by it. */
    textHash: text('text_hash').notNull(),
    durationMs: real('duration_ms').notNull(),
    /** Unset for silence. */
    loudnessLufs: real('loudness_lufs'),
    truePeakDb: real('true_peak_db'),
    findings: text('findings').array().$type<Finding[]>().notNull().default([]),
    /** What Whisper heard of it; unset where it was not asked. */
    heard: text('heard'),
    wordErrorRate: real('word_error_rate'),
    /** What the engine took to speak it; unset for a recording. */
    workMs: real('work_ms'),
    /** Where it is filled in call by call: its parts, of which those without slots lie in the sound. */
    parts: jsonb('parts').$type<readonly KeptPart[]>(),
    /** Of the clauses of its recorded parts: what the bot is to say is found by them. */
    clauseHashes: text('clause_hashes').array().notNull().default([]),
    /** By how much it was raised when it was mastered, in dB: as much is what is spoken beside it. */
    gainDb: real('gain_db'),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.hash] }),
    index('renderings_engine').on(table.engine, table.createdAt),
    index('renderings_text').on(table.tenant, table.textHash),
    // What arrays have in common may not be asked of an index before whose rows they are: few are filled in call by call.
    index('renderings_filled').on(table.tenant).where(sql`parts is not null`),
    ...ofTenant(),
  ],
);

/** What may be played to callers, by key. */
export const messages = pgTable(
  'messages',
  {
    tenant: text('tenant').notNull(),
    key: text('key').notNull(),
    language: text('language').notNull(),
    tags: text('tags').array().notNull().default([]),
    createdAt: at('created_at').notNull().defaultNow(),
    updatedAt: at('updated_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.key] }), ...ofTenant()],
);

/** Versions of messages, from 1. The newest approved one is played. */
export const messageVersions = pgTable(
  'message_versions',
  {
    tenant: text('tenant').notNull(),
    key: text('key').notNull(),
    version: integer('version').notNull(),
    hash: text('hash').notNull(),
    state: text('state').$type<MessageState>().notNull(),
    /** Who approved or rejected it, and when. */
    decidedBy: text('decided_by'),
    decidedAt: at('decided_at'),
    batchId: text('batch_id'),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.key, table.version] }),
    index('message_versions_state').on(table.tenant, table.state, table.createdAt),
    index('message_versions_hash').on(table.tenant, table.hash),
    ...ofTenant(),
  ],
);

/** Messages that are made together; each is a workflow. */
export const batches = pgTable(
  'batches',
  {
    tenant: text('tenant').notNull(),
    id: text('id').notNull(),
    name: text('name').notNull(),
    state: text('state').$type<BatchState>().notNull().default('preparing'),
    /** Hash of what was asked for: the same id is the same batch. */
    requestHash: text('request_hash').notNull(),
    language: text('language').notNull(),
    tags: text('tags').array().notNull().default([]),
    /** Placeholders that are filled when a message is played. */
    slots: text('slots').array().notNull().default([]),
    /** Why `auto` became which engine; unset where nothing was left to choose. */
    engineChoice: text('engine_choice'),
    loudnessLufs: real('loudness_lufs').notNull(),
    /** Whisper listens to what was made. */
    check: boolean('check').notNull(),
    /** Whoever lets what is not odd be played without listening; unset where somebody is to listen. */
    approvedBy: text('approved_by'),
    createdAt: at('created_at').notNull().defaultNow(),
    endedAt: at('ended_at'),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.id] }),
    index('batches_created').on(table.tenant, table.createdAt, table.id),
    ...ofTenant(),
  ],
);

export const batchItems = pgTable(
  'batch_items',
  {
    tenant: text('tenant').notNull(),
    batchId: text('batch_id').notNull(),
    /** Its row in the file. */
    line: integer('line').notNull(),
    /** Empty where the row has none. */
    key: text('key').notNull(),
    engine: text('engine').notNull().default(''),
    voice: text('voice').notNull().default(''),
    speed: real('speed').notNull().default(1),
    text: text('text').notNull().default(''),
    /** Of its rendering; empty for a rejected row. */
    hash: text('hash').notNull().default(''),
    state: text('state').$type<ItemState>().notNull().default('pending'),
    /** Version of the message that it became. */
    version: integer('version'),
    errorCode: text('error_code'),
    errorMessage: text('error_message'),
    updatedAt: at('updated_at').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.batchId, table.line] }),
    index('batch_items_state').on(table.tenant, table.batchId, table.state, table.engine, table.line),
    ...ofTenant(),
  ],
);
