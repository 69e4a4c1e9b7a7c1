import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLlmActivities, type ThinkInput, type ThinkResult } from '../../activities/llm.ts';
import { createSttActivities, type TranscribeInput, type TranscribeResult } from '../../activities/stt.ts';
import { createTtsActivities, type SpeakInput, type SpeakResult, type TtsDependencies } from '../../activities/tts.ts';
import { encodeWav } from '../../audio/wav.ts';
import { openBlobs } from '../../db/blobs.ts';
import { SpeechStore } from '../../db/speech.ts';
import { wording } from '../../domain/wording.ts';
import type { LanguageModel, SpeakOptions } from '../../engines/types.ts';
import type { TurnPipes } from '../../media/hub.ts';
import { linesOf } from '../../media/lines.ts';
import { writeSaidLine } from '../../media/said-lines.ts';
import { readFrames, speechPiece } from '../../media/speech-frames.ts';
import { fakeEars, fakeModel, fakeVoice } from '../fakes/engines.ts';
import { noAdapters, testSealer } from '../support/brain.ts';
import { type MediaServer, startMediaServer } from '../support/media-server.ts';
import { until } from '../support/until.ts';

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (value: string) => new TextEncoder().encode(value);

let folder: string;
let server: MediaServer;
let turn: TurnPipes;
let environment: MockActivityEnvironment;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'voicebot-speech-'));
  server = await startMediaServer();
});
beforeEach(() => {
  turn = server.hub.openTurn();
  environment = attempt(1);
});

const attempt = (n: number) => new MockActivityEnvironment({ attempt: n }, { logger: new DefaultLogger('ERROR', () => {}) });
afterEach(() => turn.close());
afterAll(() => server.close());

