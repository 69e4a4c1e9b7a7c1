import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, describe, expect, it } from 'vitest';
import { artifactById } from '../../artifacts/manifest.ts';
import { kokoroSplitRecipe } from '../../artifacts/prepare/kokoro-split.ts';
import { logMelRecipe } from '../../artifacts/prepare/log-mel.ts';
import { ensurePrepared } from '../../artifacts/prepare/prepared.ts';
import { ArtifactStore } from '../../artifacts/store.ts';
import { wordErrors } from '../../domain/language/word-errors.ts';
import { Kokoro } from '../../engines/kokoro/kokoro.ts';
import { Llama } from '../../engines/llama/llama.ts';
import { Minilm } from '../../engines/minilm/minilm.ts';
import { Silero } from '../../engines/silero/silero.ts';
import { Whisper } from '../../engines/whisper/whisper.ts';
import { gather, to16k, tone } from '../support/audio.ts';
import { testRuntime } from '../support/runtime.ts';
import { hasSpeechData, recordedSentences } from '../support/shared-data.ts';
import { until } from '../support/until.ts';

const runtime = testRuntime();
const kokoro = new Kokoro(runtime);
const whisper = new Whisper(runtime, { model: 'base' });
const minilm = new Minilm(runtime);
const silero = new Silero(runtime);
const llama = new Llama(runtime);

afterAll(async () => {
  await Promise.all([kokoro, whisper, minilm, silero, llama].map((engine) => engine.unload()));
});

const say = async (text: string, options = {}) => to16k(await gather(kokoro.speak(text, options)));
const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

describe('the log-mel front end', () => {
  it('gives the values of the reference implementation', async () => {
    const folder = await ensurePrepared(new ArtifactStore(runtime.cacheDir), logMelRecipe(80));
    const session = await InferenceSession.create(`${folder}/log-mel.onnx`);
    const samples = Float32Array.from(
      { length: 32_000 },
      (_, n) => 0.3 * Math.sin((2 * Math.PI * 440 * n) / 16_000) + 0.1 * Math.sin((2 * Math.PI * 1870 * n) / 16_000),
    );
    const results = await session.run({ samples: new Tensor('float32', samples, [1, 1, samples.length]) });
    const mel = results.mel as Tensor;
    expect(mel.dims).toEqual([1, 80, 200]);
    const at = (bin: number, frame: number) => (mel.data as Float32Array)[bin * 200 + frame];
    // Computed once with the feature extractor of faster-whisper from the same two tones; frames 0, 1, 50 and 100.
    const reference: Record<number, number[]> = {
      0: [0.8878, 0.3759, -0.6727, -0.6727],
      12: [1.224, 1.1866, 1.1826, 1.1826],
      40: [0.721, 0.2168, 0.0327, 0.0327],
      60: [0.2097, -0.3004, -0.6727, -0.6727],
    };
    for (const [bin, values] of Object.entries(reference)) {
      for (const [i, frame] of [0, 1, 50, 100].entries()) expect(at(Number(bin), frame)).toBeCloseTo(values[i] ?? 0, 2);
    }
    await session.release();
  });
});

