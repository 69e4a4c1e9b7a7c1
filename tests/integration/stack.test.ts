import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resample } from '../../audio/resample.ts';
import { decodeWav, encodeWav } from '../../audio/wav.ts';
import { wordErrors } from '../../domain/language/word-errors.ts';
import { wording } from '../../domain/wording.ts';
import { Kokoro } from '../../engines/kokoro/kokoro.ts';
import { Whisper } from '../../engines/whisper/whisper.ts';
import type { Stack } from '../../services/stack.ts';
import { say as approved } from '../support/assistant.ts';
import { gather, tone, wavOf } from '../support/audio.ts';
import { CallClient, refusal } from '../support/call-client.ts';
import { testRuntime } from '../support/runtime.ts';
import { noBank, startTestStack, type TestEnvironment, testEnvironment } from '../support/test-stack.ts';
import { until } from '../support/until.ts';

const kokoro = new Kokoro(testRuntime());
const whisper = new Whisper(testRuntime(), { model: 'base' });
const say = async (text: string) => wavOf(await gather(kokoro.speak(text)), kokoro.sampleRateHz);
const heard = async (wav: Uint8Array) => (await whisper.transcribe(await resample(decodeWav(wav, 120), 16_000))).text;

// biome-ignore lint/suspicious/noExplicitAny: any JSON; the assertions say what it must be.
type Answer = any;
/** What `fetch` takes; the types of Node 20 know typed arrays over ArrayBuffer only. */
type Bytes = Uint8Array<ArrayBuffer>;

let environment: TestEnvironment;
let stack: Stack;
let hello: Uint8Array;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'voicebot-calls-'));
  environment = await testEnvironment({ ...noBank, MAX_AUDIO_SECONDS: '60', MAX_CONCURRENT_SESSIONS: '40' });
  [hello, stack] = await Promise.all([say('Hello there, how are you?'), startTestStack(environment)]);
});
afterAll(async () => {
  await stack?.stop();
  await Promise.all([kokoro.unload(), whisper.unload(), rm(folder, { recursive: true, force: true })]);
});

const url = (path: string) => `${stack.apiUrl}${path}`;
const socketUrl = (id: string, query = '') => `${stack.apiUrl?.replace('http', 'ws')}/ws/${id}${query}`;
const connect = (id: string, query = '?events=1') => new CallClient(socketUrl(id, query)).open();
const json = async (path: string, init?: RequestInit) => {
  const response = await fetch(url(path), init);
  return { status: response.status, type: response.headers.get('content-type'), body: (await response.json()) as Answer };
};
const silence = (seconds: number, rateHz = 16_000) => encodeWav(new Uint8Array(seconds * rateHz * 2), rateHz);

