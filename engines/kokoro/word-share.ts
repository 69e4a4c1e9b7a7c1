/**
 * Which words of a clause a piece of its sound holds, piece after piece. A word belongs to the piece in which its middle lies, by its
 * share of the letters; the first piece has one word at least, the last one all that are left.
 */
export class WordShare {
  readonly #text: string;
  /** Index after each word. */
  readonly #ends: readonly number[];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#ends = [...text.matchAll(/\S+/g)].map((word) => word.index + word[0].length);
  }

  /** @param share of the clause's sound, from 0 to 1, that is there with this piece. @returns empty where no word's middle lies in it. */
  upTo(share: number): string {
    const from = this.#at;
    const length = this.#text.length;
    for (const [i, end] of this.#ends.entries()) {
      if (end <= from) continue;
      const start = i === 0 ? 0 : (this.#ends[i - 1] as number);
      const first = this.#at === 0;
      if (!first && share < 1 && (start + end) / 2 > share * length) break;
      this.#at = end;
    }
    return this.#text.slice(from, this.#at).trim();
  }
}
