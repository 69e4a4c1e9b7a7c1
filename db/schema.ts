import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  customType,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  real,
  text,
  timestamp,
  uniqueIndex,
  uuid,
  varchar,
  vector,
} from 'drizzle-orm/pg-core';

import type { Permission, Role } from '../domain/access/access.ts';
import type { AdapterMetrics, AdapterState } from '../domain/adapter.ts';
import type { AssistantFiles } from '../domain/assistant/read.ts';
import type { CallEndReason, CallStatus, Intent, ReplySource } from '../domain/call.ts';
import type { DeletedCounts, DeletionReason } from '../domain/data-life.ts';
import type { GuardDecision } from '../domain/guard-decision.ts';
import type { BatchState, ItemState, MessageState } from '../domain/messages/message.ts';
import type { KeptPart } from '../domain/messages/parts.ts';
import type { Finding } from '../domain/messages/quality.ts';

/** To the millisecond, as programs and cursors of lists carry it. */
const at = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/** One row a call. The truth about a running call is its workflow; this is what it reported. */
export const sessions = pgTable(
  'sessions',
  {
    id: text('id').primaryKey(),
    tenant: text('tenant').notNull().default('default'),
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
    /** Articles that the reply rests on. */
    citations: text('citations').array().notNull().default([]),
    /** What guards decided, and why. */
    guards: jsonb('guards').$type<readonly GuardDecision[]>().notNull().default([]),
    adapter: text('adapter'),
    /** Version of the assistant that understood it. */
    assistant: text('assistant'),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.sessionId, table.turn] }),
    index('turns_assistant').on(table.assistant),
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

/** One bank, or one part of it, in this installation. */
export const tenants = pgTable('tenants', {
  id: text('id').primaryKey(),
  /** Rises with every change of an article. */
  knowledgeVersion: integer('knowledge_version').notNull().default(0),
  /** The LoRA adapter in use, by name. */
  adapter: text('adapter'),
  /** Least probability at which a cached answer is served; the model's own when unset. */
  cacheThreshold: real('cache_threshold'),
});

/** Where an answer may be given again: nowhere else. */
const scopeColumns = {
  tenant: text('tenant').notNull().default('default'),
  language: text('language').notNull(),
  persona: text('persona').notNull().default('default'),
  model: text('model').notNull().default(''),
  adapter: text('adapter').notNull().default(''),
  knowledgeVersion: integer('knowledge_version').notNull().default(0),
};

/** Answers that may be given again; never a personal one. */
export const cacheEntries = pgTable(
  'cache_entries',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    ...scopeColumns,
    question: text('question').notNull(),
    /** The question without case and punctuation. */
    questionKey: text('question_key').notNull(),
    reply: text('reply').notNull(),
    /** What the question was understood as. */
    intent: text('intent').notNull().default(''),
    citations: text('citations').array().notNull().default([]),
    /** What it took to make the answer, which a hit saves. */
    costMs: real('cost_ms').notNull().default(0),
    embedding: vector('embedding', { dimensions: embeddingDimensions }).notNull(),
    hits: integer('hits').notNull().default(0),
    createdAt: at('created_at').notNull().defaultNow(),
    expiresAt: at('expires_at').notNull(),
  },
  (table) => [
    uniqueIndex('cache_entries_scope_question').on(
      table.tenant,
      table.language,
      table.persona,
      table.model,
      table.adapter,
      table.knowledgeVersion,
      table.questionKey,
    ),
    index('cache_entries_embedding').using('hnsw', table.embedding.op('vector_cosine_ops')),
    index('cache_entries_expires').on(table.expiresAt),
  ],
);

/** Look-ups by day: what the cache is good for. */
export const cacheUse = pgTable(
  'cache_use',
  {
    tenant: text('tenant').notNull(),
    day: text('day').notNull(),
    hits: integer('hits').notNull().default(0),
    misses: integer('misses').notNull().default(0),
    savedMs: real('saved_ms').notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.day] })],
);

/** Answers that were served to another wording than their own, for a person to judge. */
export const cacheReviews = pgTable(
  'cache_reviews',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    tenant: text('tenant').notNull(),
    entryId: uuid('entry_id'),
    asked: text('asked').notNull(),
    question: text('question').notNull(),
    reply: text('reply').notNull(),
    probability: real('probability').notNull(),
    verdict: text('verdict').$type<'right' | 'wrong'>(),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (table) => [index('cache_reviews_open').on(table.tenant, table.createdAt)],
);

const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' });

