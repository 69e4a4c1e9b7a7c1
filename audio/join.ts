import { toPcm16 } from './pcm.ts';
import { decodeWav, encodeWav } from './wav.ts';

/** Where something lies in a sound. */
export interface Stretch {
  readonly startMs: number;
  readonly endMs: number;
}

/** One WAV file of several of one rate, with silence between them. @returns it, and where in it each lies. */
export function joinWavs(
  wavs: readonly Uint8Array[],
  pauseMs: number,
): { readonly wav: Uint8Array; readonly stretches: Stretch[] } {
  const sounds = wavs.map((wav) => decodeWav(wav, Number.POSITIVE_INFINITY));
  const sampleRateHz = sounds[0]?.sampleRateHz ?? 0;
  const pause = Math.round((pauseMs / 1000) * sampleRateHz);
  const total = sounds.reduce((sum, { samples }) => sum + samples.length + pause, -pause);
  const joined = new Float32Array(Math.max(0, total));
  let at = 0;
  const stretches = sounds.map(({ samples }) => {
    joined.set(samples, at);
    const stretch = { startMs: (at / sampleRateHz) * 1000, endMs: ((at + samples.length) / sampleRateHz) * 1000 };
    at += samples.length + pause;
    return stretch;
  });
  return { wav: encodeWav(toPcm16(joined), sampleRateHz), stretches };
}
