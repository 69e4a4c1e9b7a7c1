/** A sparse vector: ascending positions and their values. */
export interface SparseVector {
  readonly at: Uint32Array;
  readonly values: Float32Array;
}

/** Positions that words and pieces of words are hashed to. */
const width = 1 << 15;

/** Words in lower case, without punctuation; contractions stay whole. */
export function wordsOf(text: string): string[] {
  return (
    text
      .toLowerCase()
      .normalize('NFKC')
      .replaceAll('’', "'")
      .match(/[\p{L}\p{N}]+(?:'[\p{L}]+)*/gu) ?? []
  );
}

/** FNV-1a, 32 bit. */
export function hashOf(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}

/** Counts of words, of pairs of neighbours and of pieces of three to five letters, by position. */
function countsOf(text: string): Map<number, number> {
  const words = wordsOf(text);
  const counts = new Map<number, number>();
  const add = (feature: string) => {
    const position = hashOf(feature) % width;
    counts.set(position, (counts.get(position) ?? 0) + 1);
  };
  for (const [i, word] of words.entries()) {
    add(`w ${word}`);
    if (i > 0) add(`p ${words[i - 1]} ${word}`);
    const padded = `<${word}>`;
    for (let size = 3; size <= 5; size++) {
      for (let start = 0; start + size <= padded.length; start++) add(`c ${padded.slice(start, start + size)}`);
    }
  }
  return counts;
}

/**
 * The words of a text as a vector of unit length (TF-IDF with logarithmic counts, Salton and Buckley 1988). It sees what an embedding
 * blurs: "top up" and "topped up", "pending" and "declined".
 */
export class TextFeatures {
  static readonly width = width;
  readonly #weights: Float32Array;

  /** @param corpus texts that tell which words are common. */
  constructor(corpus: readonly string[]) {
    const seen = new Float32Array(width);
    for (const text of corpus) for (const position of countsOf(text).keys()) seen[position] = (seen[position] as number) + 1;
    this.#weights = seen.map((count) => Math.log((1 + corpus.length) / (1 + count)) + 1);
  }

  of(text: string): SparseVector {
    const sorted = [...countsOf(text)].sort(([a], [b]) => a - b);
    const values = sorted.map(([position, count]) => (1 + Math.log(count)) * (this.#weights[position] as number));
    const norm = Math.hypot(...values) || 1;
    return {
      at: Uint32Array.from(sorted, ([position]) => position),
      values: Float32Array.from(values, (value) => value / norm),
    };
  }
}

/** Cosine of two vectors of unit length. */
export function sparseDot(a: SparseVector, b: SparseVector): number {
  let sum = 0;
  for (let i = 0, j = 0; i < a.at.length && j < b.at.length; ) {
    const [left, right] = [a.at[i] as number, b.at[j] as number];
    if (left === right) sum += (a.values[i++] as number) * (b.values[j++] as number);
    else if (left < right) i++;
    else j++;
  }
  return sum;
}
