/**
 * `npm run bench:engines`: Whisper beside faster-whisper, Kokoro folded beside unfolded, embeddings; one run, the same threads.
 * What cannot be measured here is "unknown".
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { artifactById } from '../artifacts/manifest.ts';
import { ArtifactStore } from '../artifacts/store.ts';
import { loadConfig, modelCacheDir } from '../config/load.ts';
import { wordErrors } from '../domain/language/word-errors.ts';
import { Kokoro } from '../engines/kokoro/kokoro.ts';
import { Minilm } from '../engines/minilm/minilm.ts';
import { WorkGate } from '../engines/runtime/work-gate.ts';
import { Whisper } from '../engines/whisper/whisper.ts';
import { gather, to16k } from '../tests/support/audio.ts';
import { hasSpeechData, recordedSentences } from '../tests/support/shared-data.ts';
import { machine, note, printReport, round, spread } from './report.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, threads: { type: 'string', default: String(Math.min(8, cpus().length)) } },
});
const rounds = Number(values.rounds);
const threads = Number(values.threads);
const runtime = { cacheDir: modelCacheDir(loadConfig()), threads, idleMs: 0, gate: new WorkGate() };

/** Spoken by Kokoro: 2.5 to 3 s each, as callers ask. */
const questions = [
  'Could you please tell me how to order a new card?',
  'Where can I see all of the payments that I made?',
  'How long does a transfer to another country take?',
  'What should I do if somebody has stolen my phone?',
  'I would like to change the address on my account.',
  'Can you tell me when the branch in town is open?',
];
const passage =
  'Thank you for waiting. Your new card is on its way, and it should reach you soon. Is there anything else that I can do for you today?';

interface Utterance {
  readonly text: string;
  readonly samples: Float32Array;
  readonly recorded: boolean;
}

async function utterances(kokoro: Kokoro): Promise<Utterance[]> {
  const spoken: Utterance[] = [];
  for (const text of questions) spoken.push({ text, samples: await to16k(await gather(kokoro.speak(text))), recorded: false });
  if (!hasSpeechData) return spoken;
  return [...spoken, ...recordedSentences().map(({ text, samples }) => ({ text, samples, recorded: true }))];
}

const errorsOf = (all: readonly Utterance[], texts: readonly string[], recorded: boolean) =>
  all.reduce((sum, { text, recorded: is }, i) => (is === recorded ? sum + wordErrors(text, texts[i] ?? '') : sum), 0);

async function ours(all: readonly Utterance[], precision: 'int8' | 'fp32') {
  const whisper = new Whisper(runtime, { model: 'base', precision });
  const times: number[] = [];
  const byText: Record<string, number[]> = {};
  const texts: string[] = [];
  for (let attempt = 0; attempt <= rounds; attempt++) {
    for (const [i, { text, samples, recorded }] of all.entries()) {
      const started = performance.now();
      texts[i] = (await whisper.transcribe(samples)).text;
      const tookMs = performance.now() - started;
      if (attempt === 0 || recorded) continue;
      times.push(tookMs);
      byText[text] = [...(byText[text] ?? []), tookMs];
    }
  }
  await whisper.unload();
  const medians = Object.fromEntries(Object.entries(byText).map(([text, each]) => [text, spread(each).p50]));
  return { ms: spread(times), wordErrors: wordErrorsOf(all, texts), medianMsByText: medians };
}

function wordErrorsOf(all: readonly Utterance[], texts: readonly string[]) {
  return { spoken: errorsOf(all, texts, false), recorded: hasSpeechData ? errorsOf(all, texts, true) : 'unknown' };
}

async function fasterWhisper(all: readonly Utterance[]) {
  const folder = await mkdtemp(join(tmpdir(), 'voicebot-bench-'));
  try {
    const files = all.map((_, i) => join(folder, `${i}.f32`));
    await Promise.all(
      all.map(({ samples }, i) =>
        writeFile(files[i] ?? '', new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)),
      ),
    );
    const [model = ''] = await new ArtifactStore(runtime.cacheDir).ensure(artifactById('whisper-base'));
    const script = fileURLToPath(new URL('./time_faster_whisper.py', import.meta.url));
    const { stdout, failed, stderr } = await execa(
      'python3',
      [script, join(model, '..'), String(threads), String(rounds), ...files],
      {
        reject: false,
      },
    );
    if (failed) {
      note(`faster-whisper cannot be measured here (pip install faster-whisper): ${String(stderr).trim().split('\n').at(-1)}`);
      return undefined;
    }
    const result = JSON.parse(stdout) as { version: string; texts: Record<string, string>; timesMs: Record<string, number[]> };
    const texts = files.map((file) => result.texts[file] ?? '');
    const times = files.flatMap((file, i) => (all[i]?.recorded ? [] : (result.timesMs[file] ?? [])));
    return { version: result.version, ms: spread(times), wordErrors: wordErrorsOf(all, texts) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function realTimeFactor(kokoro: Kokoro) {
  await gather(kokoro.speak('Warm up, please.'));
  const factors: number[] = [];
  const first: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const started = performance.now();
    let samples = 0;
    for await (const chunk of kokoro.speak(passage)) {
      if (samples === 0) first.push(performance.now() - started);
      samples += chunk.samples.length;
    }
    factors.push((performance.now() - started) / ((samples / kokoro.sampleRateHz) * 1000));
  }
  const { p50, p95 } = spread(factors.map((factor) => factor * 100));
  return { realTimeFactor: { p50: round(p50 / 100, 3), p95: round(p95 / 100, 3) }, firstAudioMs: spread(first) };
}

const folded = new Kokoro(runtime);
note('Kokoro, folded ...');
const foldedResult = await realTimeFactor(folded);
const all = await utterances(folded);
await folded.unload();
note('Kokoro, as it is published ...');
const unfolded = new Kokoro(runtime, { unfolded: true });
const unfoldedResult = await realTimeFactor(unfolded);
await unfolded.unload();

note('Whisper ...');
const int8 = await ours(all, 'int8');
const fp32 = await ours(all, 'fp32');
note('faster-whisper ...');
const reference = await fasterWhisper(all);

note('Embeddings ...');
const minilm = new Minilm(runtime);
await minilm.embed(['warm']);
const embedMs: number[] = [];
for (let i = 0; i < rounds; i++) {
  for (const text of questions) {
    const started = performance.now();
    await minilm.embed([text]);
    embedMs.push(performance.now() - started);
  }
}
await minilm.unload();

const spoken = all.filter((utterance) => !utterance.recorded);
printReport({
  bench: 'engines',
  machine: machine(),
  threads,
  whisperBase: {
    utteranceSeconds: spread(spoken.map(({ samples }) => samples.length / 16_000)),
    recordings: all.length - spoken.length,
    int8,
    fp32,
    fasterWhisperInt8Beam1: reference ?? 'unknown',
    timesAsFast: reference ? round(reference.ms.p50 / int8.ms.p50) : 'unknown',
  },
  kokoro: { folded: foldedResult, unfolded: unfoldedResult },
  embedding: { ms: spread(embedMs) },
});
