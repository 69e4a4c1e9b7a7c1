import { encodeOpus } from '../../audio/opus.ts';
import { fromPcm16, toPcm16 } from '../../audio/pcm.ts';
import { resample } from '../../audio/resample.ts';
import { serve } from '../runtime/serve.ts';
import { measureLoudness } from './loudness.ts';
import { clippedStretches, longestSilenceMs } from './measures.ts';
import { type Master, type MasterInput, masterRateHz, narrowRateHz } from './thread-types.ts';

/** True peaks stay this far below full scale, as EBU R 128 has it: coders overshoot. Speech that would exceed it stays quieter. */
const maxTruePeak = 10 ** (-1 / 20);

const decibels = (linear: number) => 20 * Math.log10(linear);

const pcmOf = (sound: Float32Array) => new Int16Array(toPcm16(sound).buffer);

serve({
  async load() {
    return { output: undefined };
  },
  async master({ samples, sampleRateHz, loudnessLufs }: MasterInput) {
    const sound = await resample({ samples, sampleRateHz }, masterRateHz);
    const { lufs, truePeak } = await measureLoudness(sound, masterRateHz);
    const silent = !Number.isFinite(lufs);
    const gain = silent ? 1 : Math.min(10 ** ((loudnessLufs - lufs) / 20), maxTruePeak / truePeak);
    const levelled = pcmOf(sound.map((sample) => sample * gain));
    // At the rate at which it came: what was cut off there, filters round.
    const came = pcmOf(samples);
    const measures = {
      durationMs: (samples.length / sampleRateHz) * 1000,
      clippedStretches: clippedStretches(came),
      longestSilenceMs: longestSilenceMs(came, sampleRateHz),
      ...(silent ? {} : { loudnessLufs: lufs + decibels(gain), truePeakDb: decibels(truePeak * gain) }),
    };
    const level = { samples: fromPcm16(new Uint8Array(levelled.buffer)), sampleRateHz: masterRateHz };
    const narrow = pcmOf(await resample(level, narrowRateHz));
    const opus = await encodeOpus(levelled);
    const output: Master = { samples: levelled, narrow, opus, measures, gainDb: decibels(gain) };
    return { output, transfer: [levelled.buffer, narrow.buffer, opus.buffer] as ArrayBuffer[] };
  },
});
