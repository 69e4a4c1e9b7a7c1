import type { EngineRuntime } from '../runtime/options.ts';
import { ThreadHosted } from '../runtime/thread-hosted.ts';
import type { RunOptions, Samples16k, SpeechFollower, SpeechSegment, VoiceActivityDetector } from '../types.ts';
import { segmentsOf } from './segments.ts';
import type { SileroFrame, SileroThreadData } from './thread.ts';

/** Silero voice activity detection v6. */
export class Silero extends ThreadHosted implements VoiceActivityDetector {
  #followers = 0;

  constructor(runtime: EngineRuntime) {
    const options: SileroThreadData = { cacheDir: runtime.cacheDir };
    super({
      ...runtime,
      name: 'silero',
      entry: new URL('./thread.ts', import.meta.url),
      options,
      light: true,
    });
  }

  async segments(samples: Samples16k, options: RunOptions = {}): Promise<SpeechSegment[]> {
    if (samples.length === 0) return [];
    const copy = samples.slice();
    const probabilities = await this.thread.call<Float32Array>('probabilities', copy, options, [copy.buffer as ArrayBuffer]);
    return segmentsOf(probabilities, samples.length);
  }

  follow(): SpeechFollower {
    const follower = this.#followers++;
    return {
      push: (frame) => {
        const samples = frame.slice();
        const input: SileroFrame = { follower, samples };
        return this.thread.call<number>('frame', input, {}, [samples.buffer as ArrayBuffer]);
      },
      close: () => void this.thread.call('forget', follower).catch(() => undefined),
    };
  }
}
