import { opusRateHz } from '../../audio/opus.ts';
import type { SoundMeasures } from '../../domain/messages/quality.ts';

/** Rate of masters: that of the Opus coder. */
export const masterRateHz = opusRateHz;
/** Telephony's rate. */
export const narrowRateHz = 8_000;

export interface MasterInput {
  /** Mono, in [-1, 1]. */
  readonly samples: Float32Array;
  readonly sampleRateHz: number;
  readonly loudnessLufs: number;
}

export interface Master {
  /** PCM16 mono at 24 kHz, at the loudness that was asked for. */
  readonly samples: Int16Array;
  /** The same as Opus in Ogg … */
  readonly opus: Uint8Array;
  /** … and at 8 kHz. */
  readonly narrow: Int16Array;
  /** By how much it was raised, in dB. */
  readonly gainDb: number;
  readonly measures: SoundMeasures;
}
