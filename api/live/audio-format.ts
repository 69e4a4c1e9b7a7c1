import { fromMuLaw, toMuLaw } from '../../audio/mulaw.ts';
import { fromPcm16, toPcm16 } from '../../audio/pcm.ts';
import { createStreamResampler } from '../../audio/stream-resampler.ts';
import { VoicebotError } from '../../domain/errors.ts';
import { heardRateHz } from './ears.ts';
import type { AudioFormat } from './protocol.ts';

/** One caller's audio, between the format of their line and what ears and voice use. */
export interface LineCodec {
  /** Audio of the line as samples at 16 kHz. @throws VoicebotError `invalid-audio` for half a sample. */
  decode(bytes: Uint8Array): Float32Array;
  /** Samples at the rate of the voice as audio of the line. */
  encode(samples: Float32Array): Uint8Array;
  /** What the caller hears, as the ears know it: samples at the rate of the voice → 16 kHz. */
  toEars(samples: Float32Array): Float32Array;
  /** Of the line. */
  readonly format: AudioFormat;
  /** Bytes of a second of the line's audio. */
  readonly bytesPerSecond: number;
  close(): void;
}

export async function createLineCodec(format: AudioFormat, voiceRateHz: number): Promise<LineCodec> {
  const { encoding, sampleRateHz } = format;
  const [inward, outward, reference] = await Promise.all([
    createStreamResampler(sampleRateHz, heardRateHz),
    createStreamResampler(voiceRateHz, sampleRateHz),
    createStreamResampler(voiceRateHz, heardRateHz),
  ]);
  const sampleBytes = encoding === 'pcm16' ? 2 : 1;
  return {
    format,
    bytesPerSecond: sampleRateHz * sampleBytes,
    decode(bytes) {
      if (encoding === 'mulaw') return inward.push(Float32Array.from(fromMuLaw(bytes), (sample) => sample / 32_768));
      if (bytes.length % 2 !== 0) {
        throw new VoicebotError('invalid-audio', `${bytes.length} bytes are no whole number of 16-bit samples.`, {
          hint: 'Send an even number of bytes in each message.',
        });
      }
      return inward.push(fromPcm16(bytes));
    },
    encode(samples) {
      const pcm = toPcm16(outward.push(samples));
      return encoding === 'mulaw' ? toMuLaw(new Int16Array(pcm.buffer)) : pcm;
    },
    toEars: (samples) => reference.push(samples),
    close() {
      for (const resampler of [inward, outward, reference]) resampler.close();
    },
  };
}
