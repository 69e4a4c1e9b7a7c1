import type { EngineRuntime } from '../runtime/options.ts';
import { ThreadedEngine } from '../runtime/threaded-engine.ts';
import type { RunOptions, Samples16k, TurnDetector } from '../types.ts';
import { type SmartTurnThreadData, windowSamples } from './thread-types.ts';

/** Smart Turn v3.2: from the melody of the voice, whether the caller has finished. */
export class SmartTurn implements TurnDetector {
  readonly name = 'smart-turn';
  readonly #thread: ThreadedEngine;

  constructor(runtime: EngineRuntime) {
    const options: SmartTurnThreadData = { cacheDir: runtime.cacheDir };
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

  finished(samples: Samples16k, options: RunOptions = {}): Promise<number> {
    const window = samples.slice(-windowSamples);
    return this.#thread.call<number>('finished', window, options, [window.buffer as ArrayBuffer]);
  }
}
