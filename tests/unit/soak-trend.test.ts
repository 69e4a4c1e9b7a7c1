import { describe, expect, it } from 'vitest';
import { trendOf } from '../soak/trend.ts';
import { randomFrom } from '../support/random.ts';

const samples = (growth: number, noise: number) => {
  const random = randomFrom(7);
  return Array.from({ length: 300 }, (_, i) => ({
    atSeconds: i * 10,
    memoryMb: 200 + (growth * i * 10) / 3_600 + (random() - 0.5) * noise,
  }));
};

describe('the trend of memory', () => {
  it('finds growth beneath noise, and says how much of it chance explains', () => {
    const trend = trendOf(samples(50, 20));
    expect(trend?.mbPerHour).toBeCloseTo(50, -1);
    expect(trend?.noiseMbPerHour).toBeLessThan(10);
  });

  it('takes no noise for growth, nor a slow wave', () => {
    const flat = trendOf(samples(0, 20));
    expect(Math.abs(flat?.mbPerHour ?? 99)).toBeLessThan(flat?.noiseMbPerHour ?? 0);
    const wave = trendOf(Array.from({ length: 300 }, (_, i) => ({ atSeconds: i * 10, memoryMb: 200 + 30 * Math.sin(i / 60) })));
    expect(Math.abs(wave?.mbPerHour ?? 99)).toBeLessThan(wave?.noiseMbPerHour ?? 0);
  });

  it('says nothing of a few samples', () => {
    expect(trendOf(samples(50, 1).slice(0, 9))).toBeUndefined();
  });
});
