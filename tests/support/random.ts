import { lcg } from '../../domain/random.ts';

/** Numbers from 0 to 1 that are the same in every run. */
export function randomFrom(seed: number): () => number {
  const next = lcg(seed);
  // Seeds that are neighbours begin alike.
  for (let i = 0; i < 8; i++) next();
  return next;
}
