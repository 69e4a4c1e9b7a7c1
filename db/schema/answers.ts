import { sql } from 'drizzle-orm';
import {
  customType,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  real,
  text,
  uniqueIndex,
  uuid,
  vector,
} from 'drizzle-orm/pg-core';
import type { AdapterMetrics, AdapterState } from '../../domain/adapter.ts';
import type { AssistantFiles } from '../../domain/assistant/read.ts';
import { at, ofTenant, ofTenantOrShared } from './columns.ts';

/** Width of all-MiniLM-L6-v2. */
export const embeddingDimensions = 384;

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
  (table) => [primaryKey({ columns: [table.tenant, table.id] }), ...ofTenant()],
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
    ...ofTenant(),
  ],
);

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
    ...ofTenant(),
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
  (table) => [primaryKey({ columns: [table.tenant, table.day] }), ...ofTenant()],
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
  (table) => [index('cache_reviews_open').on(table.tenant, table.createdAt), ...ofTenant()],
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
  (table) => [primaryKey({ columns: [table.tenant, table.version] }), ...ofTenant()],
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
  (table) => [primaryKey({ columns: [table.tenant, table.id] }), ...ofTenant()],
);

/** LoRA adapters of the language model. */
export const adapters = pgTable(
  'adapters',
  {
    name: text('name').primaryKey(),
    /** Whose alone it is; unset: any tenant may speak with it. */
    tenant: text('tenant'),
    baseModel: text('base_model').notNull(),
    /** In the blob store, or a path that the model server reads. */
    file: text('file').notNull(),
    sha256: text('sha256').notNull(),
    metrics: jsonb('metrics').$type<AdapterMetrics>().notNull().default({}),
    state: text('state').$type<AdapterState>().notNull().default('registered'),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  () => ofTenantOrShared(),
);
