/**
 * Numbers from 0 to 1, below 1, that are the same on every machine: the linear congruential generator of Numerical Recipes.
 * @param state any; neighbours begin alike.
 */
export function lcg(state: number): () => number {
  let current = state >>> 0;
  return () => {
    current = (Math.imul(current, 1_664_525) + 1_013_904_223) >>> 0;
    return current / 2 ** 32;
  };
}
