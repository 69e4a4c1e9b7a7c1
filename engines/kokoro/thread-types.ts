import type { Accent, KokoroVoice } from './voices.ts';

export interface KokoroThreadData {
  readonly cacheDir: string;
  readonly threads: number;
  /** The file as published instead of the folded one; for comparison in benchmarks. */
  readonly unfolded: boolean;
}

export interface KokoroThreadInput {
  /** Normalised text of one clause. */
  readonly text: string;
  readonly voice: KokoroVoice;
  readonly accent: Accent;
  readonly speed: number;
  readonly pauseMs: number;
}

export interface KokoroThreadOutput {
  readonly samples: Int16Array;
  readonly processingMs: number;
}

export const kokoroSampleRateHz = 24_000;
