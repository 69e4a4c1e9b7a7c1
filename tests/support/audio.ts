import { spokenNumbers } from '../../domain/language/spoken-numbers.ts';
import type { SpeechChunk } from '../../engines/types.ts';
import { resample } from '../../media/resample.ts';
import { encodeWav } from '../../media/wav.ts';

/** All chunks of speech as one array of PCM16 samples. */
export async function gather(chunks: AsyncIterable<SpeechChunk>): Promise<Int16Array> {
  const parts: Int16Array[] = [];
  for await (const chunk of chunks) parts.push(chunk.samples);
  const out = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

/** Speech at 24 kHz as Whisper wants it. */
export function to16k(samples: Int16Array): Promise<Float32Array> {
  return resample({ samples: Float32Array.from(samples, (s) => s / 32_768), sampleRateHz: 24_000 }, 16_000);
}

export function wavOf(samples: Int16Array, sampleRateHz: number): Uint8Array {
  return encodeWav(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength), sampleRateHz);
}

/** A tone, for tests that need sound but no speech. */
export function tone(seconds: number, sampleRateHz: number, hz = 440): Float32Array {
  return Float32Array.from(
    { length: Math.round(seconds * sampleRateHz) },
    (_, i) => 0.5 * Math.sin((2 * Math.PI * hz * i) / sampleRateHz),
  );
}

/** Numbers in digits, however they are written: a transcriber writes the same words as "ten" or as "10". */
const inDigits = (text: string): string =>
  spokenNumbers(text).reduceRight((all, { start, end, value }) => `${all.slice(0, start)}${value}${all.slice(end)}`, text);

/** The words of a text, without marks and capitals. */
export const words = (text: string): string[] =>
  inDigits(text)
    .toLowerCase()
    .replace(/[^a-z0-9' ]/g, ' ')
    .split(/\s+/)
    .filter(Boolean);

/** Word errors: least insertions, deletions and substitutions from `heard` to `said`. */
export function wordErrors(said: string, heard: string): number {
  const [a, b] = [words(said), words(heard)];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next[j] = Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1);
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
