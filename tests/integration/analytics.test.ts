import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  callCounts,
  callsByEnd,
  failures,
  guardCounts,
  stepTimes,
  turnCounts,
  turnsBy,
  usageOverTime,
  waits,
} from '../../db/analytics.ts';
import { type Database, type OpenDatabase, openDatabase } from '../../db/open.ts';
import { inTenant } from '../../db/scope.ts';
import { recordCallEnded, recordCallStarted, recordTurn } from '../../db/sessions.ts';
import type { TurnOutcome } from '../../domain/call.ts';
import { allTenants } from '../../domain/tenant.ts';

let database: OpenDatabase;
let db: Database;
const day = { from: new Date('2026-03-01T00:00:00Z'), until: new Date('2026-03-02T00:00:00Z') };

const outcome = (turn: number, over: Partial<TurnOutcome> = {}): TurnOutcome => ({
  ...{ turn, status: 'answered', transcript: 'x', language: 'en', reply: 'y', source: 'bank', intent: 'balance' },
  ...{ audioMs: 2_000, spokenMs: 3_000, timings: { totalMs: 900 } },
  ...over,
});
const heard = (turn: number, waitedMs: number, interrupted = false) => ({
  playback: { turn, heardReply: 'y', playedMs: 1, interrupted, waitedMs },
});

beforeAll(async () => {
  database = await openDatabase({ dataDir: await mkdtemp(join(tmpdir(), 'voicebot-analytics-')) });
  db = database.db;
  const guards = [{ side: 'output', action: 'withheld', reason: 'number' }] as const;
  const error = { step: 'think', code: 'worker-unavailable', message: 'gone' };
  const timings = { transcribe: { queueMs: 4, workMs: 100 }, think: { queueMs: 8, workMs: 500 }, totalMs: 900 };
  await inTenant('north', async () => {
    await recordCallStarted(db, 'a');
    await recordTurn(db, 'a', outcome(1, { ...heard(1, 400), timings, guards, engine: 'remote' }));
    await recordTurn(db, 'a', outcome(2, { ...heard(2, 600, true), timings, assistant: 'v2' }));
    await recordTurn(db, 'a', outcome(3, { status: 'failed', source: 'apology', intent: 'loan', error }));
    await recordCallEnded(db, 'a', 'ended', 'transferred');
    await recordCallStarted(db, 'b');
    await recordTurn(db, 'b', outcome(1, { ...heard(1, 800), source: 'cache', intent: 'hours', retries: 1 }));
    await recordCallEnded(db, 'b', 'ended', 'goodbye');
  });
  await inTenant('south', async () => {
    await recordCallStarted(db, 'c');
    await recordTurn(db, 'c', outcome(1, heard(1, 5_000)));
  });
  const { acrossTenants } = database;
  await acrossTenants.execute(sql`update turns set created_at = '2026-03-01T10:00:00Z'`);
  await acrossTenants.execute(sql`update turns set created_at = '2026-03-01T15:20:00Z' where session_id = 'b'`);
  await acrossTenants.execute(
    sql`update sessions set created_at = '2026-03-01T09:59:00Z', ended_at = case when ended_at is not null then '2026-03-01T10:01:00Z'::timestamptz end`,
  );
});
afterAll(() => database?.close());

const north = <T>(work: () => T) => inTenant('north', work);

describe('a report', () => {
  it('counts turns and calls as they were recorded, of its own tenant alone', () =>
    north(async () => {
      expect(await turnCounts(db, day)).toEqual({ turns: 4, failed: 1, interrupted: 1, retried: 1 });
      expect(await callCounts(db, day)).toEqual({
        ...{ started: 2, active: 0, contained: 1, transferred: 1, meanTurns: 2, meanSeconds: 120 },
      });
      expect(await callsByEnd(db, day)).toEqual(
        expect.arrayContaining([
          { reason: 'transferred', calls: 1 },
          { reason: 'goodbye', calls: 1 },
        ]),
      );
    }));

  it('is about all tenants for who may see all', async () => {
    await inTenant(allTenants, async () => {
      expect(await turnCounts(db, day)).toMatchObject({ turns: 5 });
      expect((await turnsBy(db, day, 'tenant')).map(({ value, turns }) => [value, turns])).toEqual([
        ['north', 4],
        ['south', 1],
      ]);
      expect(await turnCounts(db, { ...day, tenant: 'south' })).toMatchObject({ turns: 1 });
    });
  });

  it('says how long callers waited, where that was measured', () =>
    north(async () => {
      expect(await waits(db, day)).toEqual({ count: 3, p50: 600, p95: 780, p99: 796 });
      expect(await waits(db, { ...day, intent: 'loan' })).toEqual({ count: 0, p50: null, p95: null, p99: null });
    }));

  it.each([
    [{ intent: 'balance' }, 2],
    [{ source: 'cache' }, 1],
    [{ engine: 'remote' }, 1],
    [{ engine: 'live' }, 3],
    [{ assistant: 'v2' }, 1],
    [{ adapter: 'none-of-them' }, 0],
    [{ intent: 'balance', assistant: 'v2' }, 1],
  ])('is narrowed to %o', (narrowed, turns) =>
    north(async () => {
      expect(await turnCounts(db, { ...day, ...narrowed })).toMatchObject({ turns });
    }),
  );

  it('takes what was at its beginning, and leaves out what was at its end', () =>
    north(async () => {
      const at = new Date('2026-03-01T10:00:00Z');
      expect(await turnCounts(db, { from: at, until: new Date(at.getTime() + 1) })).toMatchObject({ turns: 3 });
      expect(await turnCounts(db, { from: day.from, until: at })).toMatchObject({ turns: 0 });
    }));

  it('shows where the time went, what failed, and what guards stopped', () =>
    north(async () => {
      const think = (await stepTimes(db, day)).find(({ step }) => step === 'think');
      expect(think).toEqual({
        ...{ step: 'think', workSeconds: 1 },
        ...{ queue: { count: 2, p50: 8, p95: 8, p99: 8 }, work: { count: 2, p50: 500, p95: 500, p99: 500 } },
      });
      expect(await failures(db, day)).toMatchObject([{ step: 'think', code: 'worker-unavailable', turns: 1 }]);
      expect(await guardCounts(db, day)).toEqual([{ side: 'output', action: 'withheld', reason: 'number', count: 1 }]);
    }));

  it('shows use over time', () =>
    north(async () => {
      const { stepSeconds, points } = await usageOverTime(db, day);
      expect(stepSeconds).toBe(1_800);
      expect(points).toMatchObject([
        { at: '2026-03-01T10:00:00.000Z', turns: 3, calls: 1, heardSeconds: 6, spokenSeconds: 9 },
        { at: '2026-03-01T15:00:00.000Z', turns: 1, calls: 1, heardSeconds: 2, spokenSeconds: 3, p50: 800 },
      ]);
    }));
});