async function written(pipe: 'said' | 'spoken'): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of turn.pipes[pipe].read()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('think', () => {
  const think = (model: LanguageModel, transcript: string, saidUrl: string | null = turn.media.saidUrl) => {
    const activities = createLlmActivities({
      model,
      bankName: 'Test Bank',
      maxTokens: 50,
      temperature: 0,
      historyMaxTokens: 100,
      adapters: noAdapters,
    });
    return environment.run<[ThinkInput], ThinkResult, typeof activities.think>(activities.think, {
      transcript,
      history: [],
      ...(saidUrl === null ? {} : { saidUrl }),
    });
  };

  it('writes the reply sentence by sentence', async () => {
    const result = await think(fakeModel(['Hello! How ', 'can I help', ' you today?']), 'Hello there.');
    expect(result).toMatchObject({ reply: 'Hello! How can I help you today?', source: 'model', withheld: 0 });
    expect(
      text(await written('said'))
        .trim()
        .split('\n')
        .join(' '),
    ).toBe('Hello! How can I help you today?');
  });

  it("lets the bank's own name pass, and no other", async () => {
    expect(await think(fakeModel(['Welcome to Test Bank. ']), 'Hello there.')).toMatchObject({
      reply: 'Welcome to Test Bank.',
      source: 'model',
    });
    turn.close();
    turn = server.hub.openTurn();
    const other = await think(fakeModel(['Welcome to Harbour Bank. ']), 'Hello there.');
    expect(other).toMatchObject({ source: 'approved', withheld: 1 });
  });

  it('does not let a number of the model pass, nor what follows it', async () => {
    const result = await think(fakeModel(['I am well. ', 'It costs 40 dollars. ', 'That is cheap. ']), 'How are you?');
    expect(result).toMatchObject({ reply: 'I am well.', source: 'model', withheld: 1 });
    expect(text(await written('said')).trim()).toBe('I am well.');
  });

  it('says the approved wording where nothing of the model may be spoken', async () => {
    const result = await think(fakeModel(['Your number is 5.']), 'Tell me something.');
    expect(result).toMatchObject({ reply: wording.notYet, source: 'approved', withheld: 1 });
  });

  it('does not ask the model what only facts can answer', async () => {
    const model = fakeModel(['Three percent.']);
    const result = await think(model, 'What is the interest rate?');
    expect(result).toMatchObject({ reply: wording.notYet, source: 'approved' });
    expect(model.runs).toBe(0);
  });

  it('writes no sentence twice when it is retried after the model broke', async () => {
    const pieces = ['Good morning. ', 'Nice to hear you. ', 'Goodbye now. '];
    const model: LanguageModel = fakeModel(pieces);
    const broken: LanguageModel = {
      ...model,
      async *reply() {
        yield* pieces.slice(0, 2);
        // The hub holds the first sentence before the model breaks.
        await turn.pipes.said.read().next();
        throw new Error('the model broke');
      },
    };
    await expect(think(broken, 'Good morning.')).rejects.toThrow('the model broke');
    expect(turn.pipes.said.count).toBeGreaterThan(0);
    environment = attempt(2);
    await think(model, 'Good morning.');
    expect(text(await written('said'))).toBe('Good morning.\nNice to hear you.\nGoodbye now.\n');
  });

  it('ends with what was said when a retried model goes another way', async () => {
    turn.pipes.said.write(bytes('Good morning.\n'));
    environment = attempt(2);
    const result = await think(fakeModel(['Hello to you. ', 'How are you? ']), 'Good morning.');
    expect(result).toMatchObject({ reply: 'Good morning.', source: 'model' });
    expect(text(await written('said'))).toBe('Good morning.\n');
  });

  it('leaves an answer alone that a lookup had written before it was given up', async () => {
    turn.pipes.said.write(bytes('Very well.\n'));
    turn.pipes.said.end();
    const model = fakeModel(['Something else. ']);
    expect(await think(model, 'How are you?')).toMatchObject({ reply: 'Very well.', source: 'cache' });
    expect(model.runs).toBe(0);
    expect(text(await written('said'))).toBe('Very well.\n');
  });

  it('answers for nobody on the line too', async () => {
    turn.close();
    expect(await think(fakeModel(['I am well. ']), 'How are you?', null)).toMatchObject({ reply: 'I am well.' });
  });

  it('hands its step over when the worker stops, and is not cancelled by that', async () => {
    const waiting: LanguageModel = {
      ...fakeModel([]),
      async *reply(_messages, options) {
        environment.cancel('WORKER_SHUTDOWN');
        await new Promise((_, reject) => options?.signal?.addEventListener('abort', () => reject(options.signal?.reason)));
        yield '';
      },
    };
    await expect(think(waiting, 'Hello.')).rejects.toMatchObject({ type: 'handed-over', nonRetryable: false });
  });

  it('stops the model when the turn is cancelled', async () => {
    const waiting: LanguageModel = {
      ...fakeModel([]),
      async *reply(_messages, options) {
        environment.cancel('CANCELLED');
        await new Promise((_, reject) => options?.signal?.addEventListener('abort', () => reject(options.signal?.reason)));
        yield '';
      },
    };
    await expect(think(waiting, 'Hello.')).rejects.toMatchObject({ name: 'CancelledFailure' });
  });
});

const recordings = { find: async (key: string) => (key === 'kept.wav' ? encodeWav(new Uint8Array(64_000), 16_000) : undefined) };

describe('transcribe', () => {
  const transcribe = (ears: ReturnType<typeof fakeEars>, recording?: string) => {
    const activities = createSttActivities({ ...ears, language: 'en', sealer: testSealer, recordings });
    return environment.run<[TranscribeInput], TranscribeResult, typeof activities.transcribe>(activities.transcribe, {
      ...(recording === undefined ? { heardUrl: turn.media.heardUrl } : { recording }),
    });
  };
  beforeEach(() => {
    turn.pipes.heard.write(new Uint8Array(16_000 * 2 * 3));
    turn.pipes.heard.end();
  });

  it('gives nothing for silence and does not bother the recogniser', async () => {
    const ears = fakeEars('Thanks for watching!', []);
    expect(await transcribe(ears)).toMatchObject({ text: '', audioMs: 3000 });
    expect(ears.stt.heard).toEqual([]);
  });

  it('listens to the speech only, with a margin, and hides card numbers', async () => {
    const ears = fakeEars('My card is 4111 1111 1111 1111.', [{ startSample: 16_000, endSample: 32_000 }]);
    expect((await transcribe(ears)).text).toBe('My card is [card number].');
    expect(ears.stt.heard).toEqual([16_000 + 2 * 4_800]);
  });

  it('listens to a kept recording when a turn is tried again', async () => {
    turn.close();
    const ears = fakeEars('Hello again.', [{ startSample: 0, endSample: 32_000 }]);
    expect(await transcribe(ears, 'kept.wav')).toMatchObject({ text: 'Hello again.', audioMs: 2000 });
    await expect(transcribe(ears, 'lost.wav')).rejects.toMatchObject({ type: 'not-found', nonRetryable: true });
  });

  it('fails for good when the caller of the turn is gone', async () => {
    turn.close();
    await expect(transcribe(fakeEars('Hello', []))).rejects.toMatchObject({ type: 'line-gone', nonRetryable: true });
  });
});

