import type { EngineRuntime } from '../runtime/options.ts';
import { ThreadedEngine } from '../runtime/threaded-engine.ts';
import type { Embedder, RunOptions } from '../types.ts';
import type { MinilmThreadData } from './thread.ts';

/** all-MiniLM-L6-v2: sentence embeddings of 384 dimensions. */
export class Minilm implements Embedder {
  readonly name = 'minilm';
  readonly dimensions = 384;
  readonly #thread: ThreadedEngine;

  constructor(runtime: EngineRuntime) {
    // One sentence is a few milliseconds of work: one thread is enough and leaves the others to speech.
    const options: MinilmThreadData = { cacheDir: runtime.cacheDir, threads: 1 };
    this.#thread = new ThreadedEngine({ ...runtime, name: this.name, entry: new URL('./thread.ts', import.meta.url), options });
  }

  get loaded(): boolean {
    return this.#thread.loaded;
  }

  load(): Promise<void> {
    return this.#thread.call('load', undefined);
  }

  unload(): Promise<void> {
    return this.#thread.unload();
  }

  embed(texts: readonly string[], options: RunOptions = {}): Promise<Float32Array[]> {
    return texts.length === 0 ? Promise.resolve([]) : this.#thread.call('embed', [...texts], options);
  }
}
