import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getTableName, isTable, sql } from 'drizzle-orm';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BlobStore, openBlobs } from '../../db/blobs.ts';
import { type Database, type OpenDatabase, openDatabase } from '../../db/open.ts';
import * as schema from '../../db/schema.ts';
import { inTenant } from '../../db/scope.ts';
import { allTenants } from '../../domain/tenant.ts';
import { startPostgres } from '../support/postgres-server.ts';

// biome-ignore lint/suspicious/noExplicitAny: what each query takes is its own; here all of them are asked.
type Query = (db: Database, ...rest: any[]) => unknown;

const server = await startPostgres();
afterAll(() => server?.close());
const folder = await mkdtemp(join(tmpdir(), 'voicebot-tenants-'));

/** Stands in everything that the tenant `north` has, and in nothing else. */
const mark = 'aurora';
const id = `${mark}-1`;
const uuid = '00000000-0000-4000-8000-00000000a1a1';
const hash = `${mark}${'0'.repeat(58)}`;
const embedding = Float32Array.from({ length: 384 }, (_, i) => (i === 0 ? 1 : 0));
const scope = { tenant: 'north', language: 'en', persona: mark, model: mark, adapter: '', knowledgeVersion: 1 };
const batch = { tenant: 'north', id };
const past = new Date(2020, 1, 1);
const future = new Date(2090, 1, 1);
const report = { from: past, until: future, tenant: 'north' };

const outcome = {
  ...{ turn: 1, status: 'answered', transcript: mark, language: 'en', reply: mark, source: 'model', intent: 'greeting' },
  ...{
    audioMs: 1,
    spokenMs: 1,
    timings: { totalMs: 1 },
    playback: { turn: 1, heardReply: mark, playedMs: 1, interrupted: false },
  },
};
const item = { line: 9, key: `${mark}-9`, hash, engine: 'kokoro', voice: 'a', speed: 1, text: mark };
const rendering = {
  ...{ tenant: 'north', hash, engine: 'kokoro', voice: mark, speed: 1, text: mark, textHash: hash, durationMs: 1, workMs: 1 },
};
const version = { tenant: 'north', key: mark, hash, language: 'en', tags: [mark], findings: [] };
const apiKey = {
  ...{ id, tenant: 'north', name: mark, role: 'agent', permissions: [], secret: mark, createdBy: mark, expiresAt: undefined },
};
const audited = {
  ...{ atMs: 1, actor: mark, role: 'admin', tenant: 'north', address: '::1', action: 'GET /', target: {}, status: 200 },
};
const hit = { id: uuid, question: mark, reply: mark, intent: '', citations: [], costMs: 1, similarity: 1 };

