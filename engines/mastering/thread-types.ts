import type { SoundMeasures } from '../../domain/messages/quality.ts';

/** Rate of masters: all that speech has lies below 12 kHz. */
export const masterRateHz = 24_000;

export interface MasterInput {
  /** PCM16 mono at 24 kHz. */
  readonly samples: Int16Array;
  readonly loudnessLufs: number;
}

export interface Master {
  /** PCM16 mono at 24 kHz, at the loudness that was asked for. */
  readonly samples: Int16Array;
  /** The same as Opus in Ogg. */
  readonly opus: Uint8Array;
  readonly measures: SoundMeasures;
}
