import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeWav } from '../../audio/wav.ts';
import { loadConfig } from '../../config/load.ts';
import { type ServiceName, serviceNames, services } from '../../services/catalogue.ts';
import { ensureTemporalCli } from '../../services/models.ts';
import { freePort } from '../../services/ports.ts';
import { type DevServer, startDevServer } from '../../temporal/dev-server.ts';
import { startPostgres } from '../support/postgres-server.ts';
import { until } from '../support/until.ts';

const postgres = await startPostgres();
const root = fileURLToPath(new URL('../../', import.meta.url));
const adminKey = 'an-administrators-key-for-these-tests-alone';
const metricsKey = 'a-key-that-may-read-the-metrics-and-no-more';

/** The six services as a platform would run them: a process each, by the product's own command. */
describe.skipIf(!postgres)('the six services', () => {
  let folder: string;
  let temporal: DevServer;
  const ports = {} as Record<ServiceName, number>;
  const running = new Map<ServiceName, ChildProcess>();
  const url = (name: ServiceName, path: string) => `http://127.0.0.1:${ports[name]}${path}`;
  const ask = (name: ServiceName, path: string, options: RequestInit & { readonly key?: string } = {}) =>
    fetch(url(name, path), {
      ...options,
      headers: { ...(options.key ? { Authorization: `Bearer ${options.key}` } : {}), ...options.headers },
    });
  const json = async (name: ServiceName, path: string, body?: object) => {
    const sent = body && { method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } };
    const response = await ask(name, path, { key: adminKey, ...sent });
    // biome-ignore lint/suspicious/noExplicitAny: each answer has its own shape, which its test looks at.
    return { status: response.status, body: (await response.json()) as any };
  };

  function start(name: ServiceName): void {
    const child = spawn(process.execPath, ['cli/bin.mjs', 'service', name], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...process.env,
        PORT: String(ports[name]),
        ...{ AUTH: 'on', ADMIN_KEY: adminKey, METRICS_KEY: metricsKey, LOG_LEVEL: 'fatal', LLM_MAY: 'talk' },
        ...{ TEMPORAL_ADDRESS: temporal.address, DATABASE_URL: postgres?.url ?? '', DATA_DIR: join(folder, 'data') },
        ...{ MEDIA_URL: url('orchestrator-core', ''), SECRETS_KEY: 'a-secret-that-all-of-the-services-share-here' },
      },
    });
    running.set(name, child);
  }
  const isReady = async (name: ServiceName) => (await ask(name, '/ready').catch(() => undefined))?.status === 200;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'voicebot-services-'));
    for (const name of serviceNames) ports[name] = await freePort();
    temporal = await startDevServer({
      ...{ binary: await ensureTemporalCli(loadConfig(), {}), dataDir: folder, namespace: 'default' },
      ...{ port: await freePort(), uiPort: await freePort() },
    });
    // The first of them brings the database up to date.
    start('orchestrator-core');
    await until('the API listens', async () => (await ask('orchestrator-core', '/health').catch(() => undefined))?.ok);
    for (const name of serviceNames.slice(1)) start(name);
    for (const name of serviceNames) await until(`${name} is ready`, () => isReady(name), 120_000);
  }, 240_000);
  afterAll(async () => {
    for (const child of running.values()) child.kill('SIGTERM');
    await Promise.all([...running.values()].map((child) => child.exitCode ?? once(child, 'exit')));
    await temporal?.stop();
    await postgres?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(serviceNames)(
    '%s says what it is, that it lives and that it is ready, and shows its metrics to who may see them',
    async (name) => {
      const about = (await (await ask(name, '/')).json()) as { name: string };
      if (name === 'orchestrator-core') expect(about.name).toBe('Voicebot Orchestrator');
      else expect(about).toMatchObject({ name, summary: services[name].summary, queues: services[name].queues });
      expect(await (await ask(name, '/health')).json()).toMatchObject({ status: 'ok' });
      expect(await (await ask(name, '/ready')).json()).toMatchObject({
        status: 'ok',
        temporal: { ok: true },
        database: { ok: true },
      });
      expect((await ask(name, '/metrics')).status).toBe(401);
      expect(await (await ask(name, '/metrics', { key: metricsKey })).text()).toContain('process_cpu_seconds_total');
    },
  );

  it.each([
    ['stt-service', '/transcribe'],
    ['llm-service', '/generate'],
    ['tts-service', '/speak'],
    ['cache-service', '/lookup'],
    ['analytics-service', '/analytics/summary'],
  ] as const)('%s asks who is there at %s, and a key for the metrics is not enough', async (name, path) => {
    const method = path.startsWith('/analytics') ? 'GET' : 'POST';
    expect((await ask(name, path, { method })).status).toBe(401);
    expect((await ask(name, path, { method, key: metricsKey })).status).toBe(403);
    expect((await ask(name, path, { method: 'PATCH', key: adminKey })).status).toBe(405);
  });

  it('speak, hear, answer and look up for who asks them directly', async () => {
    const said = 'Good morning to you.';
    const spoken = await ask('tts-service', '/speak', {
      ...{ key: adminKey, method: 'POST', body: JSON.stringify({ text: said }) },
      headers: { 'Content-Type': 'application/json' },
    });
    expect(spoken.headers.get('content-type')).toBe('audio/wav');
    const heard = await ask('stt-service', '/transcribe', {
      ...{ key: adminKey, method: 'POST', body: await spoken.arrayBuffer() },
      headers: { 'Content-Type': 'audio/wav' },
    });
    expect(await heard.json()).toMatchObject({ text: said, language: 'en' });
    expect((await json('llm-service', '/generate', { text: 'How are you today?' })).body).toMatchObject({
      reply: expect.stringMatching(/\w/),
      processingMs: expect.any(Number),
    });
    expect((await json('cache-service', '/lookup', { text: 'What is my balance?' })).body).toMatchObject({
      ...{ intent: 'balance', found: 'answer', source: 'approved', reply: expect.stringContaining('customer number') },
    });
    expect((await json('cache-service', '/lookup', { text: ' ' })).status).toBe(400);
    const silence = await ask('stt-service', '/transcribe', {
      ...{ key: adminKey, method: 'POST', body: encodeWav(new Uint8Array(32_000), 16_000) as Uint8Array<ArrayBuffer> },
    });
    expect(await silence.json()).toMatchObject({ text: '', audioMs: 1_000 });
  });

  it('hold a call together, of which the reports then tell', async () => {
    await json('orchestrator-core', '/sessions/of-six', {});
    const { body } = await json('orchestrator-core', '/sessions/of-six/turns', { text: 'What is my balance?' });
    expect(body).toMatchObject({ status: 'answered', intent: 'balance' });
    const report = await until('the turn is recorded', async () => {
      const { body: summary } = await json('analytics-service', '/analytics/summary?range=1h');
      return summary.turns.turns > 0 && summary;
    });
    expect(report).toMatchObject({ calls: { started: 1 }, turns: { turns: 1, failed: 0 } });
    expect((await json('analytics-service', '/analytics/summary?from=yesterday')).status).toBe(400);
  });

  it('is not ready any more once what it needs is gone, and still lives', async () => {
    await temporal.stop();
    await until('it is seen', async () => (await ask('stt-service', '/ready')).status === 503);
    expect((await ask('stt-service', '/health')).status).toBe(200);
    expect((await ask('orchestrator-core', '/health')).status).toBe(200);
  });
});