/** Every query of `db/`, asked for what is of the tenant `north`. */
const queries = (blobs: BlobStore): Readonly<Record<string, readonly unknown[]>> => ({
  findAdapter: [mark],
  listAdapters: [],
  registerAdapter: [{ name: mark, baseModel: mark, file: mark, sha256: 'other', metrics: {} }],
  addApiKey: [{ ...apiKey, id: 'another' }],
  usableApiKey: [id, new Date()],
  listApiKeys: ['north'],
  revokeApiKey: [id, 'north', new Date()],
  noteApiKeyUse: [id, new Date()],
  countApiKeys: [],
  keepAssistant: [{ tenant: 'north', version: 'other', name: mark, files: {} }],
  assistantFilesOf: ['north', mark],
  listAssistants: ['north'],
  deploymentsOf: ['north', 9],
  deployAssistant: [{ tenant: 'north', version: 'other' }],
  versionsInForce: [],
  assistantFigures: ['north'],
  addAuditEntry: [audited],
  listAuditEntries: [{ tenant: 'north', limit: 9 }],
  allAuditEntries: [],
  lastAuditEntry: [],
  findBatch: ['north', id],
  keepBatch: [{ ...batch, name: 'x', requestHash: 'x', language: 'en', loudnessLufs: -16, check: false }, [item]],
  setBatchState: ['north', id, 'cancelled'],
  markBatch: ['north', id, 'cancelled'],
  itemCounts: ['north', id],
  pendingEngines: ['north', id],
  nextItems: [batch, { engine: 'kokoro', after: 0, limit: 9 }],
  settleItem: [batch, { ...item, line: 2 }, 'created'],
  failItem: [{ tenant: 'north', batchId: id, line: 2, code: 'x', message: 'x' }],
  reopenFailed: ['north', id],
  listBatches: [{ tenant: 'north', limit: 9 }],
  listItems: [{ tenant: 'north', batchId: id, after: 0, limit: 9 }],
  keepRecordings: [id, 2, [{ kind: 'heard', blobKey: 'x', sampleRateHz: 1, durationMs: 1 }]],
  dropRecordings: [blobs, id, 1],
  findRecording: [id, 1, 'heard'],
  cacheStats: ['north'],
  listEntries: ['north', 9],
  exportEntries: ['north'],
  clearEntries: ['north'],
  optimizeCache: ['north'],
  setCacheThreshold: ['north', 0.1],
  openReviews: ['north', 9],
  judgedHits: ['north'],
  judge: ['north', uuid, 'wrong'],
  findExact: [scope, mark],
  findNearest: [scope, embedding, 9],
  countLookup: ['north', hit, 1],
  queueReview: [{ tenant: 'north', asked: mark, hit, probability: 1 }],
  putAnswer: [
    { scope, question: mark, questionKey: mark, reply: 'x', intent: '', citations: [], costMs: 1, embedding, ttlSeconds: 9 },
  ],
  addCallToken: [{ token: 'x', tenant: 'north', sessionId: id, addresses: [], createdBy: mark, expiresAt: future }, future],
  findCallToken: [mark, new Date()],
  useCallToken: [mark, new Date()],
  sessionsEndedBefore: [future, 9],
  deleteAudioBefore: [blobs, future, 9],
  deleteSession: [blobs, id],
  recordDeletion: [
    {
      id: '00000000-0000-4000-8000-0000000000b1',
      atMs: 1,
      tenant: 'north',
      reason: 'erasure',
      sessionId: id,
      requestedBy: mark,
      deleted: {},
    },
  ],
  listDeletions: [{ tenant: 'north', limit: 9 }],
  recallTurn: [id, 1],
  listFailedTurns: [{ tenant: 'north', limit: 9 }],
  findTurn: [id, 1],
  listTurns: [id, { limit: 9 }],
  latestTurns: [id, 9],
  stepsOfTurn: [id, 1],
  articleHashes: ['north'],
  articleQuestions: ['north', mark],
  changeKnowledge: ['north', { changed: [], keep: [] }],
  searchPassages: [{ tenant: 'north', language: 'en' }, mark, embedding],
  findArticle: ['north', mark],
  listArticles: ['north'],
  articleAnswers: ['north', '', 9],
  recordingsOf: ['north', [mark]],
  recordingsFor: ['north', [mark]],
  addVersion: [{ ...version, hash: 'other' }],
  addMessage: [
    { ...version, hash: 'other' },
    { ...rendering, hash: 'other' },
  ],
  decide: [{ tenant: 'north', key: mark, version: 1, state: 'rejected', decidedBy: 'x', decidedAt: past }],
  versionsOf: ['north', mark],
  playedVersion: ['north', mark],
  listMessages: [{ tenant: 'north', after: '', limit: 9 }],
  findMessage: ['north', mark],
  findRendering: ['north', hash],
  knownRenderings: ['north', [hash]],
  measuredPaces: [36_500],
  admitSession: [{ id, tenant: 'north', anyTenant: true, maxActive: 9 }],
  isSession: [id],
  withdrawSession: [id],
  recordCallStarted: [id],
  recordCallEnded: [id, 'ended', 'hangup'],
  recordTurn: [id, outcome],
  listSessions: [{ limit: 9 }],
  sessionList: [{ limit: 9 }],
  quietSessions: [future, 9],
  countActiveSessions: [],
  findSession: [id],
  addCustomer: [id, mark],
  sessionsOfCustomer: [mark],
  deleteQuestionsBefore: [future],
  tenantsWithSessions: [],
  tenantProfile: ['north'],
  listTenants: [],
  changeTenant: ['north', { bankName: 'x' }],
  tenantOfNumber: ['+41440000000'],
  recordingsOfSession: [id],
  tenantSettings: ['north'],
  activateAdapter: ['north', 'other'],
  reviewTurn: [{ sessionId: id, turn: 1, verdict: 'bad' }],
  reviewedTurns: ['north', ['greeting'], 9],
  reviewsOf: [id],
  turnCounts: [report],
  waits: [report],
  turnsBy: [report, 'intent'],
  callCounts: [report],
  callsByEnd: [report],
  stepTimes: [report],
  failures: [report],
  guardCounts: [report],
  usageOverTime: [report],
});

