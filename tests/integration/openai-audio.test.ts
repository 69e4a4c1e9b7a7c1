import OpenAI, { toFile } from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeWav } from '../../audio/wav.ts';
import { wordErrors } from '../../domain/language/word-errors.ts';
import type { Stack } from '../../services/stack.ts';
import { noBank, startTestStack, testEnvironment } from '../support/test-stack.ts';
import { until } from '../support/until.ts';

let stack: Stack;
let client: OpenAI;
beforeAll(async () => {
  const environment = await testEnvironment(noBank);
  // It is its own remote speech server as well.
  const remote = { SPEECH_BASE_URL: `http://127.0.0.1:${environment.PORT}/v1`, SPEECH_VOICES: 'nova, onyx' };
  stack = await startTestStack({ ...environment, ...remote }, { queues: ['calls', 'stt', 'tts', 'records'] });
  client = new OpenAI({ baseURL: `${stack.apiUrl}/v1`, apiKey: 'none', maxRetries: 0 });
});
afterAll(() => stack?.stop());

const text = 'The meeting is in the main office.';
const speak = (options: Partial<OpenAI.Audio.SpeechCreateParams> = {}) =>
  client.audio.speech.create({ model: 'tts-1', voice: 'nova', input: text, response_format: 'wav', ...options });
const bytesOf = async (response: Response) => new Uint8Array(await response.arrayBuffer());

describe("a client of OpenAI's audio API", () => {
  it('speaks and transcribes with it unchanged', async () => {
    const wav = await bytesOf(await speak());
    expect(decodeWav(wav, 60)).toMatchObject({ sampleRateHz: 24_000 });
    const file = await toFile(wav, 'speech.wav', { type: 'audio/wav' });
    const ask = { model: 'whisper-1', file };
    expect(wordErrors(text, (await client.audio.transcriptions.create(ask)).text)).toBe(0);
    expect(wordErrors(text, await client.audio.transcriptions.create({ ...ask, response_format: 'text' }))).toBe(0);
    const verbose = await client.audio.transcriptions.create({ ...ask, language: 'en', response_format: 'verbose_json' });
    expect(verbose).toMatchObject({ language: 'en', duration: expect.closeTo(2, 0) });
    const events: string[] = [];
    for await (const event of await client.audio.transcriptions.create({ ...ask, stream: true })) events.push(event.type);
    expect(events).toEqual(['transcript.text.delta', 'transcript.text.done']);
  });

  it.each([
    ['mp3', 'audio/mpeg', (bytes: Uint8Array) => bytes[0] === 0xff && ((bytes[1] ?? 0) & 0xe0) === 0xe0],
    ['opus', 'audio/ogg', (bytes: Uint8Array) => Buffer.from(bytes.subarray(0, 4)).toString() === 'OggS'],
    ['pcm', 'audio/pcm', (bytes: Uint8Array) => bytes.length > 24_000 * 2],
  ] as const)('hears %s', async (format, type, looksRight) => {
    const response = await speak({ response_format: format });
    expect(response.headers.get('content-type')).toBe(type);
    const bytes = await bytesOf(response);
    expect(looksRight(bytes)).toBe(true);
    expect(bytes.length).toBeGreaterThan(5_000);
  });

  it('hears the beginning before the end is made, also as events', async () => {
    const long = Array(6).fill('This sentence is spoken, and the next one is made meanwhile.').join(' ');
    const { body } = await speak({ input: long, response_format: 'pcm' });
    const sizes: number[] = [];
    for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) sizes.push(chunk.length);
    expect(sizes.length).toBeGreaterThan(5);
    const events = (await (await speak({ stream_format: 'sse', response_format: 'pcm' })).text()).trim().split('\n\n');
    const types = events.map((event) => JSON.parse(event.replace('data: ', '')).type);
    expect(new Set(types)).toEqual(new Set(['speech.audio.delta', 'speech.audio.done']));
    expect(types.at(-1)).toBe('speech.audio.done');
  });

  it('that goes away stops the speaking, and the next one is served', async () => {
    const gone = new AbortController();
    const long = Array(60).fill('This is a sentence that nobody listens to.').join(' ');
    const response = await client.audio.speech.create(
      { model: 'tts-1', voice: 'alloy', input: long, response_format: 'pcm' },
      { signal: gone.signal },
    );
    const reader = response.body?.getReader();
    await reader?.read();
    gone.abort();
    await reader?.cancel().catch(() => undefined);
    const startedAt = performance.now();
    expect((await bytesOf(await speak())).length).toBeGreaterThan(20_000);
    // All of it would take a minute and more.
    expect(performance.now() - startedAt).toBeLessThan(30_000);
  });

  it('may be this service itself, for messages in any voice that another server has', async () => {
    const ask = async <T>(method: string, path: string, body?: unknown) => {
      const init =
        body === undefined ? { method } : { method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
      return (await (await fetch(stack.apiUrl + path, init)).json()) as T;
    };
    const items = [
      { key: 'remote', text, engine: 'remote', voice: 'onyx' },
      { key: 'nobody', text, engine: 'remote', voice: 'nobody' },
    ];
    await ask('POST', '/batches', { id: 'remote', items });
    await until('it is done', async () => (await ask<{ state: string }>('GET', '/batches/remote')).state === 'done', 60_000);
    const { versions } = await ask<{ versions: object[] }>('GET', '/messages/remote');
    expect(versions).toMatchObject([{ engine: 'remote', voice: 'onyx', findings: [], wordErrorRate: 0 }]);
    const rejected = await ask<{ items: { errorMessage: string }[] }>('GET', '/batches/remote/items?state=rejected');
    expect(rejected.items[0]?.errorMessage).toContain('Voices: nova, onyx');
  });

  it('is told in its own form what is wrong', async () => {
    await expect(speak({ voice: 'nobody' })).rejects.toMatchObject({ status: 422, code: 'unsupported' });
    await expect(speak({ input: '' })).rejects.toMatchObject({ status: 400, error: { type: 'invalid_request_error' } });
    await expect(speak({ response_format: 'flac' })).rejects.toThrow('Possible: mp3, opus, wav, pcm.');
    await expect(speak({ speed: 4 })).rejects.toMatchObject({ status: 400 });
    const file = await toFile(Buffer.from('no sound'), 'speech.wav');
    await expect(client.audio.transcriptions.create({ model: 'whisper-1', file })).rejects.toMatchObject({
      status: 400,
      code: 'invalid-audio',
    });
    await expect(
      fetch(`${stack.apiUrl}/v1/audio/transcriptions`, { method: 'POST', body: '{}' }).then((r) => r.json()),
    ).resolves.toMatchObject({
      error: { message: 'The body is no multipart form.' },
    });
  });
});