describe('the service', () => {
  it('says what it is and that all of it runs', async () => {
    expect((await json('/')).body).toMatchObject({ name: 'Voicebot Orchestrator', docs: '/docs' });
    const health = await until('all queues are polled', async () => {
      const { body } = await json('/health');
      return body.status === 'ok' && body;
    });
    expect(Object.keys(health.workers).sort()).toEqual(['bank', 'cache', 'calls', 'llm', 'records', 'stt', 'telephony', 'tts']);
  });

  it('documents itself', async () => {
    const { body } = await json('/openapi.json');
    expect(body.openapi).toBe('3.1.0');
    expect(Object.keys(body.paths).sort()).toEqual(
      [
        ...[
          '/sessions/{id}/orders',
          '/sessions/{id}/transfer',
          '/sessions/{id}/turns/{turn}/dry-run',
          '/me',
          '/bank/demo-customers',
        ],
        ...[
          '/',
          '/health',
          '/ready',
          '/analytics/{report}',
          '/sessions',
          '/sessions/{id}',
          '/sessions/{id}/turns',
          '/sessions/{id}/turns/{turn}/audio',
          '/sessions/{id}/turns/{turn}/steps',
        ],
        ...['/sessions/{id}/turns/{turn}/retry', '/sessions/{id}/turns/{turn}/review', '/stt/test', '/tts/test', '/turns'],
        ...['/adapters', '/adapters/active', '/adapters/{name}', '/adapters/{name}/load', '/adapters/{name}/train'],
        ...['/adapters/{name}/training', '/adapters/{name}/unload', '/cache/entries', '/cache/export', '/cache/optimize'],
        ...['/cache/reviews', '/cache/reviews/{review}', '/cache/stats', '/cache/threshold'],
        ...['/knowledge/articles', '/knowledge/articles/{article}', '/sessions/{id}/reviews'],
        ...[
          '/tenants',
          '/tenants/{tenant}',
          '/erasures',
          '/exports',
          '/audit',
          '/audit/export',
          '/audit/verify',
          '/deletions',
          '/keys',
          '/keys/{id}',
          '/sessions/{id}/data',
          '/tokens',
        ],
        ...['/temporal/codec/decode', '/temporal/codec/encode', '/messages/{key}/speech'],
        ...['/batch-schedules', '/batch-schedules/{id}', '/batch-schedules/{id}/run'],
        ...['/batches', '/batches/{id}', '/batches/{id}/items', '/batches/{id}/pause', '/batches/{id}/resume'],
        ...['/batches/{id}/cancel', '/batches/{id}/retry', '/batches/{id}/download', '/tts/engines', '/tts/voices'],
        ...['/tts/engines/{engine}/load', '/tts/engines/{engine}/unload'],
        ...['/messages', '/messages/{key}', '/messages/{key}/audio', '/messages/{key}/versions/{version}/approve'],
        ...['/messages/{key}/versions/{version}/reject', '/v1/audio/speech', '/v1/audio/transcriptions'],
        ...['/assistants', '/assistants/check', '/assistants/rollback', '/assistants/{version}', '/assistants/{version}/deploy'],
      ].sort(),
    );
    expect(await (await fetch(url('/docs'))).text()).toContain('swagger-ui');
  });

  it('transcribes a WAV file, raw or from a form', async () => {
    const raw = await json('/stt/test', { method: 'POST', body: hello as Bytes, headers: { 'content-type': 'audio/wav' } });
    expect(raw.status).toBe(200);
    expect(wordErrors('Hello there, how are you?', raw.body.text)).toBe(0);
    expect(raw.body).toMatchObject({ language: 'en', audioMs: expect.any(Number), processingMs: expect.any(Number) });
    const form = new FormData();
    form.set('audio', new Blob([hello as Bytes], { type: 'audio/wav' }), 'hello.wav');
    expect((await json('/stt/test', { method: 'POST', body: form })).body.text).toBe(raw.body.text);
  });

  it('speaks a text so that it is understood', async () => {
    const response = await fetch(url('/tts/test'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text: 'The meeting is in the main office.', voice: 'male', speed: 1.1 }),
    });
    expect(response.headers.get('content-type')).toBe('audio/wav');
    expect(wordErrors('The meeting is in the main office.', await heard(new Uint8Array(await response.arrayBuffer())))).toBe(0);
  });
});

