import { toPcm16 } from '../audio/pcm.ts';
import { resample } from '../audio/resample.ts';
import { decodeWav } from '../audio/wav.ts';
import { VoicebotError } from '../domain/errors.ts';

/** What the `heard` pipe carries. */
export const heardRateHz = 16_000;

/** Bytes of the largest WAV that `maxSeconds` of audio can be: 48 kHz, two channels, 32 bits; and room for headers. */
export const maxWavBytes = (maxSeconds: number) => Math.min(256_000_000, Math.ceil(maxSeconds * 48_000 * 2 * 4) + 65_536);

/** A caller's WAV file as samples at 16 kHz. @throws VoicebotError `invalid-audio`, `audio-too-long`. */
export async function toHeardSamples(wav: Uint8Array, maxSeconds: number): Promise<{ samples: Float32Array; audioMs: number }> {
  const audio = decodeWav(wav, maxSeconds);
  return { samples: await resample(audio, heardRateHz), audioMs: (audio.samples.length / audio.sampleRateHz) * 1000 };
}

/** The same as PCM16 mono. */
export async function toHeardAudio(wav: Uint8Array, maxSeconds: number): Promise<{ pcm: Uint8Array; audioMs: number }> {
  const { samples, audioMs } = await toHeardSamples(wav, maxSeconds);
  return { pcm: toPcm16(samples), audioMs };
}

const audioTooLong = (maxBytes: number) =>
  new VoicebotError('audio-too-long', `The body is larger than ${Math.floor(maxBytes / 1e6)} MB.`, {
    hint: 'Send shorter audio, or raise MAX_AUDIO_SECONDS.',
  });

/** Reads a request body up to a limit, without trusting its declared length. @throws VoicebotError `audio-too-long`, or what `tooLarge` gives. */
export async function readBody(
  request: Request,
  maxBytes: number,
  tooLarge: (maxBytes: number) => VoicebotError = audioTooLong,
): Promise<Uint8Array> {
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
