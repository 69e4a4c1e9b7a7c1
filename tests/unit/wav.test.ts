import { describe, expect, it } from 'vitest';
import { fromPcm16, toPcm16 } from '../../audio/pcm.ts';
import { resample } from '../../audio/resample.ts';
import { decodeWav, encodeWav } from '../../audio/wav.ts';
import { tone } from '../support/audio.ts';

/** A WAV file of any coding, for the reader. */
function wav(options: {
  code?: number;
  bits?: number;
  channels?: number;
  rate?: number;
  data: Uint8Array;
  dataSize?: number;
}): Uint8Array {
  const { code = 1, bits = 16, channels = 1, rate = 16_000, data, dataSize = data.length } = options;
  const out = new Uint8Array(44 + data.length);
  out.set(encodeWav(new Uint8Array(0), rate));
  out.set(data, 44);
  const view = new DataView(out.buffer);
  view.setUint16(20, code, true);
  view.setUint16(22, channels, true);
  view.setUint16(34, bits, true);
  view.setUint32(40, dataSize, true);
  return out;
}

const bytes = (array: ArrayBufferView) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

describe('the WAV reader', () => {
  it.each([
    ['8 bit', { bits: 8, data: Uint8Array.of(128, 192, 64) }],
    ['16 bit', { bits: 16, data: bytes(Int16Array.of(0, 16_384, -16_384)) }],
    ['24 bit', { bits: 24, data: Uint8Array.of(0, 0, 0, 0, 0, 0x40, 0, 0, 0xc0) }],
    ['32 bit', { bits: 32, data: bytes(Int32Array.of(0, 2 ** 30, -(2 ** 30))) }],
    ['32 bit float', { code: 3, bits: 32, data: bytes(Float32Array.of(0, 0.5, -0.5)) }],
    ['64 bit float', { code: 3, bits: 64, data: bytes(Float64Array.of(0, 0.5, -0.5)) }],
  ])('reads %s', (_name, options) => {
    expect([...decodeWav(wav(options), 10).samples]).toEqual([0, 0.5, -0.5]);
  });

  it('reads telephone codings', () => {
    // G.711: the code words of the largest positive and negative values, and of silence.
    const mu = decodeWav(wav({ code: 7, bits: 8, data: Uint8Array.of(0x80, 0x00, 0xff) }), 10).samples;
    const a = decodeWav(wav({ code: 6, bits: 8, data: Uint8Array.of(0xaa, 0x2a) }), 10).samples;
    expect(mu[0]).toBeCloseTo(0.98, 2);
    expect(mu[1]).toBeCloseTo(-0.98, 2);
    expect(mu[2]).toBeCloseTo(0, 5);
    expect(a[0]).toBeCloseTo(0.984, 2);
    expect(a[1]).toBeCloseTo(-0.984, 2);
  });

  it('mixes channels to one', () => {
    expect([...decodeWav(wav({ channels: 2, data: bytes(Int16Array.of(16_384, 0, -16_384, 0)) }), 10).samples]).toEqual([
      0.25, -0.25,
    ]);
  });

  it('reads a stream whose header could not be filled in', () => {
    expect(decodeWav(wav({ data: bytes(Int16Array.of(1, 2, 3)), dataSize: 0xffffffff }), 10).samples.length).toBe(3);
  });

  it.each([
    ['nothing', new Uint8Array(0), /empty/],
    ['text', Buffer.from('hello, this is no audio at all'), /RIFF/],
    ['non-UTF-8 bytes', Uint8Array.of(0xff, 0xfe, 0x80, 0x81, 0xff, 0xfe, 0x80, 0x81, 0xff, 0xfe, 0x80, 0x81), /RIFF/],
    ['a header without samples', wav({ data: new Uint8Array(0) }), /no samples/],
    ['a header cut short', encodeWav(new Uint8Array(2), 16_000).subarray(0, 20), /cut short|no data/],
    ['ADPCM', wav({ code: 17, data: new Uint8Array(8) }), /coding 17/],
    ['12 bits', wav({ bits: 12, data: new Uint8Array(8) }), /12 bits/],
    ['96 kHz', wav({ rate: 96_000, data: new Uint8Array(8) }), /96000 Hz/],
  ])('refuses %s and says why', (_name, data, reason) => {
    expect(() => decodeWav(data, 10)).toThrow(reason);
  });

  it('refuses audio beyond the limit and states the limit', () => {
    const tenMinutes = wav({ rate: 8_000, data: new Uint8Array(8_000 * 2 * 600) });
    expect(() => decodeWav(tenMinutes, 120)).toThrow(/600\.0 s; at most 120 s/);
  });

  it('makes samples of broken floats harmless', () => {
    const samples = decodeWav(wav({ code: 3, bits: 32, data: bytes(Float32Array.of(Number.NaN, 9, -9)) }), 10).samples;
    expect([...samples]).toEqual([0, 1, -1]);
  });

  it('reads what the writer writes', () => {
    const samples = tone(0.1, 16_000);
    const read = decodeWav(encodeWav(toPcm16(samples), 16_000), 10);
    expect(read.sampleRateHz).toBe(16_000);
    expect(Math.max(...read.samples.map((s, i) => Math.abs(s - (samples[i] ?? 0))))).toBeLessThan(1e-4);
    expect(fromPcm16(toPcm16(samples)).length).toBe(samples.length);
  });
});

describe('resampling', () => {
  it.each([8_000, 11_025, 22_050, 24_000, 44_100, 48_000])('brings %i Hz to 16 kHz without changing a tone', async (rate) => {
    const out = await resample({ samples: tone(1, rate), sampleRateHz: rate }, 16_000);
    const wanted = tone(1, 16_000);
    expect(out.length).toBe(16_000);
    let worst = 0;
    for (let i = 500; i < 15_500; i++) worst = Math.max(worst, Math.abs((out[i] ?? 0) - (wanted[i] ?? 0)));
    expect(worst).toBeLessThan(0.01);
  });
});
