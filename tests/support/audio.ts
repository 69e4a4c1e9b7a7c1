import { resample } from '../../audio/resample.ts';
import { encodeWav } from '../../audio/wav.ts';
import type { SpeechChunk } from '../../engines/types.ts';

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