describe('speak', () => {
  const speak = async (
    voice: ReturnType<typeof fakeVoice>,
    input: Omit<SpeakInput, 'spokenUrl'>,
    recordings: TtsDependencies['recordings'] = { find: async () => undefined },
  ) => {
    const store = new SpeechStore(await openBlobs({ dataDir: folder }), 'test');
    const activities = createTtsActivities({
      tts: voice,
      store,
      queue: { add: () => {} },
      recordings,
    });
    return environment.run<[SpeakInput], SpeakResult, typeof activities.speak>(activities.speak, {
      ...input,
      spokenUrl: turn.media.spokenUrl,
    });
  };

  it('speaks each sentence of the pipe as it comes, whatever the packets', async () => {
    const voice = fakeVoice();
    const speaking = speak(voice, { saidUrl: turn.media.saidUrl });
    for (const part of ['Hel', 'lo.\nHow are', ' you?\n', 'Bye.\n']) turn.pipes.said.write(bytes(part));
    turn.pipes.said.end();
    const result = await speaking;
    expect(voice.said).toEqual(['Hello.', 'How are you?', 'Bye.']);
    expect(result).toMatchObject({ spokenMs: 220, sampleRateHz: 24_000 });
    const frames: string[] = [];
    for await (const frame of readFrames(turn.pipes.spoken.read())) {
      frames.push(frame.kind === 'text' ? frame.text : `${frame.pcm.length} bytes`);
    }
    expect(frames).toEqual(['Hello.', '2880 bytes', 'How are you?', '5760 bytes', 'Bye.', '1920 bytes']);
  });

  it('goes on after what an earlier attempt spoke, and makes none of it again', async () => {
    const voice = fakeVoice();
    turn.pipes.spoken.write(speechPiece('Hello.', new Uint8Array(2_880)));
    turn.pipes.spoken.write(speechPiece('How are you,', new Uint8Array(4_800)));
    environment = attempt(2);
    const result = await speak(voice, { text: 'Hello. How are you, my friend? Hello.' });
    expect(voice.said).toEqual(['my friend?', 'Hello.']);
    expect(result.spokenMs).toBe(60 + 100 + 100 + 60);
    const said: string[] = [];
    for await (const frame of readFrames(turn.pipes.spoken.read())) if (frame.kind === 'text') said.push(frame.text);
    expect(said).toEqual(['Hello.', 'How are you,', 'my friend?', 'Hello.']);
  });

  it('leaves no work to the voice when its turn is gone: what is made for nobody would keep others waiting', async () => {
    let given: AbortSignal | undefined;
    const voice = {
      ...fakeVoice(),
      async *speak(_: string, { signal }: SpeakOptions = {}) {
        given = signal;
        await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason), { once: true }));
        yield* [];
      },
    };
    const speaking = speak(voice, { text: 'Hello.' });
    speaking.catch(() => undefined);
    await until('the voice is asked', () => given !== undefined);
    turn.close();
    await expect(speaking).rejects.toMatchObject({ type: 'line-gone' });
    expect(given?.aborted).toBe(true);
  });

  it('speaks a text that is known already', async () => {
    const voice = fakeVoice();
    await speak(voice, { text: wording.notHeard });
    expect(voice.said.join(' ')).toBe(wording.notHeard);
  });

  it('plays a recording that the bank has approved, and speaks where it is gone or another voice was chosen', async () => {
    const key = 'messages/default/hash.wav';
    const wav = encodeWav(new Uint8Array(24_000), 24_000);
    const voice = fakeVoice();
    const lines = [
      { text: 'Welcome. How are you?', recording: { key } },
      { text: 'Gone.', recording: { key: 'elsewhere' } },
      { text: 'Bye.' },
    ];
    for (const line of lines) turn.pipes.said.write(bytes(writeSaidLine(line)));
    turn.pipes.said.end();
    const found = { find: async (name: string) => (name === key ? wav : undefined) };
    await speak(voice, { saidUrl: turn.media.saidUrl }, found);
    expect(voice.said).toEqual(['Gone.', 'Bye.']);
    const frames: (string | number)[] = [];
    for await (const frame of readFrames(turn.pipes.spoken.read())) {
      frames.push(frame.kind === 'text' ? frame.text : frame.pcm.length);
    }
    expect(frames.slice(0, 2)).toEqual(['Welcome. How are you?', 24_000]);
  });

  it('takes from the store what was spoken ahead, in the default voice only', async () => {
    const store = new SpeechStore(await openBlobs({ dataDir: folder }), 'ahead');
    const ahead = fakeVoice();
    await store.fill(['Hello.', 'Goodbye.'], ahead, new AbortController().signal);
    // Another process finds it too, and what is there is not made again.
    const other = new SpeechStore(await openBlobs({ dataDir: folder }), 'ahead');
    await other.fill(['Hello.', 'Goodbye.'], ahead, new AbortController().signal);
    expect(ahead.said).toEqual(['Hello.', 'Goodbye.']);
    expect(await other.find('Hello.', {})).toHaveLength(6 * 240);
    expect(await other.find('Hello.', { voice: 'am_michael' })).toBeUndefined();
    expect(await other.find('Hello!', {})).toBeUndefined();
    const another = new SpeechStore(await openBlobs({ dataDir: folder }), 'another voice');
    expect(await another.find('Hello.', {})).toBeUndefined();
  });
});

