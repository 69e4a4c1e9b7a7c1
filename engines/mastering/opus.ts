import { Application, createEncoder } from 'libopus-wasm';
import { BufferTarget, EncodedAudioPacketSource, EncodedPacket, OggOutputFormat, Output } from 'mediabunny';
import { masterRateHz } from './thread-types.ts';

/** Transparent for one voice. */
const bitrate = 32_000;
const frameMs = 20;
/** Opus counts samples at 48 kHz whatever is coded. */
const clockHz = 48_000;
/** What the decoder is to drop at the beginning, at that rate: the coder's delay (6.5 ms). */
const preSkip = 312;

/** `OpusHead` (RFC 7845, section 5.1): version, channels, pre-skip, original rate, gain, mapping family. */
function opusHead(): Uint8Array {
  const head = new Uint8Array(19);
  head.set(new TextEncoder().encode('OpusHead'));
  const view = new DataView(head.buffer);
  view.setUint8(8, 1);
  view.setUint8(9, 1);
  view.setUint16(10, preSkip, true);
  view.setUint32(12, masterRateHz, true);
  return head;
}

/** Opus in Ogg. @param samples PCM16 mono at 24 kHz. */
export async function encodeOpus(samples: Int16Array): Promise<Uint8Array> {
  const encoder = await createEncoder({ sampleRate: masterRateHz, channels: 1, application: Application.Audio, bitrate });
  try {
    const target = new BufferTarget();
    const output = new Output({ format: new OggOutputFormat(), target });
    const source = new EncodedAudioPacketSource('opus');
    output.addAudioTrack(source);
    await output.start();
    const decoderConfig = { codec: 'opus', sampleRate: clockHz, numberOfChannels: 1, description: opusHead() };
    const { frameSize } = encoder;
    // The coder's delay is heard out: what it holds back at the end comes with silence after it.
    const end = samples.length + Math.ceil((preSkip * masterRateHz) / clockHz);
    for (let at = 0; at < end; at += frameSize) {
      const frame = new Int16Array(frameSize);
      frame.set(samples.subarray(at, at + frameSize));
      const packet = new EncodedPacket(encoder.encode(frame), 'key', at / masterRateHz, frameMs / 1000);
      await source.add(packet, at === 0 ? { decoderConfig } : undefined);
    }
    await output.finalize();
    if (!target.buffer) throw new Error('The Ogg file was not written.');
    return new Uint8Array(target.buffer);
  } finally {
    encoder.free();
  }
}
