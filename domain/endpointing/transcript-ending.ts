/** How sure a transcriber was of the end of what it wrote, as natural-log probabilities. Words that break off are hard to tell, and so is what follows them. */
export interface TranscriptEnding {
  /** Of all that was written, a token on average. */
  readonly mean: number;
  /** Of the last word. */
  readonly lastWord: number;
  /** That a mark stands after the last word: one that closes a sentence … */
  readonly closed: number;
  /** … or one that does not. */
  readonly comma: number;
  readonly dash: number;
  readonly ellipsis: number;
  /** That nothing follows what stands there. */
  readonly end: number;
}