describe('a caller', () => {
  it('who knows WAV messages only gets a WAV message for each', async () => {
    const caller = await connect('plain', '');
    for (let i = 0; i < 2; i++) {
      caller.send(hello);
      expect((await heard(await caller.audio())).length).toBeGreaterThan(3);
    }
    await caller.close();
    const { body } = await json('/sessions/plain');
    expect(body).toMatchObject({ status: 'active', turns: 2 });
  });

  it('who asks for them gets transcript and reply as text, and hears that reply', async () => {
    const caller = await connect('events');
    caller.send(hello);
    const transcript = await caller.event();
    expect(transcript).toMatchObject({ type: 'transcript', turn: 1, language: 'en' });
    expect(wordErrors('Hello there, how are you?', transcript.text ?? '')).toBe(0);
    const reply = await caller.event();
    expect(reply).toMatchObject({ type: 'reply', turn: 1, timings: { totalMs: expect.any(Number) } });
    const spoken = await heard(await caller.audio());
    expect(wordErrors(reply.text ?? '', spoken)).toBeLessThanOrEqual(1);
    caller.send(await say('What is the interest rate on savings?'));
    expect(await caller.event()).toMatchObject({ type: 'transcript', turn: 2 });
    expect(await caller.event()).toMatchObject({ text: approved('unknown'), source: 'approved' });
    await caller.audio();
    await caller.close();
  });

  it('gets the answer to a question that another caller has asked from the cache', async () => {
    const question = await say('Are you having a good day?');
    const first = await connect('asks-first');
    first.send(question);
    await first.event();
    const reply = await first.event();
    await first.audio();
    await first.close();
    expect(reply.source).toBe('model');
    const second = await connect('asks-second');
    // The answer is kept off the first caller's path, a moment later.
    const cached = await until('the answer comes from the cache', async () => {
      second.send(question);
      await second.event();
      const answer = await second.event();
      await second.audio();
      return answer.source === 'cache' && answer;
    });
    expect(cached.text).toBe(reply.text);
    expect(cached.timings?.think).toBeUndefined();
    await second.close();
  });

  it('who says nothing is told so, and no reply is invented', async () => {
    const caller = await connect('silent');
    caller.send(silence(2));
    expect(await caller.event()).toMatchObject({ type: 'transcript', text: '' });
    expect(await caller.event()).toMatchObject({ type: 'reply', text: wording.notHeard, source: 'silence' });
    expect(wordErrors(wording.notHeard, await heard(await caller.audio()))).toBeLessThanOrEqual(1);
    await caller.close();
  });

  it('who goes in the middle of a turn loses nothing, and may come back', async () => {
    const caller = await connect('goes');
    caller.send(hello);
    await caller.close();
    const turns = await until('the turn is recorded', async () => {
      const { status, body } = await json('/sessions/goes');
      return status === 200 && body.history.length === 1 && body.history;
    });
    expect(turns[0]).toMatchObject({ turn: 1, status: 'answered' });
    expect(turns[0].reply.length).toBeGreaterThan(0);
    const again = await connect('goes');
    again.send(silence(1));
    expect(await again.event()).toMatchObject({ turn: 2 });
    await again.event();
    await again.audio();
    await again.close();
  });

  it('hangs up by a message', async () => {
    const caller = await connect('hangs-up');
    caller.send({ type: 'hangup' });
    await until('the socket is closed', () => caller.socket.readyState === caller.socket.CLOSED);
    const ended = await until('the end is recorded', async () => {
      const { body } = await json('/sessions/hangs-up');
      return body.status === 'ended' && body;
    });
    expect(ended.endReason).toBe('hangup');
    expect(await refusal(socketUrl('hangs-up'))).toMatchObject({ code: 4409, problem: { code: 'conflict' } });
  });

  it('with a plain Python client is understood', async (context) => {
    const probe = await execa('python3', ['-c', 'import websockets'], { reject: false });
    if (probe.failed) {
      process.stderr.write('SKIPPED: the Python client, because the package websockets is missing.\n');
      return context.skip();
    }
    await writeFile(join(folder, 'hello.wav'), hello);
    const client = fileURLToPath(new URL('../support/plain_client.py', import.meta.url));
    const { stdout } = await execa('python3', [client, socketUrl('python'), join(folder, 'hello.wav'), join(folder, 'out')]);
    expect(stdout.trim().split('\n')).toEqual(['bytes', 'bytes']);
    expect((await heard(await readFile(join(folder, 'out-2.wav')))).length).toBeGreaterThan(3);
  });
});

