import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { artifactById } from '../../artifacts/manifest.ts';
import { ensurePrepared, type Recipe } from '../../artifacts/prepare/prepared.ts';
import { ArtifactStore } from '../../artifacts/store.ts';
import type { Learnt } from '../../domain/understanding/learn.ts';
import type { EngineRuntime } from '../runtime/options.ts';
import { ThreadHosted } from '../runtime/thread-hosted.ts';
import type { Embedder, LabelledPhrase, RouterTrainer, TaughtRouter } from '../types.ts';
import { teach } from './teach.ts';

/** Raised whenever what is learnt from the same phrases changes. */
const learnerVersion = 1;
const fileName = 'router.bin';

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

  async teach(phrases: readonly LabelledPhrase[], embedder: Embedder): Promise<TaughtRouter> {
    let taught: TaughtRouter | undefined;
    const recipe: Recipe = {
      name: 'router',
      version: learnerVersion,
      input: artifactById('minilm'),
      options: {
        phrases: createHash('sha256').update(JSON.stringify(phrases)).digest('hex'),
        embedder: embedder.name,
        v8: process.versions.v8,
      },
      run: async (_, outputDir) => {
        taught = await teach(phrases, embedder, (examples) => this.thread.call<Learnt>('learn', examples));
        await writeFile(join(outputDir, fileName), encode(taught));
      },
    };
    const folder = await ensurePrepared(this.#store, recipe);
    if (taught) return taught;
    const known = decode(await readFile(join(folder, fileName)).catch(() => Buffer.alloc(0)));
    if (known) return known;
    // Damaged: it is learnt once more.
    await rm(folder, { recursive: true, force: true });
    return this.teach(phrases, embedder);
  }
}

const hashBytes = 32;
const hashOf = (content: Uint8Array) => createHash('sha256').update(content).digest();

function encode(taught: TaughtRouter): Buffer {
  const content = serialize(taught);
  return Buffer.concat([content, hashOf(content)]);
}

/** @returns undefined for bytes that are not what was written. */
function decode(bytes: Buffer): TaughtRouter | undefined {
  const content = bytes.subarray(0, -hashBytes);
  return bytes.length > hashBytes && hashOf(content).equals(bytes.subarray(-hashBytes)) ? deserialize(content) : undefined;
}
