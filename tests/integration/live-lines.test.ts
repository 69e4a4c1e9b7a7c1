import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { encodeFrame, frameKinds } from '../../api/telephony/audiosocket-frames.ts';
import { freePort } from '../../services/ports.ts';
import type { Stack } from '../../services/stack.ts';
import { allQueues } from '../../services/workers.ts';
import { type TemporalToBreak, temporalToBreak } from '../chaos/temporal.ts';
import { startTransferDesk, type TransferDesk } from '../chaos/transfer-desk.ts';
import { spokenText } from '../fakes/spoken-text.ts';
import { standInEngines, standInRateHz } from '../fakes/stand-in-engines.ts';
import { LiveCaller } from '../support/live-caller.ts';
import { startPostgres } from '../support/postgres-server.ts';
import { dialAudioSocket } from '../support/telephone.ts';
import { startTestStack, type TestEnvironment, testEnvironment } from '../support/test-stack.ts';
import { until } from '../support/until.ts';

const postgres = await startPostgres();
if (!postgres) process.stderr.write('No Postgres here: listening in across processes is not tested.\n');

/** Two API processes; a caller is on a line of the first one. */
describe.skipIf(!postgres)('calls on several processes', () => {
  let folder: string;
  let temporal: TemporalToBreak;
  let desk: TransferDesk;
  let first: Stack;
  let second: Stack;
  let workers: Stack;
  /** Of the first process. */
  let audioSocketPort: number;
  /** Of one more process of the same installation. */
  let environment: () => Promise<TestEnvironment>;
  const engines = () =>
    standInEngines({ transcribeMs: 20, embedMs: 1, firstTokenMs: 20, tokenMs: 2, firstAudioMs: 20, realTimeFactor: 0 });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'voicebot-lines-'));
    temporal = await temporalToBreak({ folder, namespace: 'bank', awayMs: 500, cluster: false });
    desk = await startTransferDesk();
    environment = async () => ({
      ...(await testEnvironment({ IDLE_PROMPT_SECONDS: '0', AUDIOSOCKET_PORT: String(await freePort()) })),
      TEMPORAL_ADDRESS: temporal.address,
      TEMPORAL_NAMESPACE: 'bank',
      DATABASE_URL: postgres?.url ?? '',
      SECRETS_KEY: 'a key of this test alone, of some length',
      TRANSFER_WEBHOOK_URL: desk.url,
    });
    const [one, other] = [await environment(), await environment()];
    audioSocketPort = Number(one.AUDIOSOCKET_PORT);
    [first, second, workers] = await Promise.all([
      startTestStack(one, { queues: [], engines: engines() }),
      startTestStack(other, { queues: [], engines: engines() }),
      startTestStack(one, { queues: allQueues, api: false, engines: engines() }),
    ]);
  });
  afterAll(async () => {
    await Promise.all([first?.stop(), second?.stop(), workers?.stop()]);
    await temporal?.stop();
    await desk?.close();
    await postgres?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const say = async (caller: LiveCaller, text: string) => {
    const turns = caller.events.filter(({ event }) => event.type === 'reply.done').length;
    const pcm = spokenText(text, standInRateHz);
    await caller.say(new Uint8Array(pcm.buffer));
    await until('the reply is over', () => caller.events.filter(({ event }) => event.type === 'reply.done').length > turns);
  };

  async function listen(stack: Stack, id: string) {
    const socket = new WebSocket(`${stack.apiUrl?.replace('http', 'ws')}/sessions/${id}/listen`);
    const heard = { events: [] as { type: string; text?: string }[], bytes: [0, 0] };
    socket.on('message', (data: Buffer, binary) => {
      if (!binary) return void heard.events.push(JSON.parse(data.toString()));
      heard.bytes[data[0] as number] = (heard.bytes[data[0] as number] ?? 0) + data.length - 1;
    });
    await once(socket, 'open');
    return { socket, heard };
  }

  describe('people who listen to a running call', () => {
    it.each([
      ['the process that holds the line', () => first],
      ['another process', () => second],
    ] as const)('hear both voices and read both sides at %s', async (_name, stack) => {
      const sessionId = `heard-${stack() === first ? 'here' : 'there'}`;
      const caller = await LiveCaller.connect({ baseUrl: first.apiUrl as string, sessionId });
      await say(caller, 'How was your day by the sea?');
      const { socket, heard } = await listen(stack(), sessionId);
      await until('the listener is there', () => heard.bytes[0] !== 0);
      await say(caller, 'And how was it in the hills?');
      expect(heard.events).toContainEqual(
        expect.objectContaining({ type: 'transcript.final', text: 'And how was it in the hills?' }),
      );
      expect(heard.events.map(({ type }) => type)).toEqual(expect.arrayContaining(['reply.started', 'reply.text', 'reply.done']));
      expect(heard.bytes[0], 'bytes of the caller').toBeGreaterThan(32_000);
      expect(heard.bytes[1], 'bytes of the bot').toBeGreaterThan(16_000);
      const closed = once(socket, 'close');
      await caller.leave();
      expect((await closed)[0]).toBe(1000);
    });

    it('hand the caller to a person, also from another process', async () => {
      const caller = await LiveCaller.connect({ baseUrl: first.apiUrl as string, sessionId: 'handed' });
      await say(caller, 'How was your day by the sea?');
      const answer = await fetch(`${second.apiUrl}/sessions/handed/transfer`, { method: 'POST' });
      expect(await answer.json()).toEqual({ transferred: true });
      await until('the caller is told', () => caller.events.some(({ event }) => event.type === 'call.ended'));
      expect(caller.events.at(-1)?.event).toMatchObject({ type: 'call.ended', reason: 'transferred' });
    });

    it('are told where nobody is on a line', async () => {
      await fetch(`${first.apiUrl}/sessions/in-writing`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: '{}',
      });
      const answer = await fetch(`${second.apiUrl}/sessions/in-writing/transfer`, { method: 'POST' });
      expect(answer.status).toBe(409);
      expect(await answer.json()).toMatchObject({ code: 'conflict', detail: "Nobody is on a line of the session 'in-writing'." });
      expect((await fetch(`${second.apiUrl}/sessions/nobody/transfer`, { method: 'POST' })).status).toBe(404);
      const { socket } = await listen(second, 'in-writing');
      expect((await once(socket, 'close'))[0]).toBe(4409);
    });

    it('find a session by a part of its id, how it ended and whether a turn failed', async () => {
      const ids = async (query: string) => {
        const { sessions } = (await (await fetch(`${first.apiUrl}/sessions?${query}`)).json()) as { sessions: { id: string }[] };
        return sessions.map(({ id }) => id);
      };
      await until('the end is recorded', async () => (await ids('endReason=transferred')).length > 0);
      expect(await ids('search=HEARD')).toEqual(['heard-there', 'heard-here']);
      expect(await ids('endReason=transferred')).toEqual(['handed']);
      expect(await ids('status=active&search=writing')).toEqual(['in-writing']);
      expect(await ids('failed=true')).toEqual([]);
      expect(await ids(`until=${new Date(0).toISOString()}`)).toEqual([]);
      expect(await ids('search=_')).toEqual([]);
    });
  });

  it('are left by a process that ends: who speaks is heard out, and who is silent connects to another', async () => {
    const ending = await startTestStack(await environment(), { queues: [], engines: engines() });
    const connect = (sessionId: string) => LiveCaller.connect({ baseUrl: ending.apiUrl as string, sessionId });
    const [silent, speaking] = [await connect('silent'), await connect('speaking')];
    await say(silent, 'How was your day by the sea?');
    const words = 'Good morning to you and to all of your colleagues there.';
    const pcm = spokenText(words, standInRateHz);
    const said = speaking.say(new Uint8Array(pcm.buffer));
    await until('it is heard that somebody speaks', () => speaking.events.some(({ event }) => event.type === 'speech.started'));
    const stopped = ending.stop();
    expect(await silent.client.closed).toMatchObject({ code: 1012 });
    const ready = await fetch(`${ending.apiUrl}/ready`);
    expect([ready.status, await ready.json()]).toMatchObject([503, { status: 'stopping' }]);
    expect(speaking.client.isOpen).toBe(true);
    // Whoever connects now is told before a socket opens: a load balancer tries the next process.
    const [, refusal] = (await once(
      new WebSocket(`${ending.apiUrl?.replace('http', 'ws')}/ws/late`).on('error', () => {}),
      'unexpected-response',
    )) as [unknown, IncomingMessage];
    expect([refusal.statusCode, refusal.headers['retry-after']]).toEqual([503, '1']);
    refusal.destroy();
    await said;
    expect(await speaking.client.closed).toMatchObject({ code: 1012 });
    expect(speaking.events.map(({ event }) => event.type)).toEqual(expect.arrayContaining(['transcript.final', 'reply.done']));
    await stopped;
    const { history } = await until('the turn is recorded', async () => {
      const session = await fetch(`${first.apiUrl}/sessions/speaking`);
      const body = (await session.json()) as { history: { status: string; transcript: string }[] };
      return body.history.length === 1 && body;
    });
    expect(history[0]).toMatchObject({ status: 'answered', transcript: words });
  });

  it('are left by a process that ends: a telephone call goes on at another one', async () => {
    const uuid = '11112222-3333-4444-8888-555566667777';
    const settings = await environment();
    const ending = await startTestStack(settings, { queues: [], engines: engines() });
    const next = async (stack: Stack) =>
      (await fetch(`${stack.apiUrl}/telephony/asterisk/${uuid}/next?words=1`).catch(() => undefined))?.text();
    const before = await dialAudioSocket(Number(settings.AUDIOSOCKET_PORT), uuid);
    await until('the bot has greeted', () => before.heard().length > 0);
    const written = await fetch(`${first.apiUrl}/sessions/${uuid}/turns`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ text: 'How was your day by the sea?' }),
    });
    expect(written.status).toBe(200);
    const closed = once(before.socket, 'close');
    const stopped = ending.stop();
    await closed;
    before.mic.stop();
    expect(before.kinds).not.toContain(frameKinds.hangup);
    expect(['wait', undefined]).toContain(await next(ending));
    expect(await next(first)).toBe('again');
    await stopped;
    const after = await dialAudioSocket(audioSocketPort, uuid);
    after.mic.stop();
    after.socket.end(encodeFrame(frameKinds.hangup));
    await until('the call is over', async () => (await next(second)) === 'hangup');
    const session = (await (await fetch(`${first.apiUrl}/sessions/${uuid}`)).json()) as object;
    expect(session).toMatchObject({ history: [{ turn: 1, status: 'answered' }] });
  });
});
