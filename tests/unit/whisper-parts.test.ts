import { describe, expect, it } from 'vitest';
import { melFilters } from '../../artifacts/prepare/log-mel.ts';
import { segmentsOf } from '../../engines/silero/segments.ts';
import { EndingScores } from '../../engines/whisper/ending.ts';
import { compressionRatio, isDoubled, repeatLength } from '../../engines/whisper/repetition.ts';
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

  it.each(['No. No.', '6529 4062 6529 4062', 'How do? How do? How do?', 'Thank you. Thank you!'])(
    'is seen where a text is nothing but that: "%s"',
    (text) => expect(isDoubled(text)).toBe(true),
  );

  it.each(['', 'No.', 'No, thank you.', 'Thank you, and thank you.', '5 2 1 3 5 2 1'])('is not seen in "%s"', (text) =>
    expect(isDoubled(text)).toBe(false),
  );
});

describe('the end of a transcript', () => {
  const tokens = { marks: { closed: [1, 2, 3], comma: 4, dash: 5, ellipsis: 6 }, end: 7 };
  /** Scores of eight tokens, the word 0 among them; what is not named is impossible. */
  const decoded = (...steps: { chosen: number; probabilities: Record<number, number> }[]) => {
    const scores = new EndingScores(tokens);
    for (const { chosen, probabilities } of steps) {
      const logits = Float32Array.from({ length: 8 }, (_, id) => Math.log(probabilities[id] ?? 0));
      scores.push(logits, { index: chosen, logProbability: logits[chosen] as number });
    }
    return scores.ending(steps.length - 1);
  };

  it('tells how sure the last word is, and what stands after it', () => {
    const ending = decoded(
      { chosen: 0, probabilities: { 0: 0.9, 4: 0.1 } },
      { chosen: 0, probabilities: { 0: 0.25, 7: 0.75 } },
      { chosen: 2, probabilities: { 1: 0.2, 2: 0.4, 4: 0.3, 7: 0.1 } },
      { chosen: 7, probabilities: { 7: 0.8, 0: 0.2 } },
    );
    expect(ending?.lastWord).toBeCloseTo(Math.log(0.25), 2);
    expect(ending?.closed).toBeCloseTo(Math.log(0.6), 2);
    expect(ending?.comma).toBeCloseTo(Math.log(0.3), 2);
    expect(ending?.end).toBeCloseTo(Math.log(0.8), 2);
    expect(ending?.dash).toBe(-12);
    expect(ending?.mean).toBeCloseTo(Math.log(0.9 * 0.25 * 0.4 * 0.8) / 4, 2);
  });

  it('tells it of a text without a mark', () => {
    const ending = decoded({ chosen: 0, probabilities: { 0: 1 } }, { chosen: 7, probabilities: { 7: 0.5, 1: 0.25, 4: 0.25 } });
    expect(ending).toMatchObject({
      lastWord: 0,
      end: expect.closeTo(Math.log(0.5), 2),
      closed: expect.closeTo(Math.log(0.25), 2),
    });
  });

  it('is not known where nothing was written', () => {
    expect(decoded({ chosen: 7, probabilities: { 7: 1 } })).toBeUndefined();
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
