import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { dataOfHtml } from '../../cli/report/html.ts';
import type { Stack } from '../../services/stack.ts';
import { allQueues } from '../../services/workers.ts';
import { connectTemporal } from '../../temporal/connection.ts';
import { type Component, startPart } from '../chaos/processes.ts';
import { standInEngines } from '../fakes/stand-in-engines.ts';
import { type PostgresServer, startPostgres } from '../support/postgres-server.ts';
import { noBank, startTestStack, type TestEnvironment, testEnvironment } from '../support/test-stack.ts';

const bin = fileURLToPath(new URL('../../cli/bin.mjs', import.meta.url));
let environment: TestEnvironment;
let stack: Stack;
let folder: string;
/** Speech to text, in a process that can be stopped. */
let ears: Component;
/** Unset where none can be had; then what is compared with it is not. */
let postgres: PostgresServer | undefined;

const voicebot = (...args: string[]) =>
  execa('node', [bin, ...args], {
    cwd: folder,
    reject: false,
    env: { ...environment, VOICEBOT_URL: stack.apiUrl, NO_COLOR: '1' },
  });
const json = async (...args: string[]) => JSON.parse((await voicebot(...args, '--json')).stdout);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'voicebot-operations-'));
  postgres = await startPostgres();
  const database = postgres ? { DATABASE_URL: postgres.url } : {};
  environment = await testEnvironment({ ...noBank, ...database, WORKER_WAIT: '5' });
  const queues = allQueues.filter((queue) => queue !== 'stt');
  const starting = startTestStack(environment, { engines: standInEngines(), queues });
  const env = { ...environment, TEMPORAL_ADDRESS: `127.0.0.1:${environment.TEMPORAL_PORT}` };
  // It finds Temporal as soon as that is there.
  const listening = startPart({ name: 'stt', args: ['worker', 'stt'], real: false, env, logDir: folder, awayMs: 0 });
  [stack, ears] = await Promise.all([starting, listening]);
});
afterAll(async () => {
  await ears?.stop().catch(() => undefined);
  await stack?.stop();
  await postgres?.close();
  await rm(folder, { recursive: true, force: true });
});

const check = z.strictObject({
  name: z.string(),
  result: z.enum(['ok', 'warning', 'failed', 'unknown']),
  found: z.string(),
  fix: z.string().optional(),
});
const spread = z.strictObject({
  n: z.number(),
  ...{ p50: z.number().nullable(), p95: z.number().nullable(), p99: z.number().nullable(), max: z.number().nullable() },
});

describe('calls from a terminal', () => {
  it('begin, are watched, and end', async () => {
    const turn = await json('start-call', '--session-id', 'watched', '--text', 'Do you like music?', '--phone', '+4930123456');
    expect(turn).toMatchObject({ sessionId: 'watched', turn: 1, status: 'answered', reply: expect.any(String) });
    const following = voicebot('monitor-session', '--session-id', 'watched', '--follow', '--format', 'stream');
    await voicebot('start-call', '--session-id', 'watched', '--text', 'How are you doing today?');
    expect((await json('end-session', '--session-id', 'watched')).status).toBe('ended');
    const { stdout, exitCode } = await following;
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/turn 1.*\n +caller: Do you like music\?[\s\S]*turn 2[\s\S]*Session watched is ended/);
  });

  it('are shown as they are stored, narrowed by what was asked for', async () => {
    const session = await json('monitor-session', '--session-id', 'watched');
    expect(session.history.map(({ turn }: { turn: number }) => turn)).toEqual([1, 2]);
    const some = await json('monitor-session', '--session-id', 'watched', '--filter', 'transcript~MUSIC');
    expect(some.history.map(({ turn }: { turn: number }) => turn)).toEqual([1]);
    const wrong = await voicebot('monitor-session', '--session-id', 'watched', '--filter', 'mood=good');
    expect(wrong.exitCode).toBe(1);
    expect(wrong.stderr).toContain('Fields: status, source');
  });

  it('belong to the customer that was named, of whom only a hash is kept', async () => {
    const zip = await voicebot('export-customer', join(folder, 'customer.zip'), '--customer', '+4930123456');
    expect(zip.stderr).toBe('');
    expect(JSON.stringify(await json('monitor-session', '--session-id', 'watched'))).not.toContain('30123456');
  });
});

