import { serve } from '../runtime/serve.ts';
import { measureLoudness } from './loudness.ts';
import { clippedStretches, longestSilenceMs } from './measures.ts';
import { encodeOpus } from './opus.ts';
import { type Master, type MasterInput, masterRateHz } from './thread-types.ts';

/** True peaks stay this far below full scale, as EBU R 128 has it: coders overshoot. Speech that would exceed it stays quieter. */
const maxTruePeak = 10 ** (-1 / 20);

const decibels = (linear: number) => 20 * Math.log10(linear);

serve({
  async load() {
    return { output: undefined };
  },
  async master({ samples, loudnessLufs }: MasterInput) {
    const sound = Float32Array.from(samples, (sample) => sample / 32_768);
    const { lufs, truePeak } = await measureLoudness(sound, masterRateHz);
    const measures = {
      durationMs: (samples.length / masterRateHz) * 1000,
      clippedStretches: clippedStretches(samples),
      longestSilenceMs: longestSilenceMs(samples, masterRateHz),
    };
    if (!Number.isFinite(lufs)) return finished(samples, measures);
    const gain = Math.min(10 ** ((loudnessLufs - lufs) / 20), maxTruePeak / truePeak);
    const levelled = Int16Array.from(sound, (sample) => Math.max(-32_768, Math.min(32_767, Math.round(sample * gain * 32_768))));
    return finished(levelled, { ...measures, loudnessLufs: lufs + decibels(gain), truePeakDb: decibels(truePeak * gain) });
  },
});

async function finished(samples: Int16Array, measures: Master['measures']) {
  const opus = await encodeOpus(samples);
  return { output: { samples, opus, measures } satisfies Master, transfer: [samples.buffer, opus.buffer] as ArrayBuffer[] };
}
