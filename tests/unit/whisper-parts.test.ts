import { describe, expect, it } from 'vitest';
import { melFilters } from '../../artifacts/prepare/log-mel.ts';
import { segmentsOf } from '../../engines/silero/segments.ts';
import { compressionRatio, repeatLength } from '../../engines/whisper/decoder.ts';
import { splitIntoWindows } from '../../engines/whisper/windows.ts';
import { tone } from '../support/audio.ts';

describe('repetition', () => {
  it('is seen by how well a text deflates', () => {
    expect(compressionRatio('Sunday is the best part of the week.')).toBeLessThan(2.4);
    expect(compressionRatio('the dog '.repeat(30))).toBeGreaterThan(2.4);
  });

  it('is seen as soon as a phrase is said twice in a row', () => {
    expect(repeatLength([9, 1, 2, 3, 4, 1, 2, 3, 4])).toBe(4);
    expect(repeatLength([1, 2, 3, 4, 1, 2, 3])).toBe(0);
    expect(repeatLength([7, 7, 7])).toBe(0);
  });
});

describe('windows of long audio', () => {
  it('leave short audio whole', () => {
    expect(splitIntoWindows(new Float32Array(16_000 * 20)).length).toBe(1);
  });

  it('cut where it is quiet, lose nothing, and fit the model', () => {
    const audio = tone(70, 16_000);
    audio.fill(0, 26 * 16_000, 26.4 * 16_000);
    const pieces = splitIntoWindows(audio);
    expect(pieces.reduce((sum, piece) => sum + piece.length, 0)).toBe(audio.length);
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(28 * 16_000);
    expect((pieces[0]?.length ?? 0) / 16_000).toBeCloseTo(26.2, 0);
  });
});

describe('speech segments', () => {
  const frames = (...runs: [probability: number, count: number][]) =>
    Float32Array.from(runs.flatMap(([p, n]) => Array<number>(n).fill(p)));

  it('bridge short pauses and ignore short sounds', () => {
    expect(segmentsOf(frames([0, 5], [0.9, 10], [0.1, 4], [0.9, 10], [0, 20]), 49 * 512)).toEqual([
      { startSample: 5 * 512, endSample: 29 * 512 },
    ]);
    expect(segmentsOf(frames([0, 5], [0.9, 2], [0, 30]), 37 * 512)).toEqual([]);
  });

  it('end with the audio', () => {
    expect(segmentsOf(frames([0.9, 10]), 5_000)).toEqual([{ startSample: 0, endSample: 5_000 }]);
  });
});

describe('mel filters', () => {
  it('cover the spectrum with triangles of equal area', () => {
    const filters = melFilters(80);
    const row = (b: number) => filters.subarray(b * 201, (b + 1) * 201);
    // Slaney's normalisation: each triangle's area is 1 in Hz; bins are 40 Hz apart.
    for (const b of [30, 50, 70]) expect(row(b).reduce((sum, v) => sum + v, 0) * 40).toBeCloseTo(1, 1);
    expect(row(79)[200]).toBe(0);
  });
});