describe('reports', () => {
  it('count the turns that the sessions have', async () => {
    const { sessions } = await json('list-sessions');
    const turns = sessions.reduce((sum: number, one: { turns: number }) => sum + one.turns, 0);
    const summary = await json('analytics-report', '--time-range', '1h');
    expect(summary).toMatchObject({ type: 'summary', calls: { started: sessions.length }, turns: { turns } });
    for (const type of ['performance', 'errors', 'usage'])
      expect((await json('analytics-report', '--type', type)).type).toBe(type);
  });

  it('are a page with charts that needs no network, and are compared with an earlier one', async () => {
    const page = join(folder, 'report.html');
    const first = await voicebot('analytics-report', '--type', 'performance', '--export', page);
    expect(first.exitCode).toBe(0);
    const html = await readFile(page, 'utf8');
    expect(html).not.toMatch(/(?:src|href)=["']?(?:https?:)?\/\//);
    expect(dataOfHtml(html)).toMatchObject({ type: 'performance' });
    const compared = await voicebot('analytics-report', '--type', 'performance', '--compare', page);
    expect(compared.stdout).toMatch(/FIGURE +NOW +BEFORE/);
    const other = await voicebot('analytics-report', '--type', 'usage', '--compare', page);
    expect(other.stderr).toContain("is no report of the type 'usage'");
  });

  it('are CSV that no spreadsheet takes for formulas', async () => {
    const { stdout } = await voicebot('analytics-report', '--type', 'summary', '--format', 'csv');
    expect(stdout.split('\r\n')[0]).toBe('section,key,field,value');
    expect(stdout).toMatch(/\r\nturns,,turns,2\r\n/);
  });
});

describe('what is told', () => {
  it('is what Postgres and Temporal know', async () => {
    const { client, close } = await connectTemporal({ address: `127.0.0.1:${environment.TEMPORAL_PORT}`, namespace: 'default' });
    const { status, historyLength } = await client.workflow.getHandle('call-watched').describe();
    await close();
    expect(status.name).toBe('COMPLETED');
    expect(historyLength).toBeGreaterThan(10);
    if (!postgres) return;
    const database = new pg.Client({ connectionString: postgres.url });
    await database.connect();
    const { rows } = await database.query(
      `select (select count(*) from sessions)::int as calls, (select count(*) from turns)::int as turns,
        (select sum(work_ms) from turn_metrics where step = 'total')::float8 as "totalMs"`,
    );
    await database.end();
    const [{ calls, turns, totalMs }] = rows;
    const summary = await json('analytics-report', '--time-range', '1h');
    expect(summary).toMatchObject({ calls: { started: calls }, turns: { turns } });
    const { steps } = await json('analytics-report', '--type', 'performance', '--time-range', '1h');
    const total = steps.find(({ step }: { step: string }) => step === 'total');
    expect(total.workSeconds).toBeCloseTo(totalMs / 1000, 3);
  });
});

describe('the state of things', () => {
  it('is told in shapes that stay, with exit codes', async () => {
    const health = await voicebot('orchestrator-health', '--json');
    expect(JSON.parse(health.stdout)).toMatchObject({ status: 'ok', workers: { stt: 1, tts: 1 } });
    expect(health.exitCode).toBe(0);
    const found = await json('service-discovery');
    expect(found.services.map((one: { service: string; state: string }) => [one.service, one.state])).toContainEqual([
      'orchestrator-core',
      'ready',
    ]);
    expect(found.queues).toContainEqual({ queue: 'stt', pollers: 1, service: 'stt-service' });
    const diagnosis = await json('system-diagnostics');
    z.array(check.extend({ points: z.number() })).parse(diagnosis.checks);
    expect(diagnosis.arithmetic).toMatch(new RegExp(`= ${diagnosis.score} %$`));
    z.strictObject({ checks: z.array(check), failed: z.literal(0) }).parse(await json('doctor'));
    const audit = z.strictObject({ risk: z.enum(['low', 'medium', 'high']), checks: z.array(check) });
    expect(audit.parse(await json('security-audit', '--no-packages')).checks).toContainEqual(
      expect.objectContaining({ name: 'encryption of payloads', result: 'ok' }),
    );
    expect(JSON.parse((await voicebot('watch', '--once', '--json')).stdout)).toMatchObject({
      health: { status: 'ok' },
      active: 0,
    });
  });

  it('is an error with the next step where nothing answers', async () => {
    const away = await voicebot('orchestrator-health', '--url', 'http://127.0.0.1:9', '--json');
    expect(away.exitCode).toBe(1);
    expect(JSON.parse(away.stdout).error).toMatchObject({
      code: 'dependency-unavailable',
      hint: expect.stringContaining('npm start'),
    });
  });
});

describe('a load test', () => {
  const report = z.looseObject({
    ...{
      type: z.literal('load-testing'),
      calls: z.number(),
      turns: z.number().min(1),
      failed: z.literal(0),
      refused: z.literal(0),
    },
    ...{ voiceToVoiceMs: spread, connectMs: spread },
    driver: z.strictObject({
      ...{ cpuPercentOfCore: z.number(), eventLoopP99Ms: z.number(), lateFramesPercent: z.number(), wasTheLimit: z.boolean() },
    }),
  });

  it('holds real calls over the socket, and reports them', async () => {
    const page = join(folder, 'load.html');
    const run = ['load-testing', '--users', '2', '--duration', '8', '--ramp', '0', '--pause', '200', '--scenario', 'greetings'];
    const measured = report.parse(await json(...run, '--report', page));
    expect(dataOfHtml(await readFile(page, 'utf8'))).toMatchObject({ type: 'load-testing', turns: measured.turns });
    const { sessions } = await json('list-sessions', '--status', 'ended');
    const held = sessions.filter(({ id }: { id: string }) => id.startsWith('load-'));
    expect(held).toHaveLength(measured.calls);
    expect(held.reduce((sum: number, one: { turns: number }) => sum + one.turns, 0)).toBeGreaterThanOrEqual(measured.turns);
  });
});

describe('voicebot validate', () => {
  const validate = async () => {
    const ran = await voicebot('validate', '--duration', '5', '--output', 'results.json');
    return { ...ran, results: JSON.parse(await readFile(join(folder, 'results.json'), 'utf8')) };
  };
  type Section = { checks: { name: string; result: string; fix: string | null }[] };
  const resultOf = (results: { sections: Section[] }, name: string) =>
    results.sections.flatMap(({ checks }) => checks).find((one) => one.name === name);

  it('says that a whole system is ready', async () => {
    const { stdout, exitCode, results } = await validate();
    const wrong = results.sections
      .flatMap(({ checks }: Section) => checks)
      .filter(({ result }: { result: string }) => result === 'failed');
    expect(wrong).toEqual([]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('PRODUCTION DEPLOYMENT STATUS: ✅ READY');
    expect(results).toMatchObject({ failed: 0, percent: 100, ready: true, status: 'EXCELLENT', startedHere: false });
  });

  it('fails where a worker is stopped, and says how to mend it', async () => {
    await ears.stop();
    const { stdout, exitCode, results } = await validate();
    expect(exitCode).toBe(1);
    expect(stdout).toContain('❌ Speech to Text');
    expect(stdout).toContain('❌ NOT READY');
    expect(resultOf(results, 'Speech to Text')).toMatchObject({ result: 'failed', fix: 'voicebot worker --queues stt' });
    expect(resultOf(results, 'Calls')).toMatchObject({ result: 'ok' });
  });
});
