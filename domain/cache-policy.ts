import type { Intent, ReplySource } from './call.ts';

/** The same question in other punctuation and case has the same key. */
export function questionKey(transcript: string): string {
  return transcript
    .toLowerCase()
    .normalize('NFKC')
    .replace(/[^\p{L}\p{N}\s']/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** The caller speaks of themself: what is answered may be theirs alone. */
const personal = /\b(?:my|mine|me|i|i'm|i've|i'd|i'll|we|our|us)\b|\d/i;

/**
 * Whether an answer may be kept for others: an approved article's, and the model's own where it was given without any history, to a
 * question that is not about the caller. What the bank has told one caller never is.
 */
export function mayBeCached(turn: { transcript: string; source: ReplySource; intent: Intent; hadHistory: boolean }): boolean {
  if (turn.source === 'knowledge') return true;
  return (
    turn.source === 'model' &&
    !turn.hadHistory &&
    turn.intent !== 'banking' &&
    turn.intent !== 'silence' &&
    !personal.test(turn.transcript)
  );
}
