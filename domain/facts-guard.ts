import type { GuardDecision } from './guard-decision.ts';
import { checkSentence } from './output-guard.ts';
import { splitSentences } from './sentences.ts';

/** A reply as far as the guard lets it pass. */
export interface GuardedText {
  /** Whether all of it passed. */
  readonly passed: boolean;
  readonly guards: readonly GuardDecision[];
}

/**
 * Checks every sentence of a reply against its facts.
 * @param names that may be spoken beside the facts, such as the bank's.
 */
export function guardReply(reply: string, facts: readonly string[], names: readonly string[] = []): GuardedText {
  const findings = splitSentences(reply).flatMap((sentence) => {
    const finding = checkSentence(sentence, facts, names);
    return finding ? [finding] : [];
  });
  return {
    passed: findings.length === 0,
    guards: findings.map(({ kind }) => ({ side: 'output', action: 'withheld', reason: kind })),
  };
}
