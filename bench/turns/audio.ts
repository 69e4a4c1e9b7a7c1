import { inRoom, withNoise } from '../../media/conditions.ts';
import { randomFrom } from '../../tests/support/random.ts';
import type { TurnSpec } from './specs.ts';
import type { CuttingVoice, SpokenWords } from './voice.ts';

export const sampleRateHz = 16_000;

/** A turn as a line carries it, with its pauses: the last one begins where the turn ends. */
export interface TurnAudio {
  readonly samples: Float32Array;
  /** Seconds. */
  readonly pauses: readonly { readonly start: number; readonly end: number }[];
}

const beforeSeconds = 0.3;
const afterSeconds = 2;

/** @returns undefined where it cannot be told where to cut. */
export async function speakTurn(voice: CuttingVoice, spec: TurnSpec, seed: number): Promise<TurnAudio | undefined> {
  const random = randomFrom(seed);
  const spoken = new Map<string, SpokenWords>();
  const say = async (text: string) => {
    const known = spoken.get(text) ?? (await voice.speak(text, spec.voice, spec.speed));
    if (known) spoken.set(text, known);
    return known;
  };
  const parts: Float32Array[] = [new Float32Array(beforeSeconds * sampleRateHz)];
  const pauses: { start: number; end: number }[] = [];
  let at = beforeSeconds * sampleRateHz;
  for (const [i, { text, fromWord, toWord, filler, pauseMs }] of spec.stretches.entries()) {
    const words = await say(text);
    const between = filler && (await say(filler));
    if (!words || (filler && !between)) return undefined;
    const { samples: whole, ends } = words;
    const part = whole.slice(fromWord === 0 ? 0 : ends[fromWord - 1], ends[toWord - 1]);
    const sound = joined([soundOf(faded(part)), ...(between ? [soundOf(between.samples)] : [])]);
    const silence = (i === spec.stretches.length - 1 ? afterSeconds : pauseMs / 1000) * sampleRateHz;
    parts.push(sound, new Float32Array(Math.round(silence)));
    at += sound.length;
    pauses.push({ start: at / sampleRateHz, end: (at + silence) / sampleRateHz });
    at += Math.round(silence);
  }
  let samples = joined(parts);
  if (spec.room) samples = inRoom(samples, sampleRateHz, 0.25 + random() * 0.3, random);
  if (spec.noiseDb !== undefined) samples = withNoise(samples, spec.noiseDb, random);
  return { samples, pauses };
}

/** A cut through a sound is not to be heard as a click. */
function faded(samples: Float32Array): Float32Array {
  const length = Math.min(sampleRateHz * 0.015, samples.length);
  return samples.map((sample, i) => sample * Math.min(1, (i + 1) / length, (samples.length - i) / length));
}

/** Without the silence around it. */
function soundOf(samples: Float32Array): Float32Array {
  const loud = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0) * 0.02;
  const begin = samples.findIndex((sample) => Math.abs(sample) > loud);
  let end = samples.length;
  while (end > begin && Math.abs(samples[end - 1] as number) <= loud) end--;
  return samples.slice(Math.max(0, begin), end);
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
