import { readdirSync, readFileSync } from 'node:fs';
import { parseArticle } from '../../domain/knowledge/article.ts';
import { splitSentences } from '../../domain/sentences.ts';
import { wordsOf } from '../../domain/understanding/text-features.ts';
import { calibrationClauses } from '../../engines/kokoro/calibration.ts';
import { sentences } from './texts.ts';

interface Counts {
  ends: number;
  others: number;
}

/** Occurrences that are taken to have been seen before anything was: few words are met often. */
const before = 3;

/** How often each word ends a sentence, in sentences that the product knows; those that are measured are not among them. */
export class WordEnds {
  readonly #counts = new Map<string, Counts>();
  readonly #all: Counts = { ends: 0, others: 0 };

  constructor() {
    const folder = new URL('../../knowledge/demo/', import.meta.url);
    const articles = readdirSync(folder).map((name) => parseArticle(readFileSync(new URL(name, folder), 'utf8'), name));
    const texts = [
      ...sentences('fit'),
      ...calibrationClauses.map(({ text }) => text),
      ...articles.flatMap(({ questions, body }) => [...questions, ...splitSentences(body)]),
    ];
    for (const text of texts) this.#add(text, 1);
  }

  /** The table, as if this sentence were unknown: what is fitted on must not be known already. */
  without(text: string): Record<string, number> {
    this.#add(text, -1);
    const table = this.table();
    this.#add(text, 1);
    return table;
  }

  table(): Record<string, number> {
    const rate = this.#all.ends / (this.#all.ends + this.#all.others);
    const logit = (p: number) => Math.log(p / (1 - p));
    const known = [...this.#counts].filter(([, { ends, others }]) => ends + others >= 2);
    return Object.fromEntries(
      known.map(([word, { ends, others }]) => {
        const p = (Math.max(0, ends) + before * rate) / (Math.max(0, ends + others) + before);
        return [word, Number((logit(p) - logit(rate)).toFixed(2))];
      }),
    );
  }

  #add(text: string, times: number): void {
    const words = wordsOf(text);
    for (const [i, word] of words.entries()) {
      const counts = this.#counts.get(word) ?? { ends: 0, others: 0 };
      const key = i === words.length - 1 ? 'ends' : 'others';
      counts[key] += times;
      this.#all[key] += times;
      this.#counts.set(word, counts);
    }
  }
}
