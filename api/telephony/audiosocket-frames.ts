import { VoicebotError } from '../../domain/errors.ts';

/**
 * AudioSocket of Asterisk: a kind (one byte), the length of what follows (16 bits, big-endian), and that.
 * Source: Asterisk's documentation of the AudioSocket protocol.
 */
export const frameKinds = { hangup: 0x00, id: 0x01, dtmf: 0x03, audio: 0x10, error: 0xff } as const;

export interface AudioSocketFrame {
  readonly kind: number;
  readonly payload: Uint8Array;
}

export function encodeFrame(kind: number, payload: Uint8Array = new Uint8Array(0)): Uint8Array {
  const out = new Uint8Array(3 + payload.length);
  out[0] = kind;
  new DataView(out.buffer).setUint16(1, payload.length);
  out.set(payload, 3);
  return out;
}

/** Cuts a stream of bytes into frames. */
export class FrameReader {
  #rest: Uint8Array = new Uint8Array(0);

  push(bytes: Uint8Array): AudioSocketFrame[] {
    let rest: Uint8Array = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const frames: AudioSocketFrame[] = [];
    while (rest.length >= 3) {
      const length = new DataView(rest.buffer, rest.byteOffset).getUint16(1);
      if (rest.length < 3 + length) break;
      frames.push({ kind: rest[0] as number, payload: new Uint8Array(rest.subarray(3, 3 + length)) });
      rest = rest.subarray(3 + length);
    }
    this.#rest = new Uint8Array(rest);
    return frames;
  }
}

/** The id of a call as text. @throws VoicebotError `invalid-request`. */
export function uuidOf(payload: Uint8Array): string {
  if (payload.length !== 16) throw new VoicebotError('invalid-request', `An id of ${payload.length} bytes is no UUID.`);
  const hex = Buffer.from(payload).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
