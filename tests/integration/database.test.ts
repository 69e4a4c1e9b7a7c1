import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SQL, sql } from 'drizzle-orm';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Limits } from '../../api/access/limits.ts';
import { addAuditEntry, allAuditEntries } from '../../db/audit.ts';
import { BlobStore, dropRecordings, findRecording, keepRecordings, openBlobs, storeRecording } from '../../db/blobs.ts';
import { countLookup, findExact, findNearest, putAnswer } from '../../db/cache.ts';
import { cacheStats } from '../../db/cache-admin.ts';
import { listFailedTurns, listTurns, recallTurn } from '../../db/kept-turns.ts';
import { type OpenDatabase, openDatabase } from '../../db/open.ts';
import { sessions } from '../../db/schema.ts';
import {
  admitSession,
  countActiveSessions,
  findSession,
  listSessions,
  recordCallEnded,
  recordCallStarted,
  recordTurn,
  sessionList,
  withdrawSession,
} from '../../db/sessions.ts';
import { type AuditEntry, checkChain } from '../../domain/audit/chain.ts';
import type { TurnOutcome } from '../../domain/call.ts';
import { testScope } from '../support/brain.ts';
import { startPostgres } from '../support/postgres-server.ts';

const server = await startPostgres();
const folder = await mkdtemp(join(tmpdir(), 'voicebot-db-'));

afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

const outcome = (turn: number, changes: Partial<TurnOutcome> = {}): TurnOutcome => ({
  turn,
  status: 'answered',
  transcript: 'Hello.',
  language: 'en',
  reply: 'Hello! How can I help you?',
  source: 'model',
  intent: 'greeting',
  audioMs: 900.4,
  spokenMs: 1800,
  timings: { transcribe: { queueMs: 5, workMs: 100 }, firstAudioMs: 300, totalMs: 1200 },
  ...changes,
});

const asked = (id: string, maxActive = 3) => ({ id, tenant: 'default', anyTenant: false, maxActive });

const vector = (x: number, y: number) => Float32Array.from({ length: 384 }, (_, i) => (i === 0 ? x : i === 1 ? y : 0));

