/** Words whose full stop does not end a sentence. */
const abbreviations =
  /(?:^|[\s("])(?:Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|No|Nos|Inc|Ltd|Co|Corp|approx|acct|dept|est|vs|etc|e\.g|i\.e|[A-Z])\.$/i;

/** A mark that may end a sentence, with closing quotes, before white space. */
const boundary = /[.!?…]+["'”’)]*(?=\s)/g;

/** Index after the first sentence of `text`, or -1 while it is not finished. */
function endOfFirstSentence(text: string): number {
  for (const match of text.matchAll(boundary)) {
    const end = match.index + match[0].length;
    if (!abbreviations.test(text.slice(0, end))) return end;
  }
  return -1;
}

/** A first clause that is worth speaking by itself: some words up to a comma or the like. */
const firstClause = /^\s*\S+(?:\s+\S+){2,}?[,;:—](?=\s)/;

/** Cuts a stream of text into sentences as soon as each is complete. */
export class SentenceSplitter {
  #rest = '';
  #atStart: boolean;

  /** @param options `firstClause`: the first piece may end at a comma, so that a long first sentence is heard sooner. */
  constructor(options: { readonly firstClause?: boolean } = {}) {
    this.#atStart = options.firstClause ?? false;
  }

  /** Adds a piece of any length and returns the sentences that it completed. */
  push(piece: string): string[] {
    this.#rest += piece;
    const sentences: string[] = [];
    for (let end = endOfFirstSentence(this.#rest); end >= 0; end = endOfFirstSentence(this.#rest)) {
      sentences.push(this.#rest.slice(0, end).trim());
      this.#rest = this.#rest.slice(end);
    }
    if (this.#atStart && sentences.length === 0) {
      const [clause] = firstClause.exec(this.#rest) ?? [];
      if (clause) {
        sentences.push(clause.trim());
        this.#rest = this.#rest.slice(clause.length);
      }
    }
    if (sentences.length > 0) this.#atStart = false;
    return sentences.filter(Boolean);
  }

  /** What remains at the end of the stream. */
  flush(): string[] {
    const rest = this.#rest.trim();
    this.#rest = '';
    return rest ? [rest] : [];
  }
}

export function splitSentences(text: string): string[] {
  const splitter = new SentenceSplitter();
  return [...splitter.push(text), ...splitter.flush()];
}

/** A mark within a sentence at which a voice rests, before white space. */
const clauseEnd = /(?<=[,;:—])\s+/;

/** Sentences, cut once more at commas and the like. */
export const clausesOf = (text: string): string[] => splitSentences(text).flatMap((sentence) => sentence.split(clauseEnd));
