import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { artifactById } from '../../artifacts/manifest.ts';
import { kokoroFoldRecipe } from '../../artifacts/prepare/kokoro-fold.ts';
import { ensurePrepared } from '../../artifacts/prepare/prepared.ts';
import { ArtifactStore } from '../../artifacts/store.ts';
import { floatsOf, openSession } from '../runtime/onnx.ts';
import { serve, threadOptions } from '../runtime/serve.ts';
import { phonemesOf } from './phonemes.ts';
import { soundBounds } from './silence.ts';
import { tokenIds } from './symbols.ts';
import { type KokoroThreadData, type KokoroThreadInput, type KokoroThreadOutput, kokoroSampleRateHz } from './thread-types.ts';
import { type KokoroVoice, kokoroVoices } from './voices.ts';

/** Kept before the first and after the last sound of a clause, so that soft consonants are not cut. */
const marginSamples = kokoroSampleRateHz * 0.04;

interface Loaded {
  readonly session: InferenceSession;
  readonly voiceFiles: ReadonlyMap<KokoroVoice, string>;
}

let loading: Promise<Loaded> | undefined;
const styles = new Map<KokoroVoice, Float32Array>();

async function load(): Promise<Loaded> {
  const { cacheDir, threads, unfolded } = threadOptions<KokoroThreadData>();
  const store = new ArtifactStore(cacheDir);
  const artifact = artifactById('kokoro');
  const graph = unfolded
    ? ((await store.ensure(artifact))[0] ?? '')
    : join(await ensurePrepared(store, kokoroFoldRecipe(artifact)), 'kokoro.onnx');
  const files = await store.ensure(artifactById('kokoro-voices'));
  await phonemesOf('ready', 'en-us');
  return {
    session: await openSession(graph, threads),
    voiceFiles: new Map(kokoroVoices.map((voice, i) => [voice, files[i] ?? ''])),
  };
}

const loaded = () => {
  loading ??= load().catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
};

/** A voice is a table of styles, one row for each length of the phoneme string. */
function styleFor(voice: KokoroVoice, file: string, tokens: number): Float32Array {
  let table = styles.get(voice);
  if (!table) {
    const bytes = readFileSync(file);
    table = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    styles.set(voice, table);
  }
  const row = Math.min(tokens, table.length / 256 - 1);
  return table.subarray(row * 256, (row + 1) * 256);
}

serve({
  async load() {
    await loaded();
    return { output: undefined };
  },
  async synthesize({ text, voice, accent, speed, pauseMs }: KokoroThreadInput, context) {
    const { session, voiceFiles } = await loaded();
    const started = performance.now();
    const ids = tokenIds(await phonemesOf(text, accent));
    if (ids.length === 0) return { output: { samples: new Int16Array(0), processingMs: 0 } satisfies KokoroThreadOutput };
    context.checkCancelled();
    const results = await session.run({
      tokens: new Tensor('int64', BigInt64Array.from([0, ...ids, 0], BigInt), [1, ids.length + 2]),
      style: new Tensor('float32', styleFor(voice, voiceFiles.get(voice) ?? '', ids.length), [1, 256]),
      speed: new Tensor('float32', Float32Array.of(speed), [1]),
    });
    const audio = floatsOf(results, 'audio');
    const [start, end] = soundBounds(audio, marginSamples);
    const pause = Math.round((pauseMs / 1000 / speed) * kokoroSampleRateHz);
    const samples = new Int16Array(end - start + pause);
    for (let i = start; i < end; i++)
      samples[i - start] = Math.max(-32_768, Math.min(32_767, Math.round((audio[i] as number) * 32_767)));
    const output: KokoroThreadOutput = { samples, processingMs: performance.now() - started };
    return { output, transfer: [samples.buffer] };
  },
});
