import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeWav } from '../../audio/wav.ts';
import { LiveClient } from '../../client/live-client.ts';
import { wording } from '../../domain/wording.ts';
import { freePort } from '../../services/ports.ts';
import type { Stack } from '../../services/stack.ts';
import { allQueues } from '../../services/workers.ts';
import { ChaosCaller, fakeUtterance } from '../chaos/caller.ts';
import { type TemporalToBreak, temporalToBreak } from '../chaos/temporal.ts';
import { startTransferDesk, type TransferDesk } from '../chaos/transfer-desk.ts';
import { spokenText, textsInBytes } from '../fakes/spoken-text.ts';
import { standInEngines, standInRateHz } from '../fakes/stand-in-engines.ts';
import { CallClient } from '../support/call-client.ts';
import { LiveCaller } from '../support/live-caller.ts';
import { startPostgres } from '../support/postgres-server.ts';
import { startTestStack, type TestEnvironment, testEnvironment } from '../support/test-stack.ts';
import { until } from '../support/until.ts';

const postgres = await startPostgres();
const bin = fileURLToPath(new URL('../../cli/bin.mjs', import.meta.url));

/** Real servers and a real API; the engines are stand-ins that need no models. */
describe.skipIf(!postgres)('a service whose parts fail', () => {
  let folder: string;
  let temporal: TemporalToBreak;
  /** What answers: the dev server, or the frontend of a cluster (its other services are killed by `npm run chaos -- --cluster`). */
  const killTemporal = () => temporal.components[0]?.kill() ?? Promise.reject(new Error('There is no server.'));
  let desk: TransferDesk;
  let environment: TestEnvironment;
  let api: Stack;
  let workers: Stack;
  const engines = () =>
    standInEngines({ transcribeMs: 20, embedMs: 1, firstTokenMs: 20, tokenMs: 2, firstAudioMs: 20, realTimeFactor: 0 });
  const url = (path: string) => `${api.apiUrl}${path}`;
  const reconnect = (id: string) => new CallClient(`${api.apiUrl?.replace('http', 'ws')}/ws/${id}?events=1`).open();
  /** A new session. While the service still measures how long work waited during an outage, newcomers are asked to come again. */
  const letIn = (id: string) =>
    until(`${id} is let in`, async () => (await json(`/sessions/${id}`, { method: 'POST' })).status === 201);
  const connect = async (id: string) => {
    await letIn(id);
    return reconnect(id);
  };
  const wav = (text: string) => {
    const samples = spokenText(text, standInRateHz);
    return encodeWav(new Uint8Array(samples.buffer), standInRateHz);
  };
  // biome-ignore lint/suspicious/noExplicitAny: answers of many kinds.
  const json = async (path: string, init?: RequestInit): Promise<{ status: number; headers: Headers; body: any }> => {
    const response = await fetch(url(path), init);
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
  const voicebot = (...args: string[]) =>
    execa('node', [bin, ...args], { reject: false, env: { VOICEBOT_URL: api.apiUrl } as Record<string, string> });
  const restartApi = async (settings: TestEnvironment = {}) => {
    await api.stop();
    api = await startTestStack({ ...environment, ...settings }, { queues: [], engines: engines() });
  };
  const startWorkers = (queues = allQueues) => startTestStack(environment, { queues, api: false, engines: engines() });
  /** Callers are told sooner that something does not come. */
  const quick = { WORKER_WAIT: '1' };
  /** Says something in the session and waits for the spoken answer. */
  async function say(caller: CallClient, text: string) {
    caller.send(wav(text));
    const events = [];
    for (;;) {
      const message = await caller.next();
      if (Buffer.isBuffer(message)) return { events, audio: message };
      events.push(message);
    }
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'voicebot-survival-'));
    temporal = await temporalToBreak({
      folder,
      namespace: 'bank',
      // Longer than /ready is patient, so that it is surely seen.
      awayMs: 4_000,
      cluster: process.env.TEST_TEMPORAL === 'cluster',
    });
    desk = await startTransferDesk();
    environment = await testEnvironment({
      TEMPORAL_ADDRESS: temporal.address,
      TEMPORAL_NAMESPACE: 'bank',
      DATABASE_URL: postgres?.url ?? '',
      WORKER_WAIT: '10',
      IDLE_PROMPT_SECONDS: '0',
      TRANSFER_WEBHOOK_URL: desk.url,
      TTS_CONCURRENCY: '2',
      STT_CONCURRENCY: '2',
      MAX_SLOT_USE: '0.85',
      MAX_QUEUE_DELAY_MS: '500',
    });
    [api, workers] = await Promise.all([startTestStack(environment, { queues: [], engines: engines() }), startWorkers()]);
  });
  afterAll(async () => {
    await Promise.all([api?.stop(), workers?.stop()]);
    await temporal?.stop();
    await desk?.close();
    await postgres?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('lists a failed turn with its cause, keeps its audio, and answers it by another try, during the call and after it', async () => {
    await workers.stop();
    // Nobody listens: the words of this turn are in its audio alone.
    workers = await startWorkers(allQueues.filter((queue) => queue !== 'stt'));
    await restartApi(quick);
    const caller = await connect('unheard');
    for (const text of ['I had a long day with the sea.', 'I had a long day with the hills.']) {
      const { events, audio } = await say(caller, text);
      expect(events).toContainEqual(expect.objectContaining({ type: 'reply', source: 'apology' }));
      expect(textsInWav(audio)[0]).toBe(`${wording.apology.split('.')[0]}.`);
    }
    await workers.stop();
    workers = await startWorkers();

    const failed = await until('both are recorded with their audio', async () => {
      const { body } = await json('/turns?status=failed');
      return body.turns.filter((turn: { hasAudio: boolean }) => turn.hasAudio).length === 2 && body;
    });
    expect(failed.turns[0]).toMatchObject({
      sessionId: 'unheard',
      turn: 2,
      errorStep: 'transcribe',
      errorCode: 'worker-unavailable',
      hasAudio: true,
      retries: 0,
    });
    const page = (await json('/turns?status=failed&limit=1')).body;
    expect(page.turns[0].turn).toBe(2);
    expect((await json(`/turns?limit=1&cursor=${page.nextCursor}`)).body).toMatchObject({
      turns: [{ turn: 1 }],
      nextCursor: null,
    });
    const listed = await voicebot('failed-turns');
    expect(listed.stdout).toMatch(/unheard\s+2.*transcribe: worker-unavailable.*\(audio kept\)/);
    const kept = Buffer.from(await (await fetch(url('/sessions/unheard/turns/1/audio'))).arrayBuffer());
    expect(textsInWav(kept)).toEqual(['I had a long day with the sea.']);

    const again = await json('/sessions/unheard/turns/1/retry', { method: 'POST' });
    expect(again).toMatchObject({
      status: 200,
      body: { turn: 1, status: 'answered', transcript: 'I had a long day with the sea.', retries: 1 },
    });
    expect(again.body.reply).toContain('I had a long day with the sea');
    await until('the answer is kept', async () => (await json('/sessions/unheard')).body.history[0].status === 'answered');
    expect(await json('/sessions/unheard/turns/1/retry', { method: 'POST' })).toMatchObject({ status: 409 });
    // What was needed for the other try is gone.
    await until('its audio is gone', async () => (await fetch(url('/sessions/unheard/turns/1/audio'))).status === 404);

    await json('/sessions/unheard', { method: 'DELETE' });
    await caller.close();
    await until('the call has ended', async () => (await json('/sessions/unheard')).body.status === 'ended');
    const byCommand = await voicebot('retry-turn', '--session-id', 'unheard', '--turn', '2');
    expect(byCommand).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('caller: I had a long day with the hills.') });
    expect((await json('/turns?status=failed')).body.turns).toEqual([]);
    expect((await json('/sessions/unheard/turns?after=1')).body).toMatchObject({ turns: [{ turn: 2, retries: 1 }], next: null });
    const missing = await voicebot('retry-turn', '--session-id', 'unheard', '--turn', '9');
    expect(missing).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('no turn 9') });
    await restartApi();
  });

  it('goes on with its calls when the Temporal server was killed, and says so meanwhile', async () => {
    const caller = await connect('restart');
    await say(caller, 'I had a long day with the rain.');
    const back = killTemporal();
    const down = await until('it is seen', async () => {
      const health = await json('/ready');
      return health.status === 503 && health;
    });
    expect(down.body).toMatchObject({ status: 'down', temporal: { ok: false }, database: { ok: true } });
    // Said while nobody is there to take it; answered once, when the server is back.
    const { events } = await say(caller, 'I had a long day with the snow.');
    await back;
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'transcript', turn: 2, text: 'I had a long day with the snow.' }),
    );
    await until('it is well again', async () => (await json('/ready')).status === 200);
    await until('both turns are recorded', async () => (await json('/sessions/restart')).body.turns === 2);
    await caller.close();
  });

  it('says aloud that it did not work when the Temporal server is away for longer than callers wait, and answers what is said then', async () => {
    await restartApi(quick);
    await api.ready;
    const caller = await connect('too-long');
    await say(caller, 'I had a long day with the fog.');
    await letIn('too-long-live');
    const live = await LiveCaller.connect({
      baseUrl: api.apiUrl ?? '',
      sessionId: 'too-long-live',
      format: { encoding: 'pcm16', sampleRateHz: standInRateHz },
    });
    const spoken = () => textsInBytes(Buffer.concat(live.heard.map(({ bytes }) => bytes))).join(' ');
    const back = killTemporal();
    await until('nobody listens there', () => refuses(temporal.address));
    const told = live.client.next('error');
    const saidLive = live.saySamples(fakeUtterance('I had a long day with the frost.').samples);
    // Also the second time, when it is not known whether the first was taken.
    for (const text of ['I had a long day with the frost.', 'I had a long day with the ice.']) {
      const { events, audio } = await say(caller, text);
      expect(events).toMatchObject([{ type: 'error', problem: { status: 503 } }]);
      expect(textsInWav(audio)[0]).toBe(`${wording.apology.split('.')[0]}.`);
    }
    expect((await told).problem.status).toBe(503);
    await saidLive;
    await until('the live caller was told', () => spoken().includes(wording.apology.split('.')[0] ?? ''));
    await back;
    await until('it is well again', async () => (await json('/ready')).status === 200);
    await until(
      'the live caller is answered',
      async () => {
        const where = ({ text }: { text: string }) => text.includes('the hail');
        const answered = live.client.next('reply.text', { where, timeoutMs: 8_000 }).then(
          () => true,
          () => false,
        );
        await live.saySamples(fakeUtterance('I had a long day with the hail.').samples);
        return answered;
      },
      40_000,
      () => live.events,
    );
    await live.leave();
    await until('what is said then is answered', async () => {
      const answer = await say(caller, 'I had a long day with the hail.');
      return answer.events.some(({ type, text }) => type === 'reply' && text?.includes('the hail'));
    });
    await caller.close();
    await restartApi();
  });

  it('answers a live caller whose call has taken a turn that the line does not know of', async () => {
    const sessionId = 'behind';
    await letIn(sessionId);
    const live = await LiveCaller.connect({
      baseUrl: api.apiUrl ?? '',
      sessionId,
      format: { encoding: 'pcm16', sampleRateHz: standInRateHz },
    });
    const written = await json(`/sessions/${sessionId}/turns`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text: 'I had a long day with the dew.' }),
    });
    expect(written.body).toMatchObject({ turn: 1 });
    for (const [turn, text] of [
      [2, 'I had a long day with the dawn.'],
      [3, 'I had a long day with the dusk.'],
    ] as const) {
      const done = live.client.next('reply.done', { timeoutMs: 20_000 });
      await live.saySamples(fakeUtterance(text).samples);
      expect(await done.catch(() => live.events)).toMatchObject({ turn });
    }
    expect(live.events.map(({ event }) => event.type)).not.toContain('error');
    await live.leave();
    await until('what was heard is recorded', async () => {
      const { history } = (await json(`/sessions/${sessionId}`)).body;
      return history.length === 3 && history[2].heardReply.includes('dusk');
    });
  });

  it('goes on with its calls while Postgres is away, lets nobody new in, and records what was missed', async () => {
    const caller = await connect('no-records');
    await say(caller, 'I had a long day with the wind.');
    await caller.close();
    await postgres?.kill();
    const refused = await json('/sessions/somebody-new', { method: 'POST' });
    expect(refused).toMatchObject({
      status: 503,
      body: { code: 'dependency-unavailable', detail: 'The database does not answer.' },
    });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await json('/health')).body).toMatchObject({ status: 'down', database: { ok: false }, temporal: { ok: true } });
    // Who is in a call stays in it, even over a new connection.
    const again = await reconnect('no-records');
    const { events } = await say(again, 'I had a long day with the clouds.');
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'transcript', turn: 2, text: 'I had a long day with the clouds.' }),
    );
    await again.close();
    await postgres?.start();
    await until('the turn is recorded late', async () => {
      const { status, body } = await json('/sessions/no-records');
      return status === 200 && body.turns === 2;
    });
    await letIn('somebody-new');
  });

  it('speaks the answer when its API died before it was heard, and the rest of one that was heard in part', async () => {
    const second = await startTestStack({ ...environment, PORT: String(await freePort()) }, { queues: [], engines: engines() });
    const caller = new ChaosCaller({
      sessionId: 'moved',
      urls: [second.apiUrl ?? '', api.apiUrl ?? ''],
      readable: true,
      log: () => {},
    });
    // The line breaks as soon as the reply is heard; the API stops without finishing anything.
    const speaking = caller.say(fakeUtterance('I had a long day with the stars.'));
    await until('the first sentence was heard', () => caller.told.get(1)?.length === 2);
    await second.stop();
    expect(await speaking).toMatchObject({ result: 'answered', said: 1, turns: [1] });
    await caller.hangUp();
    const all = ['So: I had a long day with the stars.', 'It is good that we talk.', 'Please go on.'];
    // The sentence that was cut off is said again, the one before it is not.
    expect(caller.heardTexts.flatMap((text) => text.split(/(?<=\.) /))).toEqual(all);
    const row = await until('what was heard is recorded', async () => {
      const { body } = await json('/sessions/moved');
      return body.history[0]?.heardReply && body.history[0];
    });
    expect(row).toMatchObject({ turn: 1, status: 'answered', heardReply: all.join(' '), interrupted: false });
  });

  it('keeps its promise of a person when its API died between the promise and the transfer', async () => {
    const second = await startTestStack({ ...environment, PORT: String(await freePort()) }, { queues: [], engines: engines() });
    const caller = new ChaosCaller({
      sessionId: 'promised',
      urls: [second.apiUrl ?? '', api.apiUrl ?? ''],
      readable: true,
      log: () => {},
    });
    const asking = caller.say(fakeUtterance('I want to talk to a person.'));
    await until('it is promised', () => caller.told.get(1)?.length === 1);
    await second.stop();
    await asking;
    await caller.waitForEnd(20_000);
    expect(caller.ended).toBe(true);
    await caller.leave();
    expect([...desk.effects.values()]).toEqual(['promised']);
    await until('it is recorded', async () => (await json('/sessions/promised')).body.endReason === 'transferred');
  });

  it('tells a caller aloud when workers cannot reach its pipes, and which setting that is', async () => {
    const port = String(await freePort());
    const astray = await startTestStack(
      { ...environment, PORT: port, MEDIA_URL: 'http://127.0.0.1:9' },
      { queues: [], engines: engines() },
    );
    const caller = await new CallClient(`ws://127.0.0.1:${port}/ws/astray?events=1`).open();
    caller.send(wav('I had a long day with the moon.'));
    expect(await caller.event()).toMatchObject({ type: 'transcript', turn: 1, text: '' });
    expect(await caller.event()).toMatchObject({ type: 'reply', source: 'apology' });
    expect((await caller.event()).problem?.detail).toMatch(/line-gone.*MEDIA_URL/);
    await caller.close();
    await astray.stop();
  });

  it('refuses new sessions with 503 while its workers have no place left, and measures the queues', async () => {
    await Promise.all([0, 1].map((i) => letIn(`busy-${i}`)));
    const busy = [0, 1].map((i) =>
      LiveClient.connect({
        baseUrl: api.apiUrl ?? '',
        sessionId: `busy-${i}`,
        format: { encoding: 'pcm16', sampleRateHz: standInRateHz },
      }),
    );
    const lines = await Promise.all(busy);
    const talk = new Uint8Array(spokenText('And so on and so on', standInRateHz / 50).buffer);
    let talking = true;
    const microphones = lines.map(async (line) => {
      for (; talking; await sleep(20)) line.sendAudio(talk);
    });
    // Another queue may have no place either for a moment, after the test before.
    const refused = await until('all places for listening are taken', async () => {
      const answer = await json(`/sessions/late-${Date.now()}`, { method: 'POST' });
      return answer.status === 503 && answer.body.detail.includes("2 of 2 places of the queue 'stt'") && answer;
    });
    expect(refused.body).toMatchObject({ code: 'overloaded' });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    const metrics = await (await fetch(url('/metrics'))).text();
    expect(metrics).toMatch(/voicebot_queue_slots\{queue="stt",state="used"\} 2/);
    expect(metrics).toMatch(/voicebot_sessions_refused_total\{reason="stt-slots"\} [1-9]/);
    talking = false;
    await Promise.all(microphones);
    await Promise.all(lines.map((line) => line.close()));
    await letIn('not-late');
  });
});

/** Past the header of a WAV file. */
const textsInWav = (wav: Uint8Array) => textsInBytes(wav.subarray(44));

function refuses(address: string): Promise<boolean> {
  const [host = '', port] = address.split(':');
  const socket = connectTcp(Number(port), host);
  return once(socket, 'connect')
    .then(() => false)
    .catch(() => true)
    .finally(() => socket.destroy());
}
