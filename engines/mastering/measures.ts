/** Samples at or above this are at full scale. */
const fullScale = 32_760;
/** So many in a row are a stretch that was cut off: a sine's peak alone is shorter. */
const clippedRun = 3;
const frameMs = 10;
/** Quieter than this is silence: -50 dB below full scale. */
const silenceRms = 32_768 * 10 ** (-50 / 20);

/** Stretches of PCM16 at full scale. */
export function clippedStretches(samples: Int16Array): number {
  let stretches = 0;
  let run = 0;
  for (const sample of samples) {
    run = Math.abs(sample) >= fullScale ? run + 1 : 0;
    if (run === clippedRun) stretches++;
  }
  return stretches;
}

/** The longest silence between the first and the last sound. */
export function longestSilenceMs(samples: Int16Array, sampleRateHz: number): number {
  const frame = Math.round((sampleRateHz * frameMs) / 1000);
  let longest = 0;
  let run = 0;
  let begun = false;
  for (let at = 0; at < samples.length; at += frame) {
    const part = samples.subarray(at, at + frame);
    const silent = Math.sqrt(part.reduce((sum, sample) => sum + sample * sample, 0) / part.length) < silenceRms;
    if (silent) run++;
    else {
      if (begun) longest = Math.max(longest, run);
      begun = true;
      run = 0;
    }
  }
  return longest * frameMs;
}
