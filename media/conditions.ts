import { fromMuLaw, toMuLaw } from '../audio/mulaw.ts';
import { fromPcm16, toPcm16 } from '../audio/pcm.ts';
import { resample } from '../audio/resample.ts';

/** What a voice goes through before it is heard. Samples in [-1, 1]. */

/** A room of some reverberation time: a few dozen reflections that die away (the image of a shoebox is not needed for speech). */
export function inRoom(
  dry: Float32Array,
  sampleRateHz: number,
  reverberationSeconds: number,
  random: () => number,
): Float32Array {
  const out = dry.slice();
  for (let i = 0; i < 60; i++) {
    const delaySeconds = 0.004 + random() * reverberationSeconds;
    const gain = (random() - 0.5) * 0.7 * 10 ** ((-3 * delaySeconds) / reverberationSeconds);
    const delay = Math.round(delaySeconds * sampleRateHz);
    for (let at = delay; at < out.length; at++) out[at] = (out[at] as number) + gain * (dry[at - delay] as number);
  }
  return out;
}

/**
 * Noise with the falling spectrum of traffic and ventilation.
 * @param noiseDb how much louder the speech is, on average.
 */
export function withNoise(samples: Float32Array, noiseDb: number, random: () => number): Float32Array {
  let low = 0;
  const noise = Float32Array.from(samples, () => {
    low = low * 0.95 + (random() - 0.5);
    return low;
  });
  const power = (all: Float32Array) => all.reduce((sum, sample) => sum + sample * sample, 0) / all.length;
  const gain = Math.sqrt(power(samples) / power(noise) / 10 ** (noiseDb / 10));
  return samples.map((sample, i) => sample + gain * (noise[i] as number));
}

/** As a telephone line carries it: 8 kHz, mu-law. */
export async function overTelephone(samples: Float32Array, sampleRateHz: number): Promise<Float32Array> {
  const narrow = await resample({ samples, sampleRateHz }, 8_000);
  const pcm = toPcm16(narrow);
  const coded = fromMuLaw(toMuLaw(new Int16Array(pcm.buffer, pcm.byteOffset, pcm.byteLength / 2)));
  const heard = fromPcm16(new Uint8Array(coded.buffer, coded.byteOffset, coded.byteLength));
  return resample({ samples: heard, sampleRateHz: 8_000 }, sampleRateHz);
}