/** Of `db/`, what asks nothing that belongs to a tenant. */
const others = new Set(['seedDemoBank', 'newBatch', 'engineOutlooks']);

async function allQueries(): Promise<ReadonlyMap<string, Query>> {
  const found = new Map<string, Query>();
  for (const name of (await readdir(new URL('../../db/', import.meta.url))).filter((one) => one.endsWith('.ts'))) {
    if (name === 'drizzle.config.ts') continue;
    const module = (await import(/* @vite-ignore */ `../../db/${name}`)) as Record<string, unknown>;
    for (const [exported, value] of Object.entries(module))
      if (
        typeof value === 'function' &&
        /^(async )?function\*? ?\w*\(\s*(db|tx)\b/.test(value.toString()) &&
        !others.has(exported)
      )
        found.set(exported, value as Query);
  }
  return found;
}

/** What it gives, all of it. */
async function given(result: unknown): Promise<string> {
  const value = await result;
  if (typeof value === 'object' && value !== null && Symbol.asyncIterator in value) {
    const all: unknown[] = [];
    for await (const one of value as AsyncIterable<unknown>) all.push(one);
    return JSON.stringify(all);
  }
  return JSON.stringify(value instanceof Map ? [...value] : (value ?? null));
}

const tables = Object.values(schema)
  .filter((one) => isTable(one))
  .map((table) => getTableName(table))
  .filter((name) => name !== 'rate_limits');

describe.each([
  ['the embedded Postgres', undefined],
  ['a Postgres server', server?.url],
])('on %s', (name, url) => {
  const test = it.skipIf(name === 'a Postgres server' && !server);
  let database: OpenDatabase;
  let blobs: BlobStore;

  const rowsOf = async (tenant: string) => {
    const all: Record<string, unknown> = {};
    for (const table of tables) {
      const column = table === 'tenants' ? 'id' : 'tenant';
      const asked = sql.raw(`select * from ${table} where ${column} = '${tenant}' order by 1, 2, 3`);
      all[table] = ((await database.acrossTenants.execute(asked)) as unknown as { rows: unknown[] }).rows;
    }
    return all;
  };

  beforeAll(async () => {
    if (name === 'a Postgres server' && !server) return;
    database = await openDatabase({ url, dataDir: folder });
    blobs = await openBlobs({ dataDir: folder });
    const { acrossTenants } = database;
    const insert = async (table: string, values: object) => {
      const entries = Object.entries(values);
      const columns = sql.join(
        entries.map(([column]) => sql.identifier(column)),
        sql`, `,
      );
      const given = sql.join(
        entries.map(([, value]) => sql`${value}`),
        sql`, `,
      );
      await acrossTenants.execute(sql`insert into ${sql.identifier(table)} (${columns}) values (${given})`);
    };
    const tenant = 'north';
    const vector = `[${embedding.join(',')}]`;
    const cached = { ...{ tenant, language: 'en', persona: mark, model: mark, knowledge_version: 1 }, question_key: mark };
    await insert('tenants', { id: tenant, adapter: mark, bank_name: mark, numbers: '{+41440000000}' });
    await insert('adapters', { name: mark, tenant, base_model: mark, file: mark, sha256: mark });
    await insert('api_keys', { id, tenant, name: mark, role: 'agent', secret_hash: mark, created_by: mark });
    await insert('assistant_versions', { tenant, version: mark, name: mark, files: '{}' });
    await insert('assistant_deployments', { tenant, version: mark });
    await insert('audit_log', {
      seq: 1,
      at: past.toISOString(),
      ...{ actor: mark, role: 'x', tenant, address: '', action: '' },
      target: '{}',
      status: 1,
      hash: mark,
    });
    await insert('batches', { tenant, id, name: mark, request_hash: mark, language: 'en', loudness_lufs: -16, check: false });
    await insert('batch_items', { tenant, batch_id: id, line: 2, key: mark, engine: 'kokoro', text: mark, hash });
    await insert('batch_items', { tenant, batch_id: id, line: 3, key: mark, engine: 'kokoro', state: 'failed' });
    await insert('renderings', {
      ...{ tenant, hash, engine: mark, voice: mark, speed: 1, text: mark, text_hash: hash },
      duration_ms: 1,
      work_ms: 1,
    });
    await insert('messages', { tenant, key: mark, language: 'en' });
    await insert('message_versions', { tenant, key: mark, version: 1, hash, state: 'approved' });
    await insert('sessions', { id, tenant, status: 'active', customer_hashes: `{${mark}}` });
    await insert('sessions', { id: `${mark}-2`, tenant, status: 'ended', ended_at: past.toISOString() });
    const turn = { tenant, session_id: id, transcript: mark, language: 'en', reply: mark, source: 'model', intent: 'greeting' };
    await insert('turns', { ...turn, turn: 1, status: 'answered', audio_ms: 1, spoken_ms: 1, assistant: mark });
    await insert('turns', { ...turn, turn: 2, status: 'failed', audio_ms: 1, spoken_ms: 1 });
    await insert('turn_metrics', { tenant, session_id: id, turn: 1, step: 'total', work_ms: 1 });
    await insert('turn_reviews', { tenant, session_id: id, turn: 1, verdict: 'good' });
    await insert('recordings', {
      tenant,
      session_id: id,
      turn: 1,
      kind: 'heard',
      blob_key: mark,
      sample_rate_hz: 1,
      duration_ms: 1,
    });
    await insert('cache_entries', {
      ...cached,
      id: uuid,
      question: mark,
      reply: mark,
      embedding: vector,
      expires_at: future.toISOString(),
    });
    await insert('cache_use', { tenant, day: '2020-01-01', hits: 1 });
    await insert('cache_reviews', { id: uuid, tenant, entry_id: uuid, asked: mark, question: mark, reply: mark, probability: 1 });
    await insert('cache_reviews', { tenant, asked: mark, question: mark, reply: mark, probability: 1, verdict: 'right' });
    await insert('articles', {
      tenant,
      id: mark,
      language: 'en',
      title: mark,
      answer: mark,
      body: mark,
      version: 1,
      sha256: mark,
    });
    await insert('article_passages', {
      tenant,
      article_id: mark,
      language: 'en',
      kind: 'question',
      text: mark,
      embedding: vector,
    });
    await insert('deletions', {
      id: uuid,
      at: past.toISOString(),
      tenant,
      reason: 'erasure',
      session_id: mark,
      requested_by: mark,
      deleted: '{}',
    });
    const { secretHash } = await import('../../db/api-keys.ts');
    await insert('call_tokens', {
      token_hash: secretHash(mark),
      tenant,
      session_id: id,
      created_by: mark,
      expires_at: future.toISOString(),
    });
  });
  afterAll(() => database?.close());

  test('every table has rows of the tenant, so that there is something to see', async () => {
    for (const [table, rows] of Object.entries(await rowsOf('north'))) expect(rows, table).not.toEqual([]);
  });

  test('every query is tried, and one that none knows of fails here', async () => {
    expect([...(await allQueries()).keys()].sort()).toEqual(Object.keys(queries(blobs)).sort());
  });

  test('no query of another tenant reads or changes anything of this one', async () => {
    const before = await rowsOf('north');
    const all = await allQueries();
    const seen: string[] = [];
    for (const [query, rest] of Object.entries(queries(blobs))) {
      const told = await inTenant('south', async () => given(all.get(query)?.(database.db, ...rest))).catch((error) => {
        // What is written for another tenant is refused by the database itself.
        const why = String(error.cause?.message ?? error.message);
        if (!/row-level security|unique constraint/.test(why)) throw new Error(`${query}: ${why}`, { cause: error });
        return '';
      });
      if (told.includes(mark)) seen.push(`${query}: ${told.slice(0, 200)}`);
      expect(await rowsOf('north'), query).toEqual(before);
    }
    expect(seen).toEqual([]);
  });

  test('the same queries of its own tenant see it, so that the one above can fail', async () => {
    const all = await allQueries();
    const reads = [
      'findSession',
      'listTurns',
      'listMessages',
      'findArticle',
      'findExact',
      'listApiKeys',
      'findBatch',
      'findRecording',
    ];
    for (const query of reads) {
      const rest = queries(blobs)[query] ?? [];
      expect(await inTenant('north', async () => given(all.get(query)?.(database.db, ...rest))), query).toContain(mark);
    }
  });

  test('a query that is asked for no tenant fails, and a tenant cannot be named as all are', async () => {
    await expect(Promise.resolve().then(() => database.db.execute(sql`select 1`))).rejects.toMatchObject({
      message: expect.stringMatching(/asked for no tenant|Failed query/),
    });
    for (const odd of ["x'; set role voicebot_all; --", '', 'a b'])
      expect(() => inTenant(odd, () => 1)).toThrow('No tenant is named so');
    expect(inTenant(allTenants, () => 1)).toBe(1);
  });

  test('a transaction that fails leaves nothing of its tenant behind for the next one', async () => {
    const failing = inTenant('north', () =>
      database.db.transaction(async (tx) => {
        await tx.execute(sql`select 1 / 0`);
      }),
    );
    await expect(failing).rejects.toThrow();
    const both = await Promise.all(
      ['north', 'south'].map((tenant) =>
        inTenant(tenant, async () =>
          given(database.db.execute(sql`select current_setting('voicebot.tenant') as tenant, current_user as role`)),
        ),
      ),
    );
    expect(both[0]).toContain('"north"');
    expect(both[1]).toContain('"south"');
    for (const one of both) expect(one).toContain('voicebot_tenant');
  });
});

it.skipIf(!server)(
  'a login without any right of an administrator is bound too, and whoever may not make the roles is told what to do',
  async () => {
    const admin = new pg.Client({ connectionString: server?.url });
    await admin.connect();
    const login = `clerk_${process.pid}`;
    const base = `own_${process.pid}`;
    await admin.query(`create role ${login} login password 'x' nosuperuser nocreaterole`);
    await admin.query(`create database ${base} owner ${login}`);
    const url = new URL(server?.url ?? '');
    url.pathname = `/${base}`;
    const inside = new pg.Client({ connectionString: url.href });
    await inside.connect();
    await inside.query('create extension if not exists vector');
    await inside.end();
    url.username = login;
    url.password = 'x';
    await expect(openDatabase({ url: url.href, dataDir: folder })).rejects.toMatchObject({
      code: 'invalid-config',
      hint: expect.stringContaining('create role voicebot_tenant nologin; grant voicebot_tenant to'),
    });
    await admin.query(`grant voicebot_tenant, voicebot_all to ${login}`);
    const { db, acrossTenants, pool, close } = await openDatabase({ url: url.href, dataDir: folder });
    await acrossTenants.execute(sql`insert into sessions (id, tenant) values ('a', 'north')`);
    const count = async (tenant: string) =>
      inTenant(
        tenant,
        async () => ((await db.execute(sql`select id from sessions`)) as unknown as { rows: unknown[] }).rows.length,
      );
    expect([await count('north'), await count('south'), await count(allTenants)]).toEqual([1, 0, 1]);
    await (pool as pg.Pool).query('select 1');
    await close();
    await admin.query(`drop database ${base}`);
    await admin.query(`revoke voicebot_tenant, voicebot_all from ${login}`);
    await admin.query(`drop role ${login}`);
    await admin.end();
  },
);
