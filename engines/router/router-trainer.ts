import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { artifactById } from '../../artifacts/manifest.ts';
import { ensurePrepared, type Recipe } from '../../artifacts/prepare/prepared.ts';
import { ArtifactStore } from '../../artifacts/store.ts';
import type { Learnt } from '../../domain/understanding/learn.ts';
import type { TaggerParameters } from '../../domain/understanding/restriction-tagger.ts';
import { type Restrictions, taughtSentences } from '../../domain/understanding/taught-sentences.ts';
import type { EngineRuntime } from '../runtime/options.ts';
import { ThreadHosted } from '../runtime/thread-hosted.ts';
import type { Embedder, LabelledPhrase, RouterTrainer, RunOptions, TaughtRouter } from '../types.ts';
import { teach } from './teach.ts';

/** Raised whenever what is learnt from the same phrases changes. */
const learnerVersion = 1;
const taggerVersion = 1;
/** Sentences that the tagger is taught: every template some thirty times. */
const taughtCount = 1_600;
/** Sentences that the encoder reads before something else may come in between. */
const atOnce = 20;

/** What is taught, which names what is kept of it. */
interface Lesson {
  readonly name: string;
  readonly version: number;
  readonly from: unknown;
  readonly embedder: Embedder;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Teaches the router in a thread, because it takes seconds in which callers must be heard; and keeps what was taught beside the prepared
 * graphs, by the hash of the phrases and of the model that embeds them.
 */
export class ThreadedRouterTrainer extends ThreadHosted implements RouterTrainer {
  readonly #store: ArtifactStore;

  constructor(runtime: EngineRuntime) {
    super({ ...runtime, name: 'router', entry: new URL('./thread.ts', import.meta.url), options: {} });
    this.#store = new ArtifactStore(runtime.cacheDir);
  }

  teach(phrases: readonly LabelledPhrase[], embedder: Embedder): Promise<TaughtRouter> {
    return this.#kept({ name: 'router', version: learnerVersion, from: phrases, embedder }, () =>
      teach(phrases, embedder, (examples) => this.thread.call<Learnt>('learn', examples)),
    );
  }

  async teachTagger(
    restrictions: Restrictions,
    embedder: Embedder,
    options: RunOptions = {},
  ): Promise<TaggerParameters | undefined> {
    if (!embedder.wordStates) return undefined;
    const { signal } = options;
    return this.#kept({ name: 'tagger', version: taggerVersion, from: restrictions, embedder, signal }, async () => {
      const sentences = taughtSentences(restrictions, await this.#vocabulary(), taughtCount);
      const states: Float32Array[] = [];
      for (let from = 0; from < sentences.length; from += atOnce) {
        const words = sentences.slice(from, from + atOnce).map((sentence) => sentence.words);
        states.push(...((await embedder.wordStates?.(words, options)) ?? []));
      }
      return this.thread.call<TaggerParameters>('learnTagger', { sentences, states }, options);
    });
  }

  /** Words that names are made of, so that the place of a name counts. */
  async #vocabulary(): Promise<readonly string[]> {
    const [, tokenizer = ''] = await this.#store.ensure(artifactById('minilm'));
    const { model } = JSON.parse(await readFile(tokenizer, 'utf8')) as { model: { vocab: Record<string, number> } };
    return Object.keys(model.vocab)
      .filter((word) => /^[a-z]{4,10}$/.test(word))
      .sort();
  }

  /** What was taught before of the same, or what is taught now. */
  async #kept<T>(lesson: Lesson, teaching: () => Promise<T>): Promise<T> {
    const { name, version, from, embedder, signal } = lesson;
    let taught: T | undefined;
    const recipe: Recipe = {
      name,
      version,
      input: artifactById('minilm'),
      options: {
        phrases: createHash('sha256').update(JSON.stringify(from)).digest('hex'),
        embedder: embedder.name,
        v8: process.versions.v8,
      },
      run: async (_, outputDir) => {
        taught = await teaching();
        await writeFile(join(outputDir, `${name}.bin`), encode(taught));
      },
    };
    const folder = await ensurePrepared(this.#store, recipe, signal ? { signal } : {});
    if (taught !== undefined) return taught;
    const known = decode<T>(await readFile(join(folder, `${name}.bin`)).catch(() => Buffer.alloc(0)));
    if (known !== undefined) return known;
    // Damaged: it is learnt once more.
    await rm(folder, { recursive: true, force: true });
    return this.#kept(lesson, teaching);
  }
}

const hashBytes = 32;
const hashOf = (content: Uint8Array) => createHash('sha256').update(content).digest();

function encode(taught: unknown): Buffer {
  const content = serialize(taught);
  return Buffer.concat([content, hashOf(content)]);
}

/** @returns undefined for bytes that are not what was written. */
function decode<T>(bytes: Buffer): T | undefined {
  const content = bytes.subarray(0, -hashBytes);
  return bytes.length > hashBytes && hashOf(content).equals(bytes.subarray(-hashBytes)) ? deserialize(content) : undefined;
}