describe('Kokoro and Whisper', () => {
  it.each([
    'Hello, how can I help you today?',
    'Please send me a new card.',
    'The meeting is in the main office near the river.',
    'Thank you for calling, and have a wonderful day.',
  ])('understand each other: "%s"', async (text) => {
    const transcript = await whisper.transcribe(await say(text));
    expect(wordErrors(text, transcript.text)).toBe(0);
    expect(transcript).toMatchObject({ language: 'en', lowConfidence: false });
  });

  it('say amounts, card endings and dates so that they are understood', async () => {
    const heard = (await whisper.transcribe(await say('The card ending in 4321 was charged $1,245.50 on November 3rd.'))).text;
    expect(heard.replace(/[-, ]/g, '')).toContain('4321');
    expect(heard).toMatch(/1,?245/);
    expect(heard).toMatch(/50/);
    expect(heard).toMatch(/November 3/);
  });

  it.each(['am_michael', 'bf_emma', 'bm_george', 'af_heart'])('the voice %s is understood too', async (voice) => {
    expect(
      wordErrors('How can I help you today?', (await whisper.transcribe(await say('How can I help you today?', { voice }))).text),
    ).toBe(0);
  });

  it('speech gets longer when it is slower', async () => {
    const [slow, fast] = [await say('One moment, please.', { speed: 0.7 }), await say('One moment, please.', { speed: 1.6 })];
    expect(slow.length).toBeGreaterThan(fast.length * 1.5);
  });

  it('audio comes clause by clause', async () => {
    const texts: string[] = [];
    // Whole: for who waits it may come in pieces, once the voice is calibrated.
    for await (const chunk of kokoro.speak('Good morning. I hope you are well.', { priority: 'batch' })) texts.push(chunk.text);
    expect(texts).toEqual(['Good morning.', 'I hope you are well.']);
  });

  it.each([
    ['no words', '...', { code: 'invalid-text' }],
    ['too much text', 'word '.repeat(1_100), { code: 'invalid-text' }],
  ])('%s are refused', async (_name, text, error) => {
    await expect(gather(kokoro.speak(text))).rejects.toMatchObject(error);
  });

  it('a speed out of range and an unknown voice are refused', async () => {
    await expect(gather(kokoro.speak('Hello.', { speed: 3 }))).rejects.toMatchObject({ code: 'invalid-request' });
    await expect(gather(kokoro.speak('Hello.', { voice: 'bob' }))).rejects.toMatchObject({ code: 'unsupported' });
  });

  it('audio longer than 30 seconds is transcribed in windows, and nothing is lost', async () => {
    const sentences = [
      'The quick brown fox jumps over the lazy dog near the river.',
      'My grandmother keeps seven chickens behind her little house.',
      'Trains to the capital leave every hour from the second platform.',
      'We painted the kitchen yellow because the old colour looked sad.',
      'The museum shows pictures of ships that sailed around the world.',
      'Please put the heavy boxes under the table beside the window.',
      'On Sunday morning the whole family walked up to the castle.',
      'The teacher wrote a long letter to the parents of the class.',
      'Fresh bread and butter taste best when the rain falls outside.',
      'Nobody knew why the garden gate was open in the evening.',
      'A good engineer reads the instructions before the engine starts.',
      'The orchestra played a slow waltz while the guests were dancing.',
    ];
    const spoken = await Promise.all(sentences.map((sentence) => say(sentence)));
    const long = new Float32Array(spoken.reduce((sum, { length }) => sum + length, 0));
    let offset = 0;
    for (const samples of spoken) {
      long.set(samples, offset);
      offset += samples.length;
    }
    expect(long.length).toBeGreaterThan(35 * 16_000);
    const { text } = await whisper.transcribe(long);
    expect(wordErrors(sentences.join(' '), text)).toBeLessThanOrEqual(6);
  });

  it('the language can be detected', async () => {
    expect((await whisper.transcribe(await say('Good morning, how are you?'), { language: 'auto' })).language).toBe('en');
  });

  it('an unknown language is refused', async () => {
    await expect(whisper.transcribe(tone(1, 16_000), { language: 'xx' })).rejects.toMatchObject({ code: 'unsupported' });
  });

  it('a transcription can be cancelled', async () => {
    const stop = new AbortController();
    const work = whisper.transcribe(
      new Float32Array(16_000 * 60).map(() => Math.random() - 0.5),
      { signal: stop.signal },
    );
    stop.abort();
    await expect(work).rejects.toMatchObject({ code: 'cancelled' });
    expect((await whisper.transcribe(await say('Hello there.'))).text).toMatch(/hello/i);
  });

  it.skipIf(!hasSpeechData)('recorded speech is transcribed with int8 as with fp32', async () => {
    const fp32 = new Whisper(runtime, { model: 'base', precision: 'fp32' });
    let errors = 0;
    for (const { text, samples } of recordedSentences()) {
      const [a, b] = [await whisper.transcribe(samples), await fp32.transcribe(samples)];
      errors += wordErrors(text, a.text);
      expect(wordErrors(a.text, b.text)).toBe(0);
    }
    expect(errors).toBe(0);
    await fp32.unload();
  });

  it('the small English model works as well', async () => {
    const tiny = new Whisper(runtime, { model: 'tiny.en' });
    expect(wordErrors('How can I help you today?', (await tiny.transcribe(await say('How can I help you today?'))).text)).toBe(0);
    await expect(tiny.transcribe(tone(1, 16_000), { language: 'de' })).rejects.toMatchObject({ code: 'unsupported' });
    await tiny.unload();
  });

  it('a size that no source has is an error that says what to do', async () => {
    const store = new ArtifactStore(`${runtime.cacheDir}/none`);
    const files = artifactById('whisper-medium').files.map((file) => ({
      ...file,
      sources: [{ kind: 'url' as const, url: 'http://127.0.0.1:9/model.bin' }],
    }));
    await expect(store.ensure({ ...artifactById('whisper-medium'), files })).rejects.toMatchObject({
      code: 'unavailable',
      hint: expect.stringContaining('copy the file'),
    });
  });
});

describe('folding Kokoro', () => {
  it('replaces every integer convolution and matrix product', async () => {
    const store = new ArtifactStore(runtime.cacheDir);
    const folder = await ensurePrepared(store, kokoroSplitRecipe(artifactById('kokoro')));
    const { readFile } = await import('node:fs/promises');
    const { default: onnxProto } = await import('onnx-proto');
    const files = await Promise.all(['text', 'generator'].map((part) => readFile(`${folder}/${part}.onnx`)));
    const nodes = files.flatMap((file) => onnxProto.onnx.ModelProto.decode(file).graph?.node ?? []);
    const kinds = nodes.map((node) => node.opType);
    expect(kinds.filter((kind) => kind === 'ConvInteger' || kind === 'MatMulInteger')).toEqual([]);
    expect(kinds.filter((kind) => kind === 'Conv').length).toBeGreaterThanOrEqual(87);
  });
});

