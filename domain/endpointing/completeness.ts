/** Words after which nobody stops: something must follow. */
const leading =
  /\b(?:and|or|but|so|because|if|when|where|while|that|which|who|whose|whether|although|unless|the|a|an|my|your|his|her|our|their|this|these|those|some|any|every|each|than|to|of|for|from|with|in|on|at|by|about|into|between|until|since|during|is|are|was|were|am|be|been|i|we|they|he|she|i'm|i'd|i'll|i've|it's|that's|there's|do|does|did|can|could|would|will|shall|should|may|might|must|have|has|had|don't|didn't|can't|won't|isn't|want|need|like|um|uh|er|well)\W*$/i;
const finished = /[.!?]["')]?$/;

/** How a transcript reads: as a whole sentence, as the beginning of one, or neither. */
export function completenessOf(transcript: string): 'finished' | 'unfinished' | 'unknown' {
  const text = transcript.trim();
  if (text === '') return 'unknown';
  // A transcriber puts full stops after anything, question marks only after questions.
  if (text.endsWith('?')) return 'finished';
  if (leading.test(text) || /(?:,|-|—|\.\.\.|…)$/.test(text)) return 'unfinished';
  return finished.test(text) ? 'finished' : 'unknown';
}

export interface ReleaseBounds {
  /** Silence after a sentence that is surely finished. */
  readonly minMs: number;
  /** Silence after one that is surely not. */
  readonly maxMs: number;
}

/**
 * How long a silence must last before the turn is the bot's: short after a finished sentence, long after an unfinished one.
 * Voice and words are asked; neither is trusted alone.
 * @param probability that the turn is complete, by the voice; undefined while it is not known.
 */
export function releaseMsFor(bounds: ReleaseBounds, probability: number | undefined, transcript: string | undefined): number {
  const words = transcript === undefined ? 'unknown' : completenessOf(transcript);
  const voice = probability === undefined ? 'unknown' : probability >= 0.5 ? 'finished' : 'unfinished';
  const { minMs, maxMs } = bounds;
  const between = (share: number) => minMs + (maxMs - minMs) * share;
  if (voice === 'finished' && words === 'finished') return minMs;
  if (voice === 'unfinished' && words === 'unfinished') return maxMs;
  if (words === 'unfinished') return between(0.6);
  if (voice === 'unfinished') return between(0.4);
  return between(voice === 'finished' ? 0.1 : 0.3);
}
