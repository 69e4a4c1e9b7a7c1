import type { EngineRuntime } from '../runtime/options.ts';
import { ThreadHosted } from '../runtime/thread-hosted.ts';
import type { Embedder, RunOptions } from '../types.ts';
import type { MinilmThreadData } from './thread.ts';

/** all-MiniLM-L6-v2: sentence embeddings of 384 dimensions. */
export class Minilm extends ThreadHosted implements Embedder {
  readonly dimensions = 384;

  constructor(runtime: EngineRuntime) {
    // One sentence is a few milliseconds of work: one thread is enough and leaves the others to speech.
    const options: MinilmThreadData = { cacheDir: runtime.cacheDir, threads: 1 };
    super({ ...runtime, name: 'minilm', entry: new URL('./thread.ts', import.meta.url), options });
  }

  wordStates(sentences: readonly (readonly string[])[], options: RunOptions = {}): Promise<Float32Array[]> {
    return sentences.length === 0 ? Promise.resolve([]) : this.thread.call('states', [...sentences], options);
  }

  embed(texts: readonly string[], options: RunOptions = {}): Promise<Float32Array[]> {
    return texts.length === 0 ? Promise.resolve([]) : this.thread.call('embed', [...texts], options);
  }
}
