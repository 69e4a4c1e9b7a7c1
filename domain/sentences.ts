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

/** Cuts a stream of text into sentences as soon as each is complete. */
export class SentenceSplitter {
  #rest = '';

  /** Adds a piece of any length and returns the sentences that it completed. */
  push(piece: string): string[] {
    this.#rest += piece;
    const sentences: string[] = [];
    for (let end = endOfFirstSentence(this.#rest); end >= 0; end = endOfFirstSentence(this.#rest)) {
      sentences.push(this.#rest.slice(0, end).trim());
      this.#rest = this.#rest.slice(end);
    }
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
