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
 * Whether an answer may be kept for others: only the model's own, given without any history, to a question that is not about
 * the caller. What touches banking is never kept: it would hide a better answer that comes with the bank's facts.
 */
export function mayBeCached(turn: { transcript: string; source: ReplySource; intent: Intent; hadHistory: boolean }): boolean {
  return (
    turn.source === 'model' &&
    !turn.hadHistory &&
    turn.intent !== 'banking' &&
    turn.intent !== 'silence' &&
    !personal.test(turn.transcript)
  );
}
