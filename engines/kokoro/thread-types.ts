import type { Accent, KokoroVoice } from './voices.ts';

export interface KokoroThreadData {
  readonly cacheDir: string;
  readonly threads: number;
  /** The file as published instead of the prepared graphs; for comparison in benchmarks. */
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

export interface BeginInput extends KokoroThreadInput {
  /** The voice's statistics. */
  readonly statistics: string;
  /** Of the first piece. */
  readonly frames: number;
}

export interface MoreInput {
  readonly id: number;
  readonly frames: number;
}

/** A piece of a clause. */
export interface PieceOutput extends KokoroThreadOutput {
  readonly id: number;
  /** Generated for it, without context; what the text side took is not in `generatorMs`. */
  readonly frames: number;
  readonly generatorMs: number;
  /** Of the clause's sound that is there with it: 1 for the last piece. */
  readonly share: number;
}

/** The file of statistics is damaged or of other graphs: nothing was spoken. */
export interface NoStatistics {
  readonly unusable: true;
}

export const kokoroSampleRateHz = 24_000;
