import { speechLoudnessLufs } from '../../domain/messages/message.ts';
import type { EngineRuntime } from '../runtime/options.ts';
import { ThreadHosted } from '../runtime/thread-hosted.ts';
import type { RunOptions } from '../types.ts';
import type { Master, MasterInput } from './thread-types.ts';

/** Brings recorded speech to one loudness, measures and codes it; in a thread, because that is work. */
export class Mastering extends ThreadHosted {
  constructor(runtime: EngineRuntime) {
    super({ ...runtime, name: 'mastering', entry: new URL('./thread.ts', import.meta.url), options: {} });
  }

  /** @param samples PCM16 mono at 24 kHz. */
  master(samples: Int16Array, options: RunOptions & { readonly loudnessLufs?: number | undefined } = {}): Promise<Master> {
    const { loudnessLufs = speechLoudnessLufs, ...run } = options;
    const input: MasterInput = { samples, loudnessLufs };
    return this.thread.call('master', input, { priority: 'batch', ...run });
  }
}
