import { Application, createEncoder } from 'libopus-wasm';
import {
  EncodedAudioPacketSource,
  EncodedPacket,
  OggOutputFormat,
  Output,
  StreamTarget,
  type StreamTargetChunk,
} from 'mediabunny';

type Encoder = Awaited<ReturnType<typeof createEncoder>>;

/** Rate of the coder: all that speech has lies below 12 kHz. */
export const opusRateHz = 24_000;
/** Transparent for one voice. */
const bitrate = 32_000;
const frameMs = 20;
const frameSamples = (opusRateHz * frameMs) / 1000;
/** Opus counts samples at 48 kHz whatever is coded. */
const clockHz = 48_000;
/** What the decoder is to drop at the beginning, at that rate: the coder's delay (6.5 ms). */
const preSkip = 312;
const delaySamples = Math.ceil((preSkip * opusRateHz) / clockHz);

/** `OpusHead` (RFC 7845, section 5.1): version, channels, pre-skip, original rate, gain, mapping family. */
function opusHead(): Uint8Array {
  const head = new Uint8Array(19);
  head.set(new TextEncoder().encode('OpusHead'));
  const view = new DataView(head.buffer);
  view.setUint8(8, 1);
  view.setUint8(9, 1);
  view.setUint16(10, preSkip, true);
  view.setUint32(12, opusRateHz, true);
  return head;
}

/** Opus in Ogg, page by page. @param pieces PCM16 mono at 24 kHz. */
export async function* opusPages(pieces: AsyncIterable<Int16Array>): AsyncGenerator<Uint8Array> {
  const encoder = await createEncoder({ sampleRate: opusRateHz, channels: 1, application: Application.Audio, bitrate });
  let pages: Uint8Array[] = [];
  // What was written is copied: the writer uses its memory again.
  const written = new WritableStream<StreamTargetChunk>({ write: ({ data }) => void pages.push(data.slice()) });
  const output = new Output({ format: new OggOutputFormat(), target: new StreamTarget(written) });
  const track = new PacketWriter(encoder, output);
  try {
    await output.start();
    for await (const piece of pieces) {
      await track.write(piece);
      yield* pages;
      pages = [];
    }
    await track.end();
    await output.finalize();
    yield* pages;
  } finally {
    if (output.state === 'started') await output.cancel();
    encoder.free();
  }
}

/** Opus in Ogg as a whole. @param samples PCM16 mono at 24 kHz. */
export async function encodeOpus(samples: Int16Array): Promise<Uint8Array> {
  const pages: Uint8Array[] = [];
  for await (const page of opusPages(one(samples))) pages.push(page);
  return new Uint8Array(Buffer.concat(pages));
}

async function* one(samples: Int16Array): AsyncGenerator<Int16Array> {
  yield samples;
}

/** Cuts sound into frames and codes each as a packet. */
class PacketWriter {
  readonly #encoder: Encoder;
  readonly #source = new EncodedAudioPacketSource('opus');
  readonly #frame = new Int16Array(frameSamples);
  #filled = 0;
  #packets = 0;

  constructor(encoder: Encoder, output: Output) {
    this.#encoder = encoder;
    output.addAudioTrack(this.#source);
  }

  async write(samples: Int16Array): Promise<void> {
    for (let at = 0; at < samples.length; ) {
      const part = samples.subarray(at, at + frameSamples - this.#filled);
      this.#frame.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === frameSamples) await this.#flush();
    }
  }

  /** The coder's delay is heard out: what it holds back at the end comes with silence after it. */
  async end(): Promise<void> {
    await this.write(new Int16Array(delaySamples));
    if (this.#filled > 0 || this.#packets === 0) await this.#flush();
  }

  async #flush(): Promise<void> {
    this.#frame.fill(0, this.#filled);
    this.#filled = 0;
    const packet = this.#encoder.encode(this.#frame);
    const first = this.#packets === 0;
    const at = (this.#packets++ * frameMs) / 1000;
    const decoderConfig = { codec: 'opus', sampleRate: clockHz, numberOfChannels: 1, description: opusHead() };
    await this.#source.add(new EncodedPacket(packet, 'key', at, frameMs / 1000), first ? { decoderConfig } : undefined);
  }
}
