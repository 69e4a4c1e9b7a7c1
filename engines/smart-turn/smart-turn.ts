import type { EngineRuntime } from '../runtime/options.ts';
import { ThreadHosted } from '../runtime/thread-hosted.ts';
import type { RunOptions, Samples16k, TurnDetector } from '../types.ts';
import { type SmartTurnThreadData, windowSamples } from './thread-types.ts';

/** Smart Turn v3.2: from the melody of the voice, whether the caller has finished. */
export class SmartTurn extends ThreadHosted implements TurnDetector {
  constructor(runtime: EngineRuntime) {
    const options: SmartTurnThreadData = { cacheDir: runtime.cacheDir };
    super({ ...runtime, name: 'smart-turn', entry: new URL('./thread.ts', import.meta.url), options });
  }

  finished(samples: Samples16k, options: RunOptions = {}): Promise<number> {
    const window = samples.slice(-windowSamples);
    return this.thread.call<number>('finished', window, options, [window.buffer as ArrayBuffer]);
  }
}
