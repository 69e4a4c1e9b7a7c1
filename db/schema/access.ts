import { bigint, index, integer, jsonb, pgTable, real, text, varchar } from 'drizzle-orm/pg-core';
import type { Permission, Role } from '../../domain/access/access.ts';
import { at, ofTenant } from './columns.ts';

/** One bank, or one part of it, in this installation. */
export const tenants = pgTable(
  'tenants',
  {
    id: text('id').primaryKey(),
    /** Rises with every change of an article. */
    knowledgeVersion: integer('knowledge_version').notNull().default(0),
    /** The LoRA adapter in use, by name. */
    adapter: text('adapter'),
    /** Least probability at which a cached answer is served; the model's own when unset. */
    cacheThreshold: real('cache_threshold'),
    /** What callers are greeted with; that of the configuration when unset. */
    bankName: text('bank_name'),
    /** Telephone numbers that are called, in E.164: calls to them are this tenant's. */
    numbers: text('numbers').array().notNull().default([]),
    /** Calls at a time; those of the installation when unset. */
    maxSessions: integer('max_sessions'),
    /** How long sessions and audio are kept, in days; as the configuration says when unset. */
    retentionSessionsDays: integer('retention_sessions_days'),
    retentionAudioDays: integer('retention_audio_days'),
  },
  () => ofTenant('id'),
);

/** Keys of people and programs; of each only the hash of its secret is kept. */
export const apiKeys = pgTable(
  'api_keys',
  {
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
  },
  () => ofTenant(),
);

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
  (table) => [index('call_tokens_expiry').on(table.expiresAt), ...ofTenant()],
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
  (table) => [
    index('audit_log_actor').on(table.actor, table.seq),
    index('audit_log_tenant').on(table.tenant, table.seq),
    ...ofTenant(),
  ],
);
