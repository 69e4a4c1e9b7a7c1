import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { featuresOf, type Measured, StatisticsModel } from '../../engines/kokoro/norm-statistics.ts';
import {
  contextFrames,
  firstPieceFrames,
  framesPerSecond,
  nextPieceFrames,
  PieceSpeed,
} from '../../engines/kokoro/piece-plan.ts';
import { decodeStatistics, encodeStatistics } from '../../engines/kokoro/statistics-file.ts';
import { Trimmer } from '../../engines/kokoro/trimmer.ts';
import { WordShare } from '../../engines/kokoro/word-share.ts';
import { randomFrom } from '../support/random.ts';

describe('silence around speech', () => {
  const clause = () => {
    const samples = new Float32Array(100);
    samples.fill(0.5, 40, 60);
    samples.fill(0, 45, 52);
    return samples;
  };
  const trim = (samples: Float32Array, size: number) => {
    const trimmer = new Trimmer(5);
    const out: number[] = [];
    for (let i = 0; i < samples.length; i += size) out.push(...trimmer.push(samples.subarray(i, i + size)));
    return [...out, ...trimmer.end()];
  };

  it('is cut but for a margin, and a pause inside is kept', () => {
    expect(trim(clause(), 100)).toEqual([...clause().subarray(35, 65)]);
  });

  it('is cut alike, whatever the pieces are', () => {
    for (const size of [1, 3, 7, 20, 41]) expect(trim(clause(), size), `pieces of ${size}`).toEqual(trim(clause(), 100));
  });

  it('is all there is where nobody speaks', () => expect(trim(new Float32Array(50), 10)).toEqual([]));
});

describe('the words of a piece', () => {
  const inPieces = (text: string, shares: readonly number[]) => {
    const words = new WordShare(text);
    return shares.map((share) => words.upTo(share));
  };

  it('are those whose middle has been spoken; the first piece has one, the last all that are left', () => {
    expect(inPieces('One moment, please.', [0.1, 0.5, 1])).toEqual(['One', 'moment,', 'please.']);
    expect(inPieces('Good', [0.2, 0.6, 1])).toEqual(['Good', '', '']);
  });

  it('are all words once, in their order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1, maxLength: 30 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 }),
        (words, shares) => {
          const text = words.join(' ');
          const pieces = inPieces(text, [...shares.sort((a, b) => a - b), 1]);
          expect(pieces.filter(Boolean).join(' ')).toBe(text);
        },
      ),
    );
  });
});

describe('the size of pieces', () => {
  const frameMs = 1000 / framesPerSecond;

  it('lets every piece be ready before the one before is played, on any machine that is fast enough', () => {
    for (const msPerFrame of [0.5, 2.7, 4, 5.5]) {
      let frames = firstPieceFrames(msPerFrame);
      expect(frames, `${msPerFrame} ms a frame`).toBeDefined();
      let aheadMs = (frames ?? 0) * frameMs;
      for (let i = 0; i < 10; i++) {
        frames = nextPieceFrames(aheadMs, msPerFrame);
        const tookMs = (frames + 2 * contextFrames) * msPerFrame;
        expect(tookMs, `piece ${i} at ${msPerFrame} ms a frame`).toBeLessThan(aheadMs);
        aheadMs += frames * frameMs - tookMs;
      }
    }
  });

  it('grows while playback gets ahead', () => {
    expect(nextPieceFrames(200, 2.7)).toBeLessThan(nextPieceFrames(500, 2.7));
  });

  it('is the whole where the machine is slower than speech', () => {
    const speed = new PieceSpeed();
    for (let i = 0; i < 20; i++) speed.measured(40, 40 * 20);
    expect(firstPieceFrames(speed.msPerFrame)).toBeUndefined();
  });
});

describe('statistics of norms', () => {
  const random = randomFrom(3);
  const features = () => Float32Array.from({ length: 2 + 8 }, () => random() * 2 - 1);
  // What is measured depends on the features, and a little on chance.
  const measure = (f: Float32Array): Measured => {
    const [a = 0, , c = 0, d = 0] = f;
    const noise = () => (random() - 0.5) * 0.01;
    return {
      features: f,
      means: Float32Array.of(1 + c + noise(), 2 - d + noise()),
      deviations: Float32Array.of(Math.exp(0.5 * c + noise()), 1 + 0.1 * a),
    };
  };
  const model = new StatisticsModel(Array.from({ length: 60 }, () => measure(features())));

  it('are foretold from what is known before the sound is made', () => {
    for (let i = 0; i < 20; i++) {
      const f = features();
      const real = measure(f);
      const { means, deviations } = model.foretell(f);
      expect(means[0]).toBeCloseTo(real.means[0] as number, 0);
      expect(deviations[0]).toBeGreaterThan(0);
      expect(Math.abs(Math.log((deviations[0] as number) / (real.deviations[0] as number)))).toBeLessThan(0.2);
    }
  });

  it('stay sane for a clause like no other', () => {
    const { means, deviations } = model.foretell(new Float32Array(10).fill(1e6));
    for (const value of [...means, ...deviations]) expect(Math.abs(value)).toBeLessThan(100);
  });

  it('describe the sounding frames of a clause', () => {
    // Two channels, four frames, the middle two sound.
    const f = featuresOf(Float32Array.of(9, 1, 3, 9, 9, 2, 2, 9), 2, 1, 3);
    expect([...f]).toEqual([Math.fround(Math.log(4)), 0.5, 2, 2, 1, 0]);
  });

  it('are read back from their file, and a damaged file is noticed', () => {
    const measured = [measure(features()), measure(features())];
    const bytes = encodeStatistics(measured);
    expect(decodeStatistics(bytes)).toEqual(measured);
    for (const at of [0, 5, 30, bytes.length - 1]) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] as number) ^ 1;
      expect(decodeStatistics(damaged), `byte ${at}`).toBeUndefined();
    }
    expect(decodeStatistics(bytes.subarray(0, 100))).toBeUndefined();
    expect(decodeStatistics(Buffer.alloc(0))).toBeUndefined();
  });
});