describe('bad input', () => {
  const post = (body: Bytes, type = 'audio/wav') =>
    json('/stt/test', { method: 'POST', body, headers: { 'content-type': type } });

  it.each([
    ['text', new TextEncoder().encode('This is not a WAV file at all, but it is long enough to be one.'), 400, 'invalid-audio'],
    ['nothing', new Uint8Array(), 400, 'invalid-audio'],
    ['a WAV file of more than the limit', silence(61, 8_000), 413, 'audio-too-long'],
    ['ten minutes', silence(600, 8_000), 413, 'audio-too-long'],
  ])('%s instead of a WAV file gets problem details', async (_name, body, status, code) => {
    const answer = await post(body as Bytes);
    expect(answer).toMatchObject({
      status,
      type: 'application/problem+json',
      body: { status, code, title: expect.any(String), detail: expect.any(String) },
    });
    if (code === 'audio-too-long') expect(answer.body.detail).toMatch(/60/);
  });

  it('in a call leaves the call as it is', async () => {
    const caller = await connect('bad');
    caller.send(new TextEncoder().encode('no wav'));
    expect(await caller.event()).toMatchObject({ type: 'error', problem: { code: 'invalid-audio' } });
    caller.send(new Uint8Array());
    expect(await caller.event()).toMatchObject({ type: 'error', problem: { code: 'invalid-audio' } });
    caller.socket.send('{"type":');
    expect(await caller.event()).toMatchObject({ type: 'error', problem: { code: 'invalid-request' } });
    caller.send({ type: 'dance' });
    expect(await caller.event()).toMatchObject({
      type: 'error',
      problem: { code: 'invalid-request', hint: expect.stringContaining('hangup') },
    });
    caller.send(silence(61, 8_000));
    expect(await caller.event()).toMatchObject({ type: 'error', problem: { code: 'audio-too-long' } });
    caller.send(hello);
    expect(await caller.event()).toMatchObject({ type: 'transcript', turn: 1 });
    await caller.event();
    await caller.audio();
    await caller.close();
  });

  it.each([
    ['stereo at 48 kHz', 2, 48_000],
    ['mono at 8 kHz', 1, 8_000],
    ['mono at 44.1 kHz', 1, 44_100],
  ])('%s is accepted and converted', async (_name, channels, rateHz) => {
    const samples = await resample({ samples: decodeWav(hello, 60).samples, sampleRateHz: 24_000 }, rateHz);
    const interleaved = new Int16Array(samples.length * channels);
    for (const [i, sample] of samples.entries()) interleaved.fill(Math.round(sample * 32_000), i * channels, (i + 1) * channels);
    const wav = wavOf(interleaved, rateHz);
    new DataView(wav.buffer, wav.byteOffset).setUint16(22, channels, true);
    new DataView(wav.buffer, wav.byteOffset).setUint32(28, rateHz * channels * 2, true);
    new DataView(wav.buffer, wav.byteOffset).setUint16(32, channels * 2, true);
    expect(wordErrors('Hello there, how are you?', (await post(wav as Bytes)).body.text)).toBeLessThanOrEqual(
      rateHz < 16_000 ? 1 : 0,
    );
  });

  it('that is sound but no speech gives no words', async () => {
    const buzz = Int16Array.from(tone(2, 16_000), (sample) => sample * 20_000);
    expect((await post(wavOf(buzz, 16_000) as Bytes)).body.text).toBe('');
  });

  it('that is not UTF-8 or not JSON is named', async () => {
    const speak = (body: Bytes | string) =>
      json('/tts/test', { method: 'POST', body, headers: { 'content-type': 'application/json' } });
    const broken = Buffer.concat([Buffer.from('{"text":"caf'), Buffer.of(0xe9), Buffer.from('"}')]);
    expect(await speak(broken)).toMatchObject({
      status: 400,
      body: { code: 'invalid-request', detail: expect.stringContaining('UTF-8') },
    });
    expect(await speak('{"text":')).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
    expect(await speak('{"text":"hi","speed":9}')).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('speed') },
    });
    expect(await speak('{"text":"hi","voice":"nobody"}')).toMatchObject({ status: 422, body: { code: 'unsupported' } });
    expect(await speak('{"text":"hi","engine":"tortoise"}')).toMatchObject({ status: 422, body: { code: 'unsupported' } });
  });
});