describe.each([
  ['the embedded Postgres', undefined],
  ['a Postgres server', server?.url],
])('on %s', (name, url) => {
  const here = name === 'a Postgres server' && !server;
  const test = it.skipIf(here);
  let database: OpenDatabase;

  beforeAll(async () => {
    if (!here) database = await openDatabase({ url, dataDir: folder });
  });
  afterAll(() => database?.close());

  test('migrations may run again and give the HNSW index', async () => {
    if (url) await (await openDatabase({ url, dataDir: folder })).close();
    const { rows } = (await database.acrossTenants.execute(
      sql`select indexdef from pg_indexes where indexname = 'cache_entries_embedding'`,
    )) as unknown as { rows: { indexdef: string }[] };
    expect(rows[0]?.indexdef).toMatch(/hnsw \(embedding vector_cosine_ops\)/);
    await database.ping();
  });

  test('the audit log is a chain without gaps, however many add to it, and is not changed', async () => {
    const { acrossTenants: db } = database;
    const owner = database.pool as pg.Pool | undefined;
    const record = {
      atMs: 1,
      actor: 'key:a',
      role: 'admin',
      tenant: '',
      address: '::1',
      action: 'GET /keys',
      target: {},
      status: 200,
    };
    await Promise.all(Array.from({ length: 20 }, (_, i) => addAuditEntry(db, { ...record, atMs: i + 1 })));
    const entries: AuditEntry[] = [];
    for await (const entry of allAuditEntries(db)) entries.push(entry);
    expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect((await checkChain(entries, [])).findings).toEqual([]);
    for (const change of ["update audit_log set actor = 'x'", 'delete from audit_log', 'truncate audit_log']) {
      await expect(db.execute(sql.raw(change))).rejects.toMatchObject({
        cause: { message: 'permission denied for table audit_log' },
      });
      await owner?.query(change).then(
        () => expect.fail('it was changed'),
        ({ message }) => expect(message).toBe('the audit log is only added to'),
      );
    }
    if (!owner) return;
    // Whoever may take the trigger away is seen by the hashes.
    await owner.query('alter table audit_log disable trigger audit_log_is_added_to');
    await owner.query("update audit_log set actor = 'x' where seq = 7");
    expect((await checkChain(allAuditEntries(db), [])).findings).toEqual([{ seq: 7, problem: 'changed' }]);
  });

  test('what is counted for limits is counted for all processes', async () => {
    const rates = { requests: 100, kilobytes: 10, connections: 3, sessions: 3, turns: 2, wrongTries: 2 };
    const store = database.pool && { pool: database.pool, table: 'rate_limits' };
    const [one, other] = [new Limits(rates, store), new Limits(rates, store)];
    const session = `counted-${Date.now()}`;
    await one.turn(session);
    await other.turn(session);
    // The embedded database belongs to one process, which counts for itself.
    const refused = store ? other.turn(session) : one.turn(session).then(() => one.turn(session));
    await expect(refused).rejects.toMatchObject({ code: 'limit-reached', retryAfterSeconds: expect.any(Number) });
    await one.turn(`${session}-other`);
    const who = { id: 'key:a', role: 'agent', permissions: new Set() } as const;
    await one.body(who as never, '::1', '9000');
    await one.body(who as never, '::1', undefined);
    await expect(one.body(who as never, '::1', '2000')).rejects.toMatchObject({ code: 'limit-reached' });
  });

  test('a session is admitted once, and no more than the limit at once', async () => {
    const { acrossTenants: db } = database;
    const racing = await Promise.all(['a1', 'a2', 'a3', 'a4'].map((id) => admitSession(db, asked(id))));
    expect(racing.sort()).toEqual(['admitted', 'admitted', 'admitted', 'full']);
    expect(await countActiveSessions(db)).toBe(3);
    const known = (await listSessions(db, { limit: 10 }))[0]?.id ?? '';
    expect(await admitSession(db, asked(known))).toBe('exists');
    await recordCallEnded(db, known, 'ended', 'hangup');
    expect(await admitSession(db, asked(known))).toBe('ended');
    for (const { id } of await listSessions(db, { status: 'active', limit: 10 })) await withdrawSession(db, id);
    expect(await countActiveSessions(db)).toBe(0);
  });

  test('a turn is written once, however often it is recorded', async () => {
    const { acrossTenants: db } = database;
    await recordCallStarted(db, 'b');
    await recordCallStarted(db, 'b');
    for (const turn of [1, 2, 1, 2]) await recordTurn(db, 'b', outcome(turn));
    await recordTurn(db, 'b', outcome(2, { reply: 'changed' }));
    const turns = await listTurns(db, 'b', { limit: 10 });
    expect(turns.map(({ turn, reply, audioMs }) => [turn, reply, audioMs])).toEqual([
      [1, 'Hello! How can I help you?', 900],
      [2, 'Hello! How can I help you?', 900],
    ]);
    expect(await findSession(db, 'b')).toMatchObject({ turns: 2, lastIntent: 'greeting', status: 'active' });
    const { rows } = (await db.execute(
      sql`select step from turn_metrics where session_id = 'b' and turn = 2 order by step`,
    )) as unknown as {
      rows: { step: string }[];
    };
    expect(rows.map((row) => row.step)).toEqual(['first-audio', 'total', 'transcribe']);
  });

  test('a turn that is recorded before its call makes the call known', async () => {
    await recordTurn(database.acrossTenants, 'early', outcome(1));
    expect(await findSession(database.acrossTenants, 'early')).toMatchObject({ turns: 1 });
  });

  test('a failed turn keeps its cause', async () => {
    const error = { step: 'think', code: 'engine-failed', message: 'The model broke.' };
    await recordTurn(database.acrossTenants, 'c', outcome(1, { status: 'failed', source: 'apology', error }));
    expect((await listTurns(database.acrossTenants, 'c', { limit: 10 }))[0]).toMatchObject({
      status: 'failed',
      errorStep: 'think',
      errorCode: 'engine-failed',
    });
  });

  test('a failure gives way to the answer of another try, and an answer to nothing', async () => {
    const { acrossTenants: db } = database;
    const error = { step: 'think', code: 'engine-failed', message: 'The model broke.' };
    const failed = outcome(1, { status: 'failed', reply: '', source: 'apology', error });
    await recordTurn(db, 'again', failed);
    const answered = outcome(1, { retries: 1, reply: 'Here you are.', timings: { totalMs: 50 } });
    await recordTurn(db, 'again', answered);
    await recordTurn(db, 'again', failed);
    expect(await listTurns(db, 'again', { limit: 10 })).toMatchObject([
      { status: 'answered', reply: 'Here you are.', retries: 1, errorCode: null, heardReply: null },
    ]);
    // Its caller came back and heard a part of it.
    const playback = { turn: 1, heardReply: 'Here you', playedMs: 400.2, interrupted: true };
    await recordTurn(db, 'again', { ...answered, reply: 'something else', playback });
    expect((await listTurns(db, 'again', { limit: 10 }))[0]).toMatchObject({
      ...{ reply: 'Here you are.', heardReply: 'Here you', interrupted: true, spokenMs: 400 },
    });
  });

  test('a turn is recalled with its audio, or its answer, and what was said before it', async () => {
    const { acrossTenants: db } = database;
    const blobs = await openBlobs({ dataDir: folder });
    const error = { step: 'transcribe', code: 'timeout', message: 'The transcribe step took too long.' };
    await recordTurn(db, 'recall', outcome(1, { transcript: 'One?', reply: 'One.' }));
    await recordTurn(db, 'recall', outcome(2, { status: 'failed', transcript: '', source: 'apology', reply: '', error }));
    const wav = new Uint8Array([1, 2, 3]);
    const recording = { sessionId: 'recall', turn: 2, kind: 'heard', sampleRateHz: 16_000, durationMs: 1, wav } as const;
    for (const _ of ['once', 'twice']) await keepRecordings(db, 'recall', 2, [await storeRecording(blobs, recording)]);
    const kept = await recallTurn(db, 'recall', 2);
    expect(kept).toMatchObject({ transcript: '', failures: 1, history: [{ transcript: 'One?', reply: 'One.' }] });
    expect(await blobs.get(kept.recording ?? '')).toEqual(wav);
    expect((await listFailedTurns(db, { limit: 100 })).find(({ sessionId }) => sessionId === 'recall')).toMatchObject({
      ...{ turn: 2, errorStep: 'transcribe', hasAudio: true },
    });
    expect((await recallTurn(db, 'recall', 1)).outcome).toMatchObject({ turn: 1, reply: 'One.', timings: { totalMs: 1200 } });
    expect(await recallTurn(db, 'recall', 3)).toMatchObject({ transcript: '', failures: 0, history: [{ reply: 'One.' }] });
    await dropRecordings(db, blobs, 'recall', 2);
    expect(await findRecording(db, 'recall', 2, 'heard')).toBeUndefined();
    expect(await blobs.find(kept.recording ?? '')).toBeUndefined();
  });

  test('lists go on where a page ended, also among rows of the same moment', async () => {
    const { acrossTenants: db } = database;
    const ids = Array.from({ length: 25 }, (_, i) => `page-${String(i).padStart(2, '0')}`);
    const at = new Date('2020-01-01T00:00:00.123Z');
    await db.insert(sessions).values(ids.map((id) => ({ id, status: 'ended' as const, createdAt: at })));
    const seen: string[] = [];
    for (let after: { at: Date; id: string } | undefined; ; ) {
      const page = (await listSessions(db, { status: 'ended', limit: 10, after })).filter(({ id }) => id.startsWith('page-'));
      seen.push(...page.map(({ id }) => id));
      const last = page.at(-1);
      if (!last || seen.length >= ids.length) break;
      after = { at: last.createdAt, id: last.id };
    }
    expect(seen).toEqual([...ids].reverse());
  });

  test('text that is no SQL stays text', async () => {
    const transcript = `'); drop table turns; -- "quoted" \\ Ünïcode`;
    await recordTurn(database.acrossTenants, 'd', outcome(1, { transcript }));
    expect((await listTurns(database.acrossTenants, 'd', { limit: 10 }))[0]?.transcript).toBe(transcript);
  });

  test('the cache finds the same question, the nearest ones, and nothing that is too old or of another scope', async () => {
    const { acrossTenants: db } = database;
    const entry = (question: string, embedding: Float32Array, ttlSeconds: number) =>
      putAnswer(db, {
        ...{ scope: testScope, question, questionKey: question.toLowerCase(), reply: `about ${question}`, embedding, ttlSeconds },
        ...{ intent: 'information', citations: [], costMs: 300 },
      });
    await entry('Weather', vector(1, 0), 60);
    await entry('Sports', vector(0, 1), 60);
    await entry('Old', vector(1, 0.01), -1);
    expect(await findExact(db, testScope, 'weather')).toMatchObject({ reply: 'about Weather', similarity: 1, costMs: 300 });
    for (const other of [
      { language: 'de' },
      { tenant: 'x' },
      { persona: 'x' },
      { model: 'x' },
      { adapter: 'x' },
      { knowledgeVersion: 1 },
    ]) {
      expect(await findExact(db, { ...testScope, ...other }, 'weather')).toBeUndefined();
      expect(await findNearest(db, { ...testScope, ...other }, vector(1, 0), 5)).toEqual([]);
    }
    expect(await findExact(db, testScope, 'old')).toBeUndefined();
    const [nearest, second] = await findNearest(db, testScope, vector(0.8, 0.6), 5);
    expect(nearest?.question).toBe('Weather');
    expect(nearest?.similarity).toBeCloseTo(0.8, 4);
    expect(second?.question).toBe('Sports');
    await countLookup(db, 'default', nearest, 20);
    await countLookup(db, 'default', undefined, 20);
    expect(await cacheStats(db, 'default')).toMatchObject({
      hits: 1,
      misses: 1,
      hitRate: 0.5,
      savedMs: 280,
      entries: 3,
      expired: 1,
    });
    await entry('Weather', vector(0, -1), 60);
    expect((await findNearest(db, testScope, vector(0, -1), 1))[0]?.question).toBe('Weather');
  });

  test('recordings are kept by reference', async () => {
    const blobs = await openBlobs({ dataDir: folder });
    const recording = {
      sessionId: 'b',
      turn: 1,
      kind: 'heard',
      sampleRateHz: 16_000,
      durationMs: 12.6,
      wav: Uint8Array.of(1, 2, 3),
    } as const;
    for (const _ of ['once', 'twice'])
      await keepRecordings(database.acrossTenants, 'b', 1, [await storeRecording(blobs, recording)]);
    const { rows } = (await database.acrossTenants.execute(sql`select blob_key, duration_ms from recordings`)) as unknown as {
      rows: { blob_key: string; duration_ms: number }[];
    };
    expect(rows).toEqual([{ blob_key: 'recordings/default/b/00001-heard.wav', duration_ms: 13 }]);
    expect(await blobs.get(rows[0]?.blob_key ?? '')).toEqual(Uint8Array.of(1, 2, 3));
    expect(blobs).toBeInstanceOf(BlobStore);
  });
});