describe('MiniLM', () => {
  it('gives unit vectors in which like questions are near', async () => {
    const [open, close, how] = await minilm.embed(['open an account', 'close an account', 'How do I open an account?']);
    if (!open || !close || !how) throw new Error('three vectors were expected');
    expect(dot(open, open)).toBeCloseTo(1, 4);
    expect(dot(open, close)).toBeCloseTo(0.69, 2);
    expect(dot(open, how)).toBeGreaterThan(0.85);
  });

  it('takes long texts', async () => {
    const [vector] = await minilm.embed(['word '.repeat(2_000)]);
    expect(vector?.length).toBe(384);
  });
});

describe('Silero', () => {
  it('finds speech and nothing in silence, a tone or noise', async () => {
    const speech = await say('Hello, how can I help you today?');
    const padded = new Float32Array(speech.length + 32_000);
    padded.set(speech, 16_000);
    const [first] = await silero.segments(padded);
    expect((first?.startSample ?? 0) / 16_000).toBeCloseTo(1, 0);
    expect(await silero.segments(new Float32Array(32_000))).toEqual([]);
    expect(await silero.segments(tone(2, 16_000))).toEqual([]);
    let seed = 1;
    const noise = Float32Array.from({ length: 32_000 }, () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return (seed / 2_147_483_647 - 0.5) * 0.1;
    });
    expect(await silero.segments(noise)).toEqual([]);
  });
});

describe('the embedded language model', () => {
  const messages = [{ role: 'user', content: 'Say hello.' }] as const;
  const collect = async (options = {}) => {
    let text = '';
    for await (const piece of llama.reply(messages, { maxTokens: 24, ...options })) text += piece;
    return text;
  };

  it('gives the same reply for the same seed', async () => {
    expect(await collect({ seed: 7 })).toBe(await collect({ seed: 7 }));
  });

  it('streams, and stops when it is cancelled', async () => {
    const stop = new AbortController();
    const pieces: string[] = [];
    const run = async () => {
      for await (const piece of llama.reply([{ role: 'user', content: 'Tell me a very long story.' }], { signal: stop.signal })) {
        pieces.push(piece);
        stop.abort();
      }
    };
    await expect(run()).rejects.toMatchObject({ code: 'cancelled' });
    expect(pieces.length).toBeGreaterThan(0);
    expect((await collect()).length).toBeGreaterThan(0);
  });

  it('serves several callers at once', async () => {
    const replies = await Promise.all([1, 2, 3, 4, 5, 6].map((seed) => collect({ seed })));
    expect(replies.every((reply) => reply.length > 0)).toBe(true);
  });
});

describe('while all engines work', () => {
  it('the event loop is never blocked for 20 ms', async () => {
    const speech = await say('Hello, how can I help you today?');
    await Promise.all([minilm.load(), silero.load(), llama.load()]);
    const generate = async () => {
      for await (const _ of llama.reply([{ role: 'user', content: 'Tell me about the sea.' }], { maxTokens: 60 }));
    };
    global.gc?.();
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    await Promise.all([
      gather(kokoro.speak('If you would like to know more about this, please tell me which one you mean.')),
      whisper.transcribe(speech),
      whisper.transcribe(speech),
      minilm.embed(Array.from({ length: 30 }, (_, i) => `Question number ${i}`)),
      silero.segments(speech),
      generate(),
    ]);
    delay.disable();
    expect(delay.count).toBeGreaterThan(100);
    expect(delay.percentile(99) / 1e6).toBeLessThan(20);
  });
});

describe('unloading', () => {
  it('gives the memory back, and the next use loads the model again', async () => {
    const engine = new Whisper(runtime, { model: 'base', precision: 'fp32' });
    const hello = await say('Hello.');
    const before = process.memoryUsage().rss;
    await engine.transcribe(hello);
    const loaded = process.memoryUsage().rss;
    await engine.unload();
    expect(engine.loaded).toBe(false);
    expect(loaded - before).toBeGreaterThan(200e6);
    // The allocator keeps some pages for what comes next; most must be the system's again.
    await until('the memory is given back', () => loaded - process.memoryUsage().rss > (loaded - before) * 0.5);
    expect((await engine.transcribe(await say('Hello.'))).text).toMatch(/hello/i);
    await engine.unload();
  });

  it('happens by itself after the idle time', async () => {
    const idle = new Silero(testRuntime({ idleMs: 200 }));
    await idle.segments(tone(0.5, 16_000));
    expect(idle.loaded).toBe(true);
    await sleep(800);
    expect(idle.loaded).toBe(false);
  });
});
