/**
 * `npm run bench:voice`: Kokoro in pieces beside the whole graph, in one run: the first audio, seams between pieces, fidelity beside the
 * published int8 file's, and whether Whisper hears the same words. The last line is JSON. `--rounds N`, `--texts N`.
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { artifactById } from '../artifacts/manifest.ts';
import { kokoroSplitRecipe } from '../artifacts/prepare/kokoro-split.ts';
import { ensurePrepared } from '../artifacts/prepare/prepared.ts';
import { ArtifactStore } from '../artifacts/store.ts';
import { words } from '../domain/language/word-errors.ts';
import { KokoroGraphs, type Prepared, soundingFrames } from '../engines/kokoro/graphs.ts';
import { Kokoro } from '../engines/kokoro/kokoro.ts';
import { StatisticsModel } from '../engines/kokoro/norm-statistics.ts';
import { normalise } from '../engines/kokoro/normalise/normalise.ts';
import { phonemesOf } from '../engines/kokoro/phonemes.ts';
import { frameSamples } from '../engines/kokoro/piece-plan.ts';
import { decodeStatistics } from '../engines/kokoro/statistics-file.ts';
import { StyleTables } from '../engines/kokoro/styles.ts';
import { tokenIds } from '../engines/kokoro/symbols.ts';
import { Whisper } from '../engines/whisper/whisper.ts';
import { gather, to16k } from '../tests/support/audio.ts';
import { testRuntime } from '../tests/support/runtime.ts';
import { machine, note, printReport, round, spread } from './report.ts';
import { loudnessDifferenceDb, spectralDistance } from './spectral-distance.ts';
import { clauseText, comparedTexts, sentenceText } from './voice-texts.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '11' }, texts: { type: 'string', default: String(comparedTexts.length) } },
});
const rounds = Number(values.rounds);
const texts = comparedTexts.slice(0, Number(values.texts));
const voice = 'af_bella';
const accent = 'en-us';
const runtime = testRuntime();
const store = new ArtifactStore(runtime.cacheDir);

const kokoro = new Kokoro(runtime, { voice });
await kokoro.load();
note('Calibrating the voice, unless it is ...');
const calibrating = performance.now();
await kokoro.prepare();
const preparedInMs = performance.now() - calibrating;

async function firstAudio(text: string) {
  const first: number[] = [];
  const all: number[] = [];
  const whole: number[] = [];
  for (let i = 0; i <= rounds; i++) {
    for (const priority of ['batch', 'urgent'] as const) {
      const started = performance.now();
      let firstMs: number | undefined;
      for await (const _ of kokoro.speak(text, { priority })) firstMs ??= performance.now() - started;
      if (i === 0) continue;
      if (priority === 'batch') whole.push(performance.now() - started);
      else {
        first.push(firstMs ?? Number.NaN);
        all.push(performance.now() - started);
      }
    }
  }
  const [firstAudioMs, wholeMs, allPiecesMs] = [first, whole, all].map((times) => spread(times).p50);
  const ratio = round((firstAudioMs ?? 0) / (wholeMs ?? 1), 2);
  return { firstAudioMs, wholeMs, allPiecesMs, firstOfWhole: ratio };
}

note('First audio ...');
const clause = await firstAudio(clauseText);
const sentence = await firstAudio(sentenceText);

/** As a line has it: with silence before and after. Whisper says single words twice where there is none. */
function onLine(samples: Float32Array): Float32Array {
  const margin = 16_000 * 0.5;
  const out = new Float32Array(samples.length + 2 * margin);
  out.set(samples, margin);
  return out;
}

note('The same words ...');
const whisper = new Whisper(runtime, { model: 'base', precision: 'int8' });
const differently: { text: string; pieces: string; whole: string }[] = [];
for (const text of texts) {
  const heard: string[] = [];
  for (const priority of ['urgent', 'batch'] as const) {
    heard.push((await whisper.transcribe(onLine(await to16k(await gather(kokoro.speak(text, { priority })))))).text);
  }
  const [pieces = '', whole = ''] = heard;
  if (words(pieces).join(' ') !== words(whole).join(' ')) differently.push({ text, pieces, whole });
}
await whisper.unload();