describe('sessions', () => {
  it('are made once, shown and ended', async () => {
    const made = await json('/sessions/made', { method: 'POST' });
    expect(made).toMatchObject({ status: 201, body: { id: 'made', status: 'active', turns: 0 } });
    expect(await json('/sessions/made', { method: 'POST' })).toMatchObject({ status: 409, body: { code: 'conflict' } });
    const listed = (await json('/sessions?status=active&limit=1000')).body;
    expect(listed.sessions.map((session: { id: string }) => session.id)).toContain('made');
    expect(await json('/sessions/made', { method: 'DELETE' })).toMatchObject({ status: 200, body: { status: 'ended' } });
    await until('the end is recorded', async () => (await json('/sessions/made')).body.status === 'ended');
    expect((await json('/sessions/made', { method: 'DELETE' })).status).toBe(200);
  });

  it.each([
    ['GET', '/sessions/nobody', 404, 'not-found'],
    ['DELETE', '/sessions/nobody', 404, 'not-found'],
    ['POST', '/sessions/not%20valid', 400, 'invalid-request'],
    ['POST', '/sessions/%ff%fe', 400, 'invalid-request'],
    ['GET', '/sessions?limit=many', 400, 'invalid-request'],
    ['GET', '/nowhere', 404, 'not-found'],
  ])('%s %s is refused with problem details', async (method, path, status, code) => {
    expect(await json(path, { method })).toMatchObject({ status, type: 'application/problem+json', body: { status, code } });
  });

  it('have one caller at a time', async () => {
    const caller = await connect('one');
    expect(await refusal(socketUrl('one'))).toMatchObject({ code: 4409, problem: { code: 'conflict' } });
    await caller.close();
  });

  it('are not more than allowed', async () => {
    const { active } = (await json('/sessions')).body;
    const statuses: number[] = [];
    for (let i = active; i <= 40; i++) statuses.push((await json(`/sessions/many-${i}`, { method: 'POST' })).status);
    expect(statuses.slice(0, -1).every((status) => status === 201)).toBe(true);
    expect(statuses.at(-1)).toBe(503);
    const refused = await fetch(url('/sessions/one-more'), { method: 'POST' });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refusal(socketUrl('one-more'))).toMatchObject({
      code: 4503,
      problem: {
        code: 'overloaded',
        retryAfterSeconds: expect.any(Number),
        hint: expect.stringContaining('MAX_CONCURRENT_SESSIONS'),
      },
    });
    for (let i = active; i < 40; i++) await json(`/sessions/many-${i}`, { method: 'DELETE' });
  });
});

describe('the stack', () => {
  it.each([
    ['PORT', 'PORT'],
    ['TEMPORAL_PORT', 'TEMPORAL_PORT'],
    ['TEMPORAL_UI_PORT', 'TEMPORAL_UI_PORT'],
  ])('names a taken port and %s', async (variable) => {
    const taken = environment.PORT ?? '';
    const second = startTestStack(await testEnvironment({ [variable]: taken }));
    await expect(second).rejects.toMatchObject({
      code: 'port-taken',
      message: expect.stringContaining(taken),
      hint: expect.stringContaining(variable),
    });
  });

  it('starts its Temporal server again when that is killed, and goes on with its calls', async () => {
    const caller = await connect('embedded');
    caller.send(silence(1));
    expect(await caller.event()).toMatchObject({ type: 'transcript', turn: 1 });
    await caller.event();
    await caller.audio();
    process.kill(Number(await readFile(join(environment.DATA_DIR ?? '', 'temporal.pid'), 'utf8')), 'SIGKILL');
    caller.send(silence(1));
    expect(await caller.event()).toMatchObject({ type: 'transcript', turn: 2 });
    await caller.event();
    await caller.audio();
    await caller.close();
    await until('all is well', async () => (await json('/health')).body.status === 'ok');
  });

  // The last of this file: it stops the stack that the others use.
  it('goes on with its calls after a restart', async () => {
    const caller = await connect('survives');
    caller.send(hello);
    await caller.event();
    await caller.event();
    await caller.audio();
    await stack.stop();
    stack = await startTestStack(environment);
    const again = await connect('survives');
    again.send(silence(1));
    expect(await again.event()).toMatchObject({ type: 'transcript', turn: 2 });
    await again.event();
    await again.audio();
    await again.close();
    await until('the turn is recorded', async () => (await json('/sessions/survives')).body.turns === 2);
  });
});
