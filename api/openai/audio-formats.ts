import { mp3Frames } from '../../audio/mp3.ts';
import { opusPages, opusRateHz } from '../../audio/opus.ts';
import { toPcm16 } from '../../audio/pcm.ts';
import { createStreamResampler } from '../../audio/stream-resampler.ts';
import { streamingWavHeader } from '../../audio/wav.ts';

/** Forms in which speech can be streamed. */
export const speechFormats = ['mp3', 'opus', 'wav', 'pcm'] as const;
export type SpeechFormat = (typeof speechFormats)[number];

export const speechTypes: Readonly<Record<SpeechFormat, string>> = {
  mp3: 'audio/mpeg',
  opus: 'audio/ogg',
  wav: 'audio/wav',
  pcm: 'audio/pcm',
};

/** The rate of all of them: that of OpenAI's `pcm`, and one that every coder here knows. */
export const speechRateHz = opusRateHz;

/** @param speech PCM16 mono at `fromHz`, as it is made. */
export async function* inFormat(
  speech: AsyncIterable<Uint8Array>,
  fromHz: number,
  format: SpeechFormat,
): AsyncGenerator<Uint8Array> {
  const pieces = atRate(speech, fromHz);
  if (format === 'mp3') return yield* mp3Frames(pieces, speechRateHz);
  if (format === 'opus') return yield* opusPages(pieces);
  // Nothing comes before there is speech: until then it can be said what is wrong.
  let header = format === 'wav' ? streamingWavHeader(speechRateHz) : undefined;
  for await (const { buffer, byteOffset, byteLength } of pieces) {
    if (header) yield header;
    header = undefined;
    yield new Uint8Array(buffer, byteOffset, byteLength);
  }
}

async function* atRate(speech: AsyncIterable<Uint8Array>, fromHz: number): AsyncGenerator<Int16Array> {
  const resampler = await createStreamResampler(fromHz, speechRateHz);
  try {
    for await (const pcm of speech) {
      const samples = new Int16Array(pcm.slice().buffer);
      if (fromHz === speechRateHz) yield samples;
      else yield new Int16Array(toPcm16(resampler.push(Float32Array.from(samples, (sample) => sample / 32_768))).buffer);
    }
  } finally {
    resampler.close();
  }
}
