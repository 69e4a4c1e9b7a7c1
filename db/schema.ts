import { sql } from 'drizzle-orm';
import {
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
  vector,
} from 'drizzle-orm/pg-core';

import type { AdapterMetrics, AdapterState } from '../domain/adapter.ts';
import type { AssistantFiles } from '../domain/assistant/read.ts';
import type { CallEndReason, CallStatus, Intent, ReplySource } from '../domain/call.ts';
import type { GuardDecision } from '../domain/guard-decision.ts';

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
