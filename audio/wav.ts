import { VoicebotError } from '../domain/errors.ts';

/** Audio as it came: interleaved channels became one (their mean), samples in [-1, 1]. */
export interface MonoAudio {
  readonly samples: Float32Array;
  readonly sampleRateHz: number;
}

interface Format {
  readonly coding: 'pcm' | 'float' | 'alaw' | 'mulaw';
  readonly channels: number;
  readonly sampleRateHz: number;
  readonly bits: number;
}

const codings: Readonly<Record<number, Format['coding']>> = { 1: 'pcm', 3: 'float', 6: 'alaw', 7: 'mulaw' };
const extensible = 0xfffe;

const invalid = (message: string) =>
  new VoicebotError('invalid-audio', message, {
    hint: 'Send a RIFF/WAVE file: PCM of 8, 16, 24 or 32 bits, float, A-law or mu-law; 8 to 48 kHz.',
  });

/**
 * Reads a WAV file of any common coding, channel count and rate.
 * A header that promises more data than there is (a stream that could not go back to fill it in) is read to the end.
 * @throws VoicebotError `invalid-audio` that says what is wrong; `audio-too-long` beyond `maxSeconds`.
 */
export function decodeWav(bytes: Uint8Array, maxSeconds: number): MonoAudio {
  if (bytes.length === 0) throw invalid('The audio is empty.');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tag = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (bytes.length < 12 || tag(0) !== 'RIFF' || tag(8) !== 'WAVE')
    throw invalid('The audio is not a WAV file: it does not begin with a RIFF/WAVE header.');
  let format: Format | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const name = tag(at);
    const size = view.getUint32(at + 4, true);
    const start = at + 8;
    if (name === 'fmt ') format = readFormat(view, start, size);
    if (name === 'data') {
      if (!format) throw invalid('The WAV file has no fmt chunk before its data.');
      return readData(view, start, Math.min(size, bytes.length - start), format, maxSeconds);
    }
    at = start + size + (size % 2);
  }
  throw invalid('The WAV file has no data chunk.');
}

function readFormat(view: DataView, start: number, size: number): Format {
  if (size < 16 || start + size > view.byteLength) throw invalid('The fmt chunk of the WAV file is cut short.');
  const code = view.getUint16(start, true);
  const coding = codings[code === extensible && size >= 26 ? view.getUint16(start + 24, true) : code];
  const format = {
    channels: view.getUint16(start + 2, true),
    sampleRateHz: view.getUint32(start + 4, true),
    bits: view.getUint16(start + 14, true),
  };
  if (!coding) throw invalid(`The WAV file's coding ${code} is not supported.`);
  const widths = { pcm: [8, 16, 24, 32], float: [32, 64], alaw: [8], mulaw: [8] }[coding];
  if (!widths.includes(format.bits))
    throw invalid(`The WAV file has ${format.bits} bits a sample; ${widths.join(', ')} are supported for ${coding}.`);
  if (format.channels < 1 || format.channels > 16)
    throw invalid(`The WAV file has ${format.channels} channels; 1 to 16 are supported.`);
  if (format.sampleRateHz < 8_000 || format.sampleRateHz > 48_000)
    throw invalid(`The WAV file has ${format.sampleRateHz} Hz; 8,000 to 48,000 are supported.`);
  return { ...format, coding };
}

function readData(view: DataView, start: number, size: number, format: Format, maxSeconds: number): MonoAudio {
  const { channels, sampleRateHz, bits } = format;
  const frames = Math.floor(size / ((bits / 8) * channels));
  if (frames === 0) throw invalid('The WAV file holds no samples.');
  if (frames > maxSeconds * sampleRateHz) {
    throw new VoicebotError(
      'audio-too-long',
      `The audio lasts ${(frames / sampleRateHz).toFixed(1)} s; at most ${maxSeconds} s are accepted.`,
      {
        hint: 'Send it in parts, or raise MAX_AUDIO_SECONDS.',
      },
    );
  }
  const read = sampleReader(view, format);
  const step = bits / 8;
  const samples = new Float32Array(frames);
  for (let frame = 0, at = start; frame < frames; frame++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++, at += step) sum += read(at);
    samples[frame] = Math.max(-1, Math.min(1, sum / channels)) || 0;
  }
  return { samples, sampleRateHz };
}

function sampleReader(view: DataView, { coding, bits }: Format): (at: number) => number {
  if (coding === 'float') return bits === 32 ? (at) => view.getFloat32(at, true) : (at) => view.getFloat64(at, true);
  if (coding === 'alaw') return (at) => decodeALaw(view.getUint8(at));
  if (coding === 'mulaw') return (at) => decodeMuLaw(view.getUint8(at));
  switch (bits) {
    case 8:
      return (at) => (view.getUint8(at) - 128) / 128;
    case 16:
      return (at) => view.getInt16(at, true) / 32_768;
    case 24:
      return (at) => (view.getUint16(at, true) + view.getInt8(at + 2) * 65_536) / 8_388_608;
    default:
      return (at) => view.getInt32(at, true) / 2_147_483_648;
  }
}

/** ITU-T G.711 mu-law. */
function decodeMuLaw(byte: number): number {
  const bits = ~byte & 0xff;
  const magnitude = (((bits & 0x0f) << 3) + 0x84) << ((bits & 0x70) >> 4);
  return ((bits & 0x80 ? 0x84 - magnitude : magnitude - 0x84) * 4) / 131_072;
}

/** ITU-T G.711 A-law. */
function decodeALaw(byte: number): number {
  const bits = byte ^ 0x55;
  const exponent = (bits & 0x70) >> 4;
  const mantissa = ((bits & 0x0f) << 4) + 8;
  const magnitude = exponent === 0 ? mantissa : (mantissa + 0x100) << (exponent - 1);
  return (bits & 0x80 ? magnitude : -magnitude) / 32_768;
}

const headerBytes = 44;

/** A mono PCM16 WAV file. */
export function encodeWav(pcm: Uint8Array, sampleRateHz: number): Uint8Array {
  return riff(pcm, { code: 1, sampleRateHz, bits: 16 });
}

/** The header of a mono PCM16 WAV file of unknown length, as programs write it that cannot go back. */
export function streamingWavHeader(sampleRateHz: number): Uint8Array {
  const header = encodeWav(new Uint8Array(0), sampleRateHz);
  const view = new DataView(header.buffer);
  view.setUint32(4, 0xffff_ffff, true);
  view.setUint32(40, 0xffff_ffff, true);
  return header;
}

/** A mono mu-law WAV file. */
export function encodeMuLawWav(bytes: Uint8Array, sampleRateHz: number): Uint8Array {
  return riff(bytes, { code: 7, sampleRateHz, bits: 8 });
}

function riff(
  data: Uint8Array,
  format: { readonly code: number; readonly sampleRateHz: number; readonly bits: number },
): Uint8Array {
  const { code, sampleRateHz, bits } = format;
  // Chunks end at even places.
  const out = new Uint8Array(headerBytes + data.length + (data.length % 2));
  const view = new DataView(out.buffer);
  const tag = (at: number, text: string) => out.set(Buffer.from(text, 'latin1'), at);
  tag(0, 'RIFF');
  view.setUint32(4, out.length - 8, true);
  tag(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, code, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRateHz, true);
  view.setUint32(28, (sampleRateHz * bits) / 8, true);
  view.setUint16(32, bits / 8, true);
  view.setUint16(34, bits, true);
  tag(36, 'data');
  view.setUint32(40, data.length, true);
  out.set(data, headerBytes);
  return out;
}
