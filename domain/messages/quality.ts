import { charactersPerSecond } from '../voices/engine.ts';

/** What was measured of a sound. */
export interface SoundMeasures {
  readonly durationMs: number;
  /** Integrated loudness (EBU R 128) after normalisation; unset for silence. */
  readonly loudnessLufs?: number | undefined;
  /** After normalisation, in dB below full scale. */
  readonly truePeakDb?: number | undefined;
  /** Stretches at full scale in the sound as it came. */
  readonly clippedStretches: number;
  /** The longest silence between the first and the last sound. */
  readonly longestSilenceMs: number;
}

/** What a person should listen to before a message is used. */
export type Finding = 'word-errors' | 'clipping' | 'long-silence' | 'too-short' | 'too-long' | 'silent';

export interface QualityLimits {
  /** Word errors by words. */
  readonly maxWordErrorRate: number;
  readonly maxSilenceMs: number;
}

export const defaultQualityLimits: QualityLimits = { maxWordErrorRate: 0.2, maxSilenceMs: 2_500 };

/** Speech takes this many times what its text lets expect, at most and at least; short texts a second more. */
const longest = 2.2;
const shortest = 0.35;
const slackMs = 1_000;

/** What is odd about the sound of a text. */
export function findingsOf(
  sound: SoundMeasures,
  said: { readonly text: string; readonly speed: number; readonly wordErrorRate?: number | undefined },
  limits: QualityLimits = defaultQualityLimits,
): Finding[] {
  if (sound.loudnessLufs === undefined) return ['silent'];
  const findings: Finding[] = [];
  const expectedMs = ((said.text.length / charactersPerSecond) * 1000) / said.speed;
  // Digits and amounts are written shorter than they are said.
  const digits = said.text.replace(/\D/g, '').length;
  if ((said.wordErrorRate ?? 0) > limits.maxWordErrorRate) findings.push('word-errors');
  if (sound.clippedStretches > 0) findings.push('clipping');
  if (sound.longestSilenceMs > limits.maxSilenceMs) findings.push('long-silence');
  if (sound.durationMs < expectedMs * shortest - slackMs) findings.push('too-short');
  if (sound.durationMs > (expectedMs + digits * 400) * longest + slackMs) findings.push('too-long');
  return findings;
}
