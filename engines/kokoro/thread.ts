import { readFile } from 'node:fs/promises';
import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { artifactById } from '../../artifacts/manifest.ts';
import { kokoroSplitRecipe } from '../../artifacts/prepare/kokoro-split.ts';
import { ensurePrepared } from '../../artifacts/prepare/prepared.ts';
import { ArtifactStore } from '../../artifacts/store.ts';
import { VoicebotError } from '../../domain/errors.ts';
import { floatsOf, openSession } from '../runtime/onnx.ts';
import { serve, type ThreadContext, threadOptions } from '../runtime/serve.ts';
import { KokoroGraphs, type TextInput } from './graphs.ts';
import { StatisticsModel } from './norm-statistics.ts';
import { phonemesOf } from './phonemes.ts';
import { decodeStatistics } from './statistics-file.ts';
import { StyleTables } from './styles.ts';
import { tokenIds } from './symbols.ts';
import {
  type BeginInput,
  type KokoroThreadData,
  type KokoroThreadInput,
  type KokoroThreadOutput,
  kokoroSampleRateHz,
  type MoreInput,
  type NoStatistics,
  type PieceOutput,
} from './thread-types.ts';
import { trimmed, Utterance } from './utterance.ts';

interface Loaded {
  readonly styles: StyleTables;
  /** Unset where the file as published speaks. */
  readonly graphs: KokoroGraphs | undefined;
  readonly published: InferenceSession | undefined;
}

let loading: Promise<Loaded> | undefined;
/** By the file it was read from. */
const models = new Map<string, StatisticsModel>();
const utterances = new Map<number, Utterance>();
let lastId = 0;

/** Voices whose statistics are kept in memory, three megabytes each; and clauses that are spoken at the same time. */
const maxModels = 8;
const maxUtterances = 64;

async function load(): Promise<Loaded> {
  const { cacheDir, threads, unfolded } = threadOptions<KokoroThreadData>();
  const store = new ArtifactStore(cacheDir);
  const artifact = artifactById('kokoro');
  const files = await store.ensure(artifactById('kokoro-voices'));
  await phonemesOf('ready', 'en-us');
  const styles = new StyleTables(files);
  if (unfolded) {
    return { styles, graphs: undefined, published: await openSession((await store.ensure(artifact))[0] ?? '', threads) };
  }
  const folder = await ensurePrepared(store, kokoroSplitRecipe(artifact));
  const graphs = new KokoroGraphs(folder, threads);
  await graphs.load();
  return { styles, graphs, published: undefined };
}

const loaded = () => {
  loading ??= load().catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
};

async function ready(): Promise<Loaded & { readonly graphs: KokoroGraphs }> {
  const { graphs, ...others } = await loaded();
  if (!graphs) throw new Error('The file as published cannot be cut in pieces.');
  return { ...others, graphs };
}

async function textInput({ text, accent, voice, speed }: KokoroThreadInput, styles: StyleTables): Promise<TextInput> {
  const ids = tokenIds(await phonemesOf(text, accent));
  return { ids, speed, style: styles.styleFor(voice, ids.length) };
}

async function soundOf(input: TextInput, { graphs, published }: Loaded, context: ThreadContext): Promise<Float32Array> {
  if (graphs) {
    const clause = await graphs.prepare(input);
    context.checkCancelled();
    return graphs.speak(clause);
  }
  const { ids, style, speed } = input;
  const results = await published?.run({
    tokens: new Tensor('int64', BigInt64Array.from([0, ...ids, 0], BigInt), [1, ids.length + 2]),
    style: new Tensor('float32', style, [1, style.length]),
    speed: new Tensor('float32', Float32Array.of(speed), [1]),
  });
  return floatsOf(results ?? {}, 'audio');
}

const pauseSamples = ({ pauseMs, speed }: KokoroThreadInput) => Math.round((pauseMs / 1000 / speed) * kokoroSampleRateHz);

async function statisticsFrom(file: string): Promise<StatisticsModel | undefined> {
  const known = models.get(file);
  if (known) return known;
  const measured = decodeStatistics(await readFile(file).catch(() => Buffer.alloc(0)));
  if (!measured || measured.length === 0) return undefined;
  const model = new StatisticsModel(measured);
  models.set(file, model);
  for (const oldest of models.keys()) {
    if (models.size <= maxModels) break;
    models.delete(oldest);
  }
  return model;
}

async function nextPiece(id: number, utterance: Utterance, frames: number, started: number) {
  const { graphs } = await ready();
  const generating = performance.now();
  const { samples, share, frames: made } = await utterance.next(graphs, frames);
  if (utterance.done) utterances.delete(id);
  const now = performance.now();
  const output: PieceOutput = { id, samples, share, frames: made, generatorMs: now - generating, processingMs: now - started };
  return { output, transfer: [samples.buffer as ArrayBuffer] };
}

serve({
  async load() {
    await loaded();
    return { output: undefined };
  },

  /** A clause at once, in whole quality. */
  async synthesize(input: KokoroThreadInput, context) {
    const all = await loaded();
    const started = performance.now();
    const text = await textInput(input, all.styles);
    context.checkCancelled();
    const samples = text.ids.length === 0 ? new Int16Array(0) : trimmed(await soundOf(text, all, context), pauseSamples(input));
    const output: KokoroThreadOutput = { samples, processingMs: performance.now() - started };
    return { output, transfer: [samples.buffer as ArrayBuffer] };
  },

  /** A clause in pieces: the first of them. */
  async begin(input: BeginInput, context) {
    const { graphs, styles } = await ready();
    const started = performance.now();
    const model = await statisticsFrom(input.statistics);
    if (!model) return { output: { unusable: true } satisfies NoStatistics };
    const text = await textInput(input, styles);
    const id = ++lastId;
    if (text.ids.length === 0) {
      const nothing = { id, samples: new Int16Array(0), share: 1, frames: 0, generatorMs: 0, processingMs: 0 };
      return { output: nothing satisfies PieceOutput };
    }
    context.checkCancelled();
    const clause = await graphs.prepare(text);
    context.checkCancelled();
    const utterance = new Utterance(clause, graphs.fixNorms(clause, model), pauseSamples(input));
    utterances.set(id, utterance);
    for (const oldest of utterances.keys()) {
      if (utterances.size <= maxUtterances) break;
      utterances.delete(oldest);
    }
    return nextPiece(id, utterance, input.frames, started);
  },

  async more({ id, frames }: MoreInput) {
    const utterance = utterances.get(id);
    if (!utterance) {
      throw new VoicebotError('engine-failed', 'The clause that was being spoken is gone; the voice was started anew.', {
        retryable: true,
      });
    }
    return nextPiece(id, utterance, frames, performance.now());
  },

  /** Nobody wants the rest of it. */
  async drop(id: number) {
    utterances.delete(id);
    return { output: undefined };
  },

  /** What the norms see of a clause. */
  async measure(input: KokoroThreadInput) {
    const { graphs, styles } = await ready();
    const output = await graphs.measure(await graphs.prepare(await textInput(input, styles)));
    return { output };
  },

  /** Whether the statistics can be used; the graph of pieces is ready after it. */
  async check(file: string) {
    const { graphs, styles } = await ready();
    const model = await statisticsFrom(file);
    if (model) {
      const clause = await graphs.prepare(
        await textInput({ text: 'Ready.', voice: 'af_bella', accent: 'en-us', speed: 1, pauseMs: 0 }, styles),
      );
      await graphs.piece(clause, graphs.fixNorms(clause, model), clause.soundFrom, clause.soundTo);
    }
    return { output: model !== undefined };
  },
});
