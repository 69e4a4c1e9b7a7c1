import { spokenNumbers } from './spoken-numbers.ts';

/** Numbers in digits, however they are written: a transcriber writes the same words as "ten" or as "10". */
const inDigits = (text: string): string =>
  spokenNumbers(text).reduceRight((all, { start, end, value }) => `${all.slice(0, start)}${value}${all.slice(end)}`, text);

/** The words of a text, without marks and capitals. */
export const words = (text: string): string[] =>
  inDigits(text)
    .toLowerCase()
    .replace(/’/g, "'")
    .replace(/[^\p{L}\p{N}' ]/gu, ' ')
    .split(/\s+/)
    .filter(Boolean);

/** Least insertions, deletions and substitutions of words from `heard` to `said` (Levenshtein). */
export function wordErrors(said: string, heard: string): number {
  const [a, b] = [words(said), words(heard)];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next[j] = Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1);
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** Word errors by words that were said; 0 is perfect, and more than 1 is possible. */
export const wordErrorRate = (said: string, heard: string): number => wordErrors(said, heard) / Math.max(1, words(said).length);