note('Seams and fidelity ...');
const statisticsFile = await kokoro.statistics(voice);
await kokoro.unload();
const measured = decodeStatistics(await readFile(statisticsFile ?? ''));
if (!measured) throw new Error('The voice has no statistics.');
const model = new StatisticsModel(measured);
const graphs = new KokoroGraphs(await ensurePrepared(store, kokoroSplitRecipe(artifactById('kokoro'))), runtime.threads);
const styles = new StyleTables(await store.ensure(artifactById('kokoro-voices')));
const published = await InferenceSession.create((await store.ensure(artifactById('kokoro')))[0] ?? '', {
  intraOpNumThreads: runtime.threads,
  logSeverityLevel: 3,
});

const sizes = [18, 24, 36, 60, 96];
async function inPieces(clauseFrames: Prepared, from: number, to: number): Promise<Float32Array> {
  const norms = graphs.fixNorms(clauseFrames, model);
  const out = new Float32Array((to - from) * frameSamples);
  for (let at = from, i = 0; at < to; i++) {
    const end = Math.min(to, at + (sizes[Math.min(i, sizes.length - 1)] as number));
    out.set(await graphs.piece(clauseFrames, norms, at, end), (at - from) * frameSamples);
    at = end;
  }
  return out;
}

const seams: number[] = [];
const fidelity: number[] = [];
const int8: number[] = [];
const loudness: number[] = [];
for (const text of texts) {
  const ids = tokenIds(await phonemesOf(normalise(text, accent), accent));
  const style = styles.styleFor(voice, ids.length);
  const prepared = await graphs.prepare({ ids, style, speed: 1 });
  const { from, to } = soundingFrames(prepared);
  const pieces = await inPieces(prepared, from, to);
  seams.push(spectralDistance(pieces, await graphs.piece(prepared, graphs.fixNorms(prepared, model), from, to)));
  const whole = await graphs.speak(prepared);
  const sound = whole.slice(from * frameSamples, to * frameSamples);
  fidelity.push(spectralDistance(pieces, sound));
  loudness.push(loudnessDifferenceDb(pieces, sound));
  const results = await published.run({
    tokens: new Tensor('int64', BigInt64Array.from([0, ...ids, 0], BigInt), [1, ids.length + 2]),
    style: new Tensor('float32', style, [1, style.length]),
    speed: new Tensor('float32', Float32Array.of(1), [1]),
  });
  // Its durations may differ by a frame or two, and the rest is compared as it lies; those clauses are told apart.
  const audio = results.audio?.data as Float32Array;
  int8.push(spectralDistance(audio.slice(from * frameSamples, to * frameSamples), sound));
}
const mean = (numbers: readonly number[]) => round(numbers.reduce((sum, n) => sum + n, 0) / numbers.length, 4);
const byLoudness = loudness.map(Math.abs);
printReport({
  bench: 'voice',
  machine: machine(),
  voice,
  threads: runtime.threads,
  calibration: { clauses: measured.length, ms: preparedInMs > 2_000 ? round(preparedInMs) : 'was there' },
  clause: { text: clauseText, ...clause },
  sentence: { text: sentenceText, ...sentence },
  seam: { distance: mean(seams), worst: round(Math.max(...seams), 4) },
  fidelity: {
    distance: mean(fidelity),
    worst: round(Math.max(...fidelity), 4),
    publishedInt8: mean(int8),
    publishedInt8Median: round(spread(int8.map((value) => value * 1e4)).p50 / 1e4, 4),
    distanceMedian: round(spread(fidelity.map((value) => value * 1e4)).p50 / 1e4, 4),
    loudnessDb: { mean: mean(loudness), worst: round(Math.max(...byLoudness), 2) },
  },
  sameWords: { same: texts.length - differently.length, of: texts.length, differently },
});
process.exit(0);
