import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { words } from '../../domain/language/word-errors.ts';
import { Kokoro } from '../../engines/kokoro/kokoro.ts';
import { Whisper } from '../../engines/whisper/whisper.ts';
import { gather, to16k } from '../support/audio.ts';
import { testRuntime } from '../support/runtime.ts';

const runtime = testRuntime();
const kokoro = new Kokoro(runtime);
const voice = 'af_bella';

beforeAll(() => kokoro.prepare());
afterAll(() => kokoro.unload());

const texts = async (chunks: AsyncIterable<{ readonly text: string }>) => {
  const found: string[] = [];
  for await (const { text } of chunks) found.push(text);
  return found;
};

describe('a voice that was calibrated', () => {
  const sentence = 'You can do that in the app, or at any of our branches.';

  it('speaks in pieces for who waits, and whole for who does not', async () => {
    const [pieces, whole] = [await texts(kokoro.speak(sentence)), await texts(kokoro.speak(sentence, { priority: 'batch' }))];
    expect(whole).toEqual([sentence]);
    expect(pieces.length).toBeGreaterThan(3);
    expect(pieces[0]).not.toBe('');
    expect(pieces.filter(Boolean).join(' ')).toBe(sentence);
  });

  it('says the same, as loud and as long, in pieces as whole', async () => {
    const whisper = new Whisper(runtime, { model: 'base', precision: 'int8' });
    const spoken = await Promise.all(
      (['urgent', 'batch'] as const).map(async (priority) => to16k(await gather(kokoro.speak(sentence, { priority })))),
    );
    const heard: string[] = [];
    for (const samples of spoken) heard.push(words((await whisper.transcribe(samples)).text).join(' '));
    await whisper.unload();
    expect(heard[0]).toBe(heard[1]);
    expect(heard[0]).toContain('branches');
    const [pieces = new Float32Array(), whole = new Float32Array()] = spoken;
    const power = (samples: Float32Array) => samples.reduce((sum, s) => sum + s * s, 0);
    expect(Math.abs(10 * Math.log10(power(pieces) / power(whole)))).toBeLessThan(1.5);
    expect(Math.abs(pieces.length - whole.length)).toBeLessThan(16_000 * 0.1);
  });

  it('stops between pieces when it is cancelled, and goes on with what comes next', async () => {
    const stopping = new AbortController();
    const said: string[] = [];
    const speaking = async () => {
      for await (const { text } of kokoro.speak(sentence, { signal: stopping.signal })) {
        said.push(text);
        stopping.abort();
      }
    };
    await expect(speaking()).rejects.toMatchObject({ code: 'cancelled' });
    expect(said).toHaveLength(1);
    expect((await gather(kokoro.speak('Yes.'))).length).toBeGreaterThan(4_000);
  });

  it.each([
    ['one letter', 'A'],
    ['500 characters without a comma', 'the quick brown fox jumps over the lazy dog and '.repeat(10).trim()],
    ['the slowest speed', 'Good morning.', 0.5],
    ['the slowest speed in pieces', 'Good morning.', 0.75],
    ['the fastest speed', 'Good morning.', 2],
  ])('speaks %s', async (_name, text, speed = 1) => {
    const samples = await gather(kokoro.speak(text, { speed }));
    expect(samples.length / 24_000).toBeGreaterThan(0.1);
    const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    expect(loudest).toBeGreaterThan(2_000);
    const rms = Math.sqrt(samples.reduce((sum, sample) => sum + sample ** 2, 0) / samples.length);
    expect(rms, 'speech, not noise at full scale').toBeLessThan(9_000);
  });

  it.each(['...', '!?', '🙂', '—'])('refuses %s, which has no words', async (text) => {
    await expect(gather(kokoro.speak(text))).rejects.toMatchObject({ code: 'invalid-text' });
  });
});

describe('the statistics of a voice', () => {
  let cacheDir: string;
  let statistics: Buffer;
  let folder: string;

  /** A model folder of its own, on the same models. */
  beforeAll(async () => {
    const file = (await kokoro.statistics(voice)) ?? '';
    statistics = await readFile(file);
    folder = dirname(file).split('/').at(-1) ?? '';
    cacheDir = await mkdtemp(join(tmpdir(), 'voicebot-voice-'));
    await symlink(join(runtime.cacheDir, 'files'), join(cacheDir, 'files'));
    await mkdir(join(cacheDir, 'prepared'));
    for (const name of await readdir(join(runtime.cacheDir, 'prepared'))) {
      if (name.startsWith('kokoro-split'))
        await symlink(join(runtime.cacheDir, 'prepared', name), join(cacheDir, 'prepared', name));
    }
  });
  afterAll(() => rm(cacheDir, { recursive: true, force: true }));

  const place = async (content: Buffer) => {
    await mkdir(join(cacheDir, 'prepared', folder), { recursive: true });
    await writeFile(join(cacheDir, 'prepared', folder, 'statistics.bin'), content);
    await writeFile(join(cacheDir, 'prepared', folder, 'ready'), `${folder}\n`);
  };

  it('are not used where their file is damaged: the voice speaks whole, and the file is gone', async () => {
    const damaged = Buffer.from(statistics);
    damaged[1_000] = (damaged[1_000] as number) ^ 0xff;
    await place(damaged);
    const engine = new Kokoro({ ...runtime, cacheDir });
    expect(await texts(engine.speak('Good morning to you.'))).toEqual(['Good morning to you.']);
    expect(await readdir(join(cacheDir, 'prepared'))).not.toContain(folder);
    await engine.unload();
  });

  it('that were not finished leave nothing behind, and the voice speaks whole', async () => {
    const engine = new Kokoro({ ...runtime, cacheDir });
    const stopping = new AbortController();
    const preparing = engine.prepare({ signal: stopping.signal });
    await engine.load();
    stopping.abort();
    await expect(preparing).rejects.toBeDefined();
    expect(await readdir(join(cacheDir, 'prepared'))).not.toContain(folder);
    expect(await texts(engine.speak('Good morning to you.'))).toEqual(['Good morning to you.']);
    await engine.unload();
  });

  it('are found by a process that starts later', async () => {
    await place(statistics);
    const engine = new Kokoro({ ...runtime, cacheDir });
    expect((await texts(engine.speak('Good morning to you.'))).length).toBeGreaterThan(1);
    await engine.unload();
  });
});
