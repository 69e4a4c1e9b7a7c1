import { whisperSampleRateHz, windowSeconds } from './models.ts';

/** A cut may lie in the last part of a window, where it is quietest. */
const searchSeconds = 5;
const frame = whisperSampleRateHz / 50;

/**
 * Splits audio into pieces that fit the model's window, each cut at the quietest 20 ms of the window's last 5 s.
 * Pieces stay under the window by the 2 s that decoding adds.
 */
export function splitIntoWindows(samples: Float32Array): Float32Array[] {
  const longest = (windowSeconds - 2) * whisperSampleRateHz;
  const pieces: Float32Array[] = [];
  let from = 0;
  while (samples.length - from > longest) {
    const cut = quietestFrame(samples, from + longest - searchSeconds * whisperSampleRateHz, from + longest);
    pieces.push(samples.subarray(from, cut));
    from = cut;
  }
  pieces.push(samples.subarray(from));
  return pieces;
}

function quietestFrame(samples: Float32Array, from: number, to: number): number {
  let best = to - frame;
  let least = Number.POSITIVE_INFINITY;
  for (let start = from; start + frame <= to; start += frame) {
    let energy = 0;
    for (let i = start; i < start + frame; i++) energy += (samples[i] as number) ** 2;
    if (energy < least) {
      least = energy;
      best = start;
    }
  }
  return best + frame / 2;
}
