import { VoicebotError } from '../domain/errors.ts';

/**
 * What the `spoken` pipe carries: frames of text and audio, so that whoever plays the audio knows which words it holds.
 * A frame is its kind (one byte), the length of its content (32 bits, little-endian) and the content:
 * `text` (1): UTF-8, the words of the audio that follows; `audio` (2): PCM16 mono, little-endian.
 */
const kinds = { text: 1, audio: 2 } as const;
const headerBytes = 5;
/** A minute of audio; no writer makes frames that long. */
const maxContentBytes = 24_000 * 2 * 60;

export type SpeechFrame = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'audio'; readonly pcm: Uint8Array };

function frame(kind: number, content: Uint8Array): Uint8Array {
  const out = new Uint8Array(headerBytes + content.length);
  out[0] = kind;
  new DataView(out.buffer).setUint32(1, content.length, true);
  out.set(content, headerBytes);
  return out;
}

export const textFrame = (text: string): Uint8Array => frame(kinds.text, new TextEncoder().encode(text));
export const audioFrame = (pcm: Uint8Array): Uint8Array => frame(kinds.audio, pcm);

/** Words and their audio: a record of the pipe, which holds both or none. Audio in which no word begins comes without. */
export const speechPiece = (text: string, pcm: Uint8Array): Uint8Array =>
  text === '' ? audioFrame(pcm) : Buffer.concat([textFrame(text), audioFrame(pcm)]);

/** Records of the `spoken` pipe: frames up to and with the next audio. */
export async function* splitPieces(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let piece: Uint8Array[] = [];
  for await (const part of splitFrames(bytes)) {
    piece.push(part);
    if (part[0] !== kinds.audio) continue;
    yield piece.length === 1 ? part : Buffer.concat(piece);
    piece = [];
  }
}

/** The frames of a stream of bytes, each as soon as it is complete. @throws VoicebotError `invalid-audio`. */
export async function* readFrames(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<SpeechFrame> {
  for await (const whole of splitFrames(bytes)) yield parseFrame(whole);
}

function parseFrame(whole: Uint8Array): SpeechFrame {
  // A copy: the samples behind it must begin at an even address.
  const content = new Uint8Array(whole.subarray(headerBytes));
  return whole[0] === kinds.text ? { kind: 'text', text: new TextDecoder().decode(content) } : { kind: 'audio', pcm: content };
}

/** Frames as bytes; one that is cut off at the end is dropped. @throws VoicebotError `invalid-audio`. */
async function* splitFrames(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array = new Uint8Array(0);
  for await (const chunk of bytes) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (;;) {
      if (rest.length < headerBytes) break;
      const length = new DataView(rest.buffer, rest.byteOffset).getUint32(1, true);
      const kind = rest[0];
      if (length > maxContentBytes || (kind !== kinds.text && kind !== kinds.audio)) {
        throw new VoicebotError('invalid-audio', 'The speech pipe holds something that is no frame.');
      }
      if (rest.length < headerBytes + length) break;
      yield rest.subarray(0, headerBytes + length);
      rest = rest.subarray(headerBytes + length);
    }
  }
}

/** A text that was spoken as a whole. */
export async function* framesOf(text: string, pcm: Uint8Array): AsyncGenerator<SpeechFrame> {
  yield { kind: 'text', text };
  yield { kind: 'audio', pcm };
}

/** The audio of all frames. */
export async function* audioOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const part of readFrames(bytes)) if (part.kind === 'audio') yield part.pcm;
}
