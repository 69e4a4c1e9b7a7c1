import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../config/load.ts';
import { openDatabase } from '../../db/open.ts';
import { admitSession } from '../../db/sessions.ts';
import { Kokoro } from '../../engines/kokoro/kokoro.ts';
import { ensureTemporalCli } from '../../services/models.ts';
import { freePort } from '../../services/ports.ts';
import type { Stack } from '../../services/stack.ts';
import { allQueues } from '../../services/workers.ts';
import { type DevServer, startDevServer } from '../../temporal/dev-server.ts';
import { gather, wavOf } from '../support/audio.ts';
import { CallClient, refusal } from '../support/call-client.ts';
import { startPostgres } from '../support/postgres-server.ts';
import { testRuntime } from '../support/runtime.ts';
import { startTestStack, type TestEnvironment, testEnvironment } from '../support/test-stack.ts';
import { until } from '../support/until.ts';

const postgres = await startPostgres();

/** The same parts as processes of their own would run them, on servers that are not embedded. */
describe.skipIf(!postgres)('API and workers apart, on a Temporal server and a Postgres server', () => {
  let folder: string;
  let temporal: DevServer;
  let environment: TestEnvironment;
  let api: Stack;
  let hello: Uint8Array;
  const socketUrl = (id: string) => `${api.apiUrl?.replace('http', 'ws')}/ws/${id}?events=1`;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'voicebot-temporal-'));
    const kokoro = new Kokoro(testRuntime());
    hello = wavOf(await gather(kokoro.speak('Good morning to you.')), kokoro.sampleRateHz);
    await kokoro.unload();
    temporal = await startDevServer({
      binary: await ensureTemporalCli(loadConfig(), {}),
      dataDir: folder,
      port: await freePort(),
      uiPort: await freePort(),
      namespace: 'bank',
    });
    environment = await testEnvironment({
      TEMPORAL_ADDRESS: temporal.address,
      TEMPORAL_NAMESPACE: 'bank',
      DATABASE_URL: postgres?.url ?? '',
      WORKER_WAIT: '2',
      RECORD_AUDIO: 'true',
    });
    api = await startTestStack(environment, { queues: [] });
  });
  afterAll(async () => {
    await api?.stop();
    await temporal?.stop();
    await postgres?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('say so after the stated wait when no worker runs at all', async () => {
    const caller = await new CallClient(socketUrl('nobody-works')).open();
    caller.send(hello);
    expect(await caller.event()).toMatchObject({ type: 'error', problem: { status: 503, code: 'worker-unavailable' } });
    await caller.close();
    expect((await refusal(socketUrl('nobody-works'))).problem).toMatchObject({ code: 'worker-unavailable' });
  });

  it('fail a turn honestly when the workers of one queue are missing', async () => {
    const part = await startTestStack(environment, { queues: ['calls', 'records', 'cache', 'tts'], api: false });
    const caller = await new CallClient(socketUrl('no-ears')).open();
    caller.send(hello);
    expect(await caller.event()).toMatchObject({ type: 'transcript', text: '' });
    expect(await caller.event()).toMatchObject({ type: 'reply', source: 'apology' });
    expect(await caller.event()).toMatchObject({
      type: 'error',
      problem: { detail: expect.stringContaining('worker-unavailable') },
    });
    expect((await caller.audio()).length).toBeGreaterThan(10_000);
    await caller.close();
    await part.stop();
  });

  describe('with workers', () => {
    let workers: Stack;
    beforeAll(async () => {
      workers = await startTestStack(environment, { queues: allQueues, api: false });
    });
    afterAll(() => workers?.stop());

    /** Says hello and hears the reply. */
    async function takeTurn(sessionId: string): Promise<void> {
      const caller = await new CallClient(socketUrl(sessionId)).open();
      caller.send(hello);
      const heard = await caller.event();
      expect(heard, JSON.stringify(heard)).toMatchObject({ type: 'transcript', turn: 1 });
      await caller.event();
      await caller.audio();
      await caller.close();
    }

    it('take a turn and keep it, with its audio, in Postgres', async () => {
      await takeTurn('apart');
      const client = new pg.Client({ connectionString: postgres?.url });
      await client.connect();
      const kinds = await until('the audio is kept', async () => {
        const { rows } = await client.query("select kind from recordings where session_id = 'apart' order by kind");
        return rows.length === 2 && rows.map((row) => row.kind);
      });
      expect(kinds).toEqual(['heard', 'spoken']);
      await client.end();
    });

    it('start the call of a session whose process died between admitting it and starting it', async () => {
      const database = await openDatabase({ url: postgres?.url, dataDir: folder });
      expect(
        await admitSession(database.acrossTenants, { id: 'left-behind', tenant: 'default', anyTenant: false, maxActive: 100 }),
      ).toBe('admitted');
      await database.close();
      await takeTurn('left-behind');
    });
  });
});
