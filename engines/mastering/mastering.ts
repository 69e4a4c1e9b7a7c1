import { speechLoudnessLufs } from '../../domain/messages/message.ts';
import type { EngineRuntime } from '../runtime/options.ts';
import { ThreadHosted } from '../runtime/thread-hosted.ts';
import type { RunOptions } from '../types.ts';
import type { Master, MasterInput } from './thread-types.ts';

export interface MasterOptions extends RunOptions {
  readonly loudnessLufs?: number | undefined;
}

/** Brings recorded speech to one loudness, measures and codes it; in a thread, because that is work. */
export class Mastering extends ThreadHosted {
  constructor(runtime: EngineRuntime) {
    super({ ...runtime, name: 'mastering', entry: new URL('./thread.ts', import.meta.url), options: {} });
  }

  /** @param sound mono, in [-1, 1], at any rate. */
  master(sound: Omit<MasterInput, 'loudnessLufs'>, options: MasterOptions = {}): Promise<Master> {
    const { loudnessLufs = speechLoudnessLufs, ...run } = options;
    const input: MasterInput = { ...sound, loudnessLufs };
    return this.thread.call('master', input, { priority: 'batch', ...run });
  }
}
