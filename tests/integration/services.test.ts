import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { Agent, get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { encodeWav } from '../../audio/wav.ts';
import { loadConfig } from '../../config/load.ts';
import { type ServiceName, serviceNames, services } from '../../services/catalogue.ts';
import { ensureTemporalCli } from '../../services/models.ts';
import { freePort } from '../../services/ports.ts';
import { type DevServer, startDevServer } from '../../temporal/dev-server.ts';
import { type ComposeService, composeServices } from '../support/compose.ts';
import { hasNginx, type RunningNginx, startNginx } from '../support/nginx.ts';
import { startPostgres } from '../support/postgres-server.ts';
import { until } from '../support/until.ts';

const postgres = await startPostgres();
const root = fileURLToPath(new URL('../../', import.meta.url));
const adminKey = 'an-administrators-key-for-these-tests-alone';
const metricsKey = 'a-key-that-may-read-the-metrics-and-no-more';

/** The six services as docker/compose.yaml runs them: its commands, settings and health checks, as plain processes behind its NGINX. */
describe.skipIf(!postgres)('the six services', () => {
  let folder: string;
  let temporal: DevServer;
  const ports = {} as Record<ServiceName, number>;
  const running = new Map<ServiceName, ChildProcess>();
  let compose: Record<string, ComposeService>;
  let audioSocketPort: number;
  let nginx: RunningNginx | undefined;
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

  /** What Compose would set, with the names of its network as they are here. */
  const here = (value: string) =>
    value
      .replace('postgres://voicebot:unused@postgres:5432/voicebot', postgres?.url ?? '')
      .replace('temporal:7233', temporal.address)
      .replace('http://orchestrator-core:8000', url('orchestrator-core', ''));

  function start(name: ServiceName): void {
    const { command = [], environment = {} } = compose[name] ?? {};
    const settings = Object.entries(environment).map(([key, value]) => [key, here(String(value))]);
    const child = spawn(process.execPath, ['cli/bin.mjs', ...command], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...process.env,
        ...Object.fromEntries(settings),
        // Of the image, and of this machine, where ports may be taken.
        ...{ AUTH: 'on', HOST: '127.0.0.1', PORT: String(ports[name]), DATA_DIR: join(folder, 'data') },
        ...(name === 'orchestrator-core' ? { AUDIOSOCKET_PORT: String(audioSocketPort), AUDIOSOCKET_HOST: '127.0.0.1' } : {}),
        ...{ LOG_LEVEL: 'fatal', LLM_MAY: 'talk' },
      },
    });
    running.set(name, child);
  }
  const isReady = async (name: ServiceName) => (await ask(name, '/ready').catch(() => undefined))?.status === 200;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'voicebot-services-'));
    for (const name of serviceNames) ports[name] = await freePort();
    audioSocketPort = await freePort();
    compose = await composeServices({
      ...{ POSTGRES_PASSWORD: 'unused', ADMIN_KEY: adminKey, METRICS_KEY: metricsKey },
      ...{ SECRETS_KEY: 'a-secret-that-all-of-the-services-share-here' },
    });
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
    await nginx?.stop();
    for (const child of running.values()) child.kill('SIGTERM');
    await Promise.all([...running.values()].map((child) => child.exitCode ?? once(child, 'exit')));
    await temporal?.stop();
    await postgres?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(serviceNames)('%s may write to its volumes alone, and has a health check that tells', async (name) => {
    const { healthcheck, read_only: readOnly } = compose[name] ?? {};
    expect(readOnly).toBe(true);
    const [, program = '', ...args] = healthcheck?.test ?? [];
    expect([program, args.at(-1)]).toEqual(['node', String(services[name].port)]);
    const checked = (port: number) => execa('node', [...args.slice(0, -1), String(port)], { cwd: root, reject: false });
    expect((await checked(ports[name])).exitCode).toBe(0);
    expect((await checked(await freePort())).exitCode).toBe(1);
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

  it.skipIf(!hasNginx)('are reached through NGINX: TLS, sockets, limits, and no way to the pipes', async () => {
    nginx = await startNginx(`127.0.0.1:${ports['orchestrator-core']}`);
    const { httpsPort } = nginx;
    const agent = new Agent({ rejectUnauthorized: false });
    const through = (path: string) =>
      new Promise<{ status: number; headers: IncomingHttpHeaders }>((resolve, reject) =>
        get(`https://127.0.0.1:${httpsPort}${path}`, { agent, headers: { Authorization: `Bearer ${adminKey}` } }, (answer) => {
          answer.resume();
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers });
        }).once('error', reject),
      );
    await until('NGINX answers', () =>
      through('/ready')
        .then(({ status }) => status === 200)
        .catch(() => false),
    );
    expect((await through('/media/some-turn/heard')).status).toBe(404);
    const socket = new WebSocket(`wss://127.0.0.1:${httpsPort}/ws/through-nginx`, {
      ...{ agent, headers: { Authorization: `Bearer ${adminKey}` } },
    });
    await once(socket, 'open');
    const started = once(socket, 'message');
    socket.send(JSON.stringify({ type: 'start', format: { encoding: 'pcm16', sampleRateHz: 16_000 } }));
    expect(JSON.parse(String((await started)[0]))).toMatchObject({ type: 'call.started' });
    socket.close();
    // What one address may do at all.
    const many = await Promise.all(Array.from({ length: 400 }, () => through('/health').then(({ status }) => status)));
    expect(many).toContain(200);
    expect(many).toContain(429);
  });

  it('is not ready any more once what it needs is gone, and still lives', async () => {
    await temporal.stop();
    await until('it is seen', async () => (await ask('stt-service', '/ready')).status === 503);
    expect((await ask('stt-service', '/health')).status).toBe(200);
    expect((await ask('orchestrator-core', '/health')).status).toBe(200);
  });
});
