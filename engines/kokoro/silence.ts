/** Samples quieter than this count as silence: about -46 dB of full scale. */
const threshold = 0.005;

/** Start and end of the sound in `samples`, with a margin on both sides; both 0 where there is none. */
export function soundBounds(samples: Float32Array, marginSamples: number): [start: number, end: number] {
  let start = 0;
  while (start < samples.length && Math.abs(samples[start] as number) < threshold) start++;
  if (start === samples.length) return [0, 0];
  let end = samples.length;
  while (end > start && Math.abs(samples[end - 1] as number) < threshold) end--;
  return [Math.max(0, start - marginSamples), Math.min(samples.length, end + marginSamples)];
}