describe('transcribe, live', () => {
  const listen = async (lines: readonly object[]) => {
    const activities = createSttActivities({ ...fakeEars('Hello there.', []), language: 'en', sealer: testSealer, recordings });
    for (const line of lines) turn.pipes.transcript.write(bytes(`${JSON.stringify(line)}\n`));
    environment = attempt(2);
    turn.pipes.heard.write(new Uint8Array(16_000));
    turn.pipes.heard.end();
    const result = await environment.run<[TranscribeInput], TranscribeResult, typeof activities.transcribe>(
      activities.transcribe,
      { heardUrl: turn.media.heardUrl, transcriptUrl: turn.media.transcriptUrl },
    );
    const written: unknown[] = [];
    // Nobody ends the pipe again.
    if (lines.some((line) => 'final' in line && line.final)) turn.pipes.transcript.end();
    for await (const line of linesOf(turn.pipes.transcript.read())) written.push(JSON.parse(line));
    return { result, written };
  };

  it('tells the final words when the attempt before died without them', async () => {
    const partial = { text: 'Hello', final: false };
    const { result, written } = await listen([partial]);
    expect(result.text).toBe('Hello there.');
    expect(written).toEqual([partial, { text: 'Hello there.', final: true }]);
  });

  it('tells no final words twice', async () => {
    const final = { text: 'Hello there.', final: true };
    expect((await listen([final])).written).toEqual([final]);
  });

  it('tells partial words while the caller speaks, and the final ones once', async () => {
    const ears = fakeEars('My card is 4111 1111 1111 1111.', []);
    const activities = createSttActivities({ ...ears, language: 'en', sealer: testSealer, recordings });
    const listening = environment.run<[TranscribeInput], TranscribeResult, typeof activities.transcribe>(activities.transcribe, {
      heardUrl: turn.media.heardUrl,
      transcriptUrl: turn.media.transcriptUrl,
    });
    turn.pipes.heard.write(new Uint8Array(16_000 * 2 * 2));
    await until('a partial transcript is there', () => turn.pipes.transcript.size > 0);
    turn.pipes.heard.write(new Uint8Array(16_000));
    turn.pipes.heard.end();
    expect(await listening).toMatchObject({ text: 'My card is [card number].', audioMs: 2500 });
    const lines: unknown[] = [];
    for await (const line of linesOf(turn.pipes.transcript.read())) lines.push(JSON.parse(line));
    expect(lines).toEqual([
      { text: 'My card is [card number].', final: false },
      { text: 'My card is [card number].', final: true },
    ]);
    expect(ears.stt.heard).toEqual([32_000, 40_000]);
  });
});
