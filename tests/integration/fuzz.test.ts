import { expect, it } from 'vitest';
import { fuzz } from '../fuzz/fuzz.ts';

/** The short form of `npm run fuzz`. */
it('whatever comes from outside breaks nothing, and callers beside it are answered', { timeout: 480_000 }, async () => {
  const { failures, calls } = await fuzz(10_000, 7);
  expect(failures).toEqual([]);
  expect(calls.others).toEqual([]);
  expect(calls.answered).toBeGreaterThan(0);
});
