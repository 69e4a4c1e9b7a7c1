import { serve } from '../runtime/serve.ts';
import { measureLoudness } from './loudness.ts';
import { clippedStretches, longestSilenceMs } from './measures.ts';
import { encodeOpus } from './opus.ts';
import { resampled } from './resampling.ts';
import { type Master, type MasterInput, masterRateHz, narrowRateHz } from './thread-types.ts';

/** True peaks stay this far below full scale, as EBU R 128 has it: coders overshoot. Speech that would exceed it stays quieter. */
const maxTruePeak = 10 ** (-1 / 20);

const decibels = (linear: number) => 20 * Math.log10(linear);

function toPcm(sound: Float32Array, gain = 1): Int16Array {
  const out = new Int16Array(sound.length);
  for (let i = 0; i < out.length; i++) {
    out[i] = Math.max(-32_768, Math.min(32_767, Math.round((sound[i] as number) * gain * 32_768)));
  }
  return out;
}

serve({
  async load() {
    return { output: undefined };
  },
  async master({ samples, sampleRateHz, loudnessLufs }: MasterInput) {
    const sound = await resampled(samples, sampleRateHz, masterRateHz);
    const { lufs, truePeak } = await measureLoudness(sound, masterRateHz);
    const silent = !Number.isFinite(lufs);
    const gain = silent ? 1 : Math.min(10 ** ((loudnessLufs - lufs) / 20), maxTruePeak / truePeak);
    const levelled = toPcm(sound, gain);
    // At the rate at which it came: what filters round off was cut off there.
    const came = toPcm(samples);
    const measures = {
      durationMs: (samples.length / sampleRateHz) * 1000,
      clippedStretches: clippedStretches(came),
      longestSilenceMs: longestSilenceMs(came, sampleRateHz),
      ...(silent ? {} : { loudnessLufs: lufs + decibels(gain), truePeakDb: decibels(truePeak * gain) }),
    };
    for (let i = 0; i < sound.length; i++) sound[i] = (sound[i] as number) * gain;
    const narrow = toPcm(await resampled(sound, masterRateHz, narrowRateHz));
    const opus = await encodeOpus(levelled);
    const output: Master = { samples: levelled, narrow, opus, measures };
    return { output, transfer: [levelled.buffer, narrow.buffer, opus.buffer] as ArrayBuffer[] };
  },
});
