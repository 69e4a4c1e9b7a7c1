import { setImmediate } from 'node:timers/promises';
import { createStreamResampler } from './stream-resampler.ts';
import type { MonoAudio } from './wav.ts';

/** Work between two looks at the event loop: half a second of audio takes a few milliseconds. */
const blockSeconds = 0.5;

/** Brings audio to another rate with a band-limited filter (libsamplerate), block by block so that the event loop stays free. */
export async function resample(audio: MonoAudio, toHz: number): Promise<Float32Array> {
  if (audio.sampleRateHz === toHz) return audio.samples;
  const converter = await createStreamResampler(audio.sampleRateHz, toHz);
  try {
    const wanted = Math.round((audio.samples.length * toHz) / audio.sampleRateHz);
    const out = new Float32Array(wanted);
    const block = Math.round(audio.sampleRateHz * blockSeconds);
    // The filter holds back its last samples; silence after the end pushes them out.
    const tail = new Float32Array(block);
    let filled = 0;
    for (let from = 0; from < audio.samples.length + block && filled < wanted; from += block) {
      const input = from < audio.samples.length ? audio.samples.subarray(from, from + block) : tail;
      const piece = converter.push(input);
      out.set(piece.subarray(0, wanted - filled), filled);
      filled += piece.length;
      await setImmediate();
    }
    return out;
  } finally {
    converter.close();
  }
}
