import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { artifactById } from '../../artifacts/manifest.ts';
import { minilmRecipe } from '../../artifacts/prepare/minilm.ts';
import { ensurePrepared } from '../../artifacts/prepare/prepared.ts';
import { ArtifactStore } from '../../artifacts/store.ts';
import { floatsOf, openSession } from '../runtime/onnx.ts';
import { serve, threadOptions } from '../runtime/serve.ts';

export interface MinilmThreadData {
  readonly cacheDir: string;
  readonly threads: number;
}

/** The model was trained on texts up to this many tokens; more are cut. */
const maxTokens = 256;
const dimensions = 384;

interface Loaded {
  readonly session: InferenceSession;
  readonly tokenizer: Tokenizer;
}

let loading: Promise<Loaded> | undefined;

async function load(): Promise<Loaded> {
  const { cacheDir, threads } = threadOptions<MinilmThreadData>();
  const store = new ArtifactStore(cacheDir);
  const artifact = artifactById('minilm');
  const folder = await ensurePrepared(store, minilmRecipe(artifact));
  const [, tokenizer = '', config = ''] = await store.ensure(artifact);
  const json = (file: string) => JSON.parse(readFileSync(file, 'utf8'));
  return {
    session: await openSession(join(folder, 'minilm.onnx'), threads),
    tokenizer: new Tokenizer(json(tokenizer), json(config)),
  };
}

const loaded = () => {
  loading ??= load().catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
};

async function run(ids: readonly number[], output: 'embedding' | 'states'): Promise<Float32Array> {
  const { session } = await loaded();
  const feeds = {
    input_ids: new Tensor('int64', BigInt64Array.from(ids, BigInt), [1, ids.length]),
    attention_mask: new Tensor('int32', new Int32Array(ids.length).fill(1), [1, ids.length]),
  };
  return floatsOf(await session.run(feeds, [output]), output);
}

async function embed(text: string): Promise<Float32Array> {
  const { tokenizer } = await loaded();
  const all = tokenizer.encode(text).ids;
  // The last token is the separator, which stays when a long text is cut.
  const ids = all.length <= maxTokens ? all : [...all.slice(0, maxTokens - 1), all.at(-1) as number];
  return (await run(ids, 'embedding')).slice(0, dimensions);
}

/** What the layers make of each word: the mean of its pieces. Words that do not fit any more are left out. */
async function statesOf(words: readonly string[]): Promise<Float32Array> {
  const { tokenizer } = await loaded();
  const pieces = words.map((word) => tokenizer.encode(word).ids.slice(1, -1));
  const [first = 0, last = 0] = [tokenizer.encode('a').ids[0], tokenizer.encode('a').ids.at(-1)];
  const kept = pieces.filter((_, i) => pieces.slice(0, i + 1).flat().length <= maxTokens - 2);
  const all = await run([first, ...kept.flat(), last], 'states');
  const width = all.length / (kept.flat().length + 2);
  const out = new Float32Array(words.length * width);
  let at = 1;
  for (const [i, ids] of kept.entries()) {
    for (let piece = 0; piece < ids.length; piece++, at++) {
      for (let j = 0; j < width; j++) {
        out[i * width + j] = (out[i * width + j] as number) + (all[at * width + j] as number) / ids.length;
      }
    }
  }
  return out;
}

serve({
  async load() {
    await loaded();
    return { output: undefined };
  },
  async embed(texts: readonly string[], context) {
    const vectors: Float32Array[] = [];
    for (const text of texts) {
      context.checkCancelled();
      vectors.push(await embed(text));
    }
    return { output: vectors, transfer: vectors.map((vector) => vector.buffer as ArrayBuffer) };
  },
  async states(sentences: readonly (readonly string[])[], context) {
    const all: Float32Array[] = [];
    for (const words of sentences) {
      context.checkCancelled();
      all.push(await statesOf(words));
    }
    return { output: all, transfer: all.map((states) => states.buffer as ArrayBuffer) };
  },
});
