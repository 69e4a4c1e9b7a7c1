import { createMp3Encoder } from 'wasm-media-encoders';

/** Kilobits a second: transparent for one voice. */
const bitrate = 64;

/** MP3 (LAME) as it is coded. @param pieces PCM16 mono. @param sampleRateHz 8,000 to 48,000, one that MP3 knows. */
export async function* mp3Frames(pieces: AsyncIterable<Int16Array>, sampleRateHz: number): AsyncGenerator<Uint8Array> {
  const encoder = await createMp3Encoder();
  encoder.configure({ channels: 1, sampleRate: sampleRateHz as Parameters<typeof encoder.configure>[0]['sampleRate'], bitrate });
  // What comes back lies in memory that the encoder uses again.
  for await (const piece of pieces) {
    const sound = Float32Array.from(piece, (sample) => sample / 32_768);
    const frames = encoder.encode([sound]).slice();
    if (frames.length > 0) yield frames;
  }
  yield encoder.finalize().slice();
}