it.skipIf(!server)('connections that break in the middle are given back', async () => {
  const { acrossTenants: db, close } = await openDatabase({ url: server?.url, dataDir: folder });
  const killer = new pg.Client({ connectionString: server?.url });
  await killer.connect();
  const admissions = (round: string) =>
    Promise.allSettled(Array.from({ length: 10 }, (_, i) => admitSession(db, asked(`broken-${round}-${i}`, 10_000))));
  let failed = 0;
  for (let round = 0; round < 20; round++) {
    await admissions(`whole-${round}`);
    const killing = killer.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    failed += (await admissions(String(round))).filter(({ status }) => status === 'rejected').length;
    await killing;
  }
  expect(failed).toBeGreaterThan(0);
  expect((await admissions('after')).every(({ status }) => status === 'fulfilled')).toBe(true);
  await killer.end();
  // It waits for every connection that was taken.
  await close();
});

it.skipIf(!server)('lists of ten thousand sessions are read from an index, page after page', async () => {
  const { acrossTenants: db, pool, close } = await openDatabase({ url: server?.url, dataDir: folder });
  await db.execute(sql`insert into sessions (id, status, created_at, ended_at)
    select 'many-' || n, 'ended', now() - n * interval '1 minute', now() from generate_series(1, 10000) n`);
  // The service's role may not, and the server does by itself.
  await (pool as pg.Pool).query('analyze sessions');
  const plan = async (query: SQL) => {
    const { rows } = (await db.execute(sql`explain ${query}`)) as unknown as { rows: { 'QUERY PLAN': string }[] };
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  };
  const after = { at: new Date(Date.now() - 5_000 * 60_000), id: 'many-5000' };
  const filters = [undefined, 'ended'] as const;
  for (const [status, tenant] of filters.flatMap(
    (one) =>
      [
        [one, undefined],
        [one, 'default'],
      ] as const,
  )) {
    const text = await plan(sessionList(db, { status, limit: 100, after, tenant }).getSQL());
    expect(text).toMatch(/Index Scan.* using sessions_/);
    expect(text).not.toMatch(/Seq Scan|Sort/);
  }
  const page = await listSessions(db, { status: 'ended', limit: 200, after });
  expect(page.length).toBe(200);
  await close();
});

it('a server that is not there is named without its password', async () => {
  const opening = openDatabase({ url: 'postgres://me:secret@127.0.0.1:9/bank', dataDir: folder });
  const error = await opening.catch((e) => e);
  expect(error).toMatchObject({
    code: 'dependency-unavailable',
    retryable: true,
    message: expect.stringContaining('127.0.0.1:9/bank'),
  });
  expect(String(error.message)).not.toContain('secret');
});
