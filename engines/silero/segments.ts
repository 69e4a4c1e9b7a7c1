import type { SpeechSegment } from '../types.ts';

/** Samples of one decision: 32 ms at 16 kHz. */
export const frameSamples = 512;

/** Speech begins at this probability and lasts until it falls below the lower one, so that it does not flutter. */
const startProbability = 0.5;
const endProbability = 0.35;
/** Shorter pauses do not end a segment, shorter sounds do not start one. */
const minPauseFrames = 8;
const minSpeechFrames = 4;

/** Speech segments from one probability a frame. */
export function segmentsOf(probabilities: Float32Array, totalSamples: number): SpeechSegment[] {
  const segments: SpeechSegment[] = [];
  let start = -1;
  let lastSpeech = -1;
  const close = () => {
    if (start >= 0 && lastSpeech - start + 1 >= minSpeechFrames) {
      segments.push({ startSample: start * frameSamples, endSample: Math.min(totalSamples, (lastSpeech + 1) * frameSamples) });
    }
    start = -1;
  };
  for (let i = 0; i < probabilities.length; i++) {
    const p = probabilities[i] as number;
    if (p >= (start < 0 ? startProbability : endProbability)) {
      if (start < 0) start = i;
      lastSpeech = i;
    } else if (start >= 0 && i - lastSpeech > minPauseFrames) {
      close();
    }
  }
  close();
  return segments;
}
