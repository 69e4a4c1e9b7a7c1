/** Mu-law of telephony (ITU-T G.711): 8 bits a sample, by tables in both directions. */

const bias = 0x84;
const clip = 32_635;

function encodeSample(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(clip, Math.abs(sample)) + bias;
  const exponent = 31 - Math.clz32(magnitude >> 7);
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
}

function decodeByte(byte: number): number {
  const value = ~byte & 0xff;
  const magnitude = ((((value & 0x0f) << 3) + bias) << ((value >> 4) & 7)) - bias;
  return value & 0x80 ? -magnitude : magnitude;
}

const encodeTable = Uint8Array.from({ length: 65_536 }, (_, i) => encodeSample(i < 32_768 ? i : i - 65_536));
const decodeTable = Int16Array.from({ length: 256 }, (_, byte) => decodeByte(byte));

export const toMuLaw = (samples: Int16Array): Uint8Array =>
  Uint8Array.from(samples, (sample) => encodeTable[sample & 0xffff] as number);

export const fromMuLaw = (bytes: Uint8Array): Int16Array => Int16Array.from(bytes, (byte) => decodeTable[byte] as number);