/** Approved texts of the bank. */
export const articles = pgTable(
  'articles',
  {
    tenant: text('tenant').notNull(),
    id: text('id').notNull(),
    language: text('language').notNull(),
    title: text('title').notNull(),
    /** What is spoken. */
    answer: text('answer').notNull(),
    body: text('body').notNull(),
    version: integer('version').notNull(),
    sha256: text('sha256').notNull(),
    updatedAt: at('updated_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.id] })],
);

/** What an article is found by: questions that it answers, and its paragraphs. */
export const articlePassages = pgTable(
  'article_passages',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    tenant: text('tenant').notNull(),
    articleId: text('article_id').notNull(),
    language: text('language').notNull(),
    kind: text('kind').$type<'question' | 'paragraph'>().notNull(),
    text: text('text').notNull(),
    embedding: vector('embedding', { dimensions: embeddingDimensions }).notNull(),
    words: tsvector('words').generatedAlwaysAs(sql`to_tsvector('english', text)`),
  },
  (table) => [
    index('article_passages_article').on(table.tenant, table.articleId),
    index('article_passages_embedding').using('hnsw', table.embedding.op('vector_cosine_ops')),
    index('article_passages_words').using('gin', table.words),
  ],
);

/** Versions of assistants, by the hash of their files. None is changed or removed: calls that began with one keep it. */
export const assistantVersions = pgTable(
  'assistant_versions',
  {
    tenant: text('tenant').notNull(),
    version: text('version').notNull(),
    name: text('name').notNull(),
    files: jsonb('files').$type<AssistantFiles>().notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.version] })],
);

/** Which version new calls of a tenant begin with: the newest row holds. */
export const assistantDeployments = pgTable(
  'assistant_deployments',
  {
    tenant: text('tenant').notNull(),
    id: integer('id').generatedAlwaysAsIdentity().notNull(),
    version: text('version').notNull(),
    /** Tried beside it, for this share of new calls. */
    candidate: text('candidate'),
    share: real('share').notNull().default(0),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.id] })],
);

/** LoRA adapters of the language model. */
export const adapters = pgTable('adapters', {
  name: text('name').primaryKey(),
  baseModel: text('base_model').notNull(),
  /** In the blob store, or a path that the model server reads. */
  file: text('file').notNull(),
  sha256: text('sha256').notNull(),
  metrics: jsonb('metrics').$type<AdapterMetrics>().notNull().default({}),
  state: text('state').$type<AdapterState>().notNull().default('registered'),
  createdAt: at('created_at').notNull().defaultNow(),
});

/** What people say about answers; the best of them, and what should have been said, train adapters. */
export const turnReviews = pgTable(
  'turn_reviews',
  {
    sessionId: text('session_id').notNull(),
    turn: integer('turn').notNull(),
    verdict: text('verdict').$type<'good' | 'bad'>().notNull(),
    /** What should have been said. */
    betterReply: text('better_reply'),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.sessionId, table.turn] })],
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
    index('renderings_clauses').using('gin', table.clauseHashes),
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
  (table) => [primaryKey({ columns: [table.tenant, table.key] }), index('messages_tags').using('gin', table.tags)],
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
  ],
);

/** Keys of people and programs; of each only the hash of its secret is kept. */
export const apiKeys = pgTable('api_keys', {
  /** Stands in the key, and may be shown. */
  id: text('id').primaryKey(),
  /** Whose data it may ask for; unset: everybody's. */
  tenant: text('tenant'),
  name: text('name').notNull(),
  role: text('role').$type<Role>().notNull(),
  /** Those of the role's permissions that it has; empty: all. */
  permissions: text('permissions').array().$type<Permission[]>().notNull().default([]),
  secretHash: text('secret_hash').notNull(),
  createdBy: text('created_by').notNull(),
  createdAt: at('created_at').notNull().defaultNow(),
  expiresAt: at('expires_at'),
  revokedAt: at('revoked_at'),
  lastUsedAt: at('last_used_at'),
});

/** Tokens with which callers connect; of each only its hash is kept. */
export const callTokens = pgTable(
  'call_tokens',
  {
    tokenHash: text('token_hash').primaryKey(),
    tenant: text('tenant'),
    sessionId: text('session_id').notNull(),
    /** From where it may be used; empty: from anywhere. */
    addresses: text('addresses').array().notNull().default([]),
    createdBy: text('created_by').notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
    expiresAt: at('expires_at').notNull(),
    /** When a connection was opened with it: there is no second one. */
    usedAt: at('used_at'),
  },
  (table) => [index('call_tokens_expiry').on(table.expiresAt)],
);

/** What was counted of whom, for limits that several processes share; written by the rate limiter alone. */
export const rateLimits = pgTable('rate_limits', {
  key: varchar('key', { length: 255 }).primaryKey(),
  points: integer('points').notNull().default(0),
  /** Unix time, milliseconds. */
  expire: bigint('expire', { mode: 'number' }),
});

/** Who did what, each entry bound to all before it by its hash. The database refuses to change or remove one. */
export const auditLog = pgTable(
  'audit_log',
  {
    seq: bigint('seq', { mode: 'number' }).primaryKey(),
    at: at('at').notNull(),
    actor: text('actor').notNull(),
    role: text('role').notNull(),
    tenant: text('tenant').notNull(),
    address: text('address').notNull(),
    action: text('action').notNull(),
    target: jsonb('target').$type<Readonly<Record<string, string>>>().notNull(),
    status: integer('status').notNull(),
    hash: text('hash').notNull(),
  },
  (table) => [index('audit_log_actor').on(table.actor, table.seq), index('audit_log_tenant').on(table.tenant, table.seq)],
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
  (table) => [index('deletions_at').on(table.tenant, table.at)],
);
