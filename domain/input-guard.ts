import type { GuardDecision } from './guard-decision.ts';
import { redactions } from './redact.ts';

/** What the input guard makes of a caller's words, which are redacted already. */
export interface GuardedInput {
  /** The words are not passed on to any model. */
  readonly refused: boolean;
  readonly guards: readonly GuardDecision[];
}

/** Attempts to give the bot orders that are not a caller's to give. */
const injections: readonly RegExp[] = [
  /\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:instruction|prompt|rule|guideline|polic|restriction|safety|training|everything (?:above|before|you))/i,
  /\b(?:system|developer|hidden|initial) (?:prompt|message|instruction)s?\b/i,
  /\b(?:you are|act as|pretend (?:to be|you are)|behave (?:as|like)) (?:now |a |an |the )*(?:developer|admin|administrator|root|unrestricted|jailbroken|different (?:ai|assistant)|dan\b|hacker|bank (?:employee|manager))/i,
  /\b(?:developer|debug|god|admin|sudo|jailbreak) mode\b/i,
  /\b(?:reveal|show|print|repeat|tell me) (?:me )?(?:your|the) (?:prompt|instructions|rules|system|source code|api key|configuration)\b/i,
  /\b(?:another|other|someone else's|somebody else's|all|every) (?:customer|client|caller|user|person)(?:'?s|s')? (?:account|balance|data|detail|transaction|card|number|pin)/i,
  /<\/?(?:system|assistant|user|im_start|im_end)\b|\[\/?INST\]|<\|/i,
  /\b(?:drop|delete|insert|update|select)\b.{0,30}\b(?:table|from|into|where)\b.{0,40}(?:;|--|\b1\s*=\s*1\b)/i,
];

export function guardInput(text: string): GuardedInput {
  const hidden = redactions(text).map((reason): GuardDecision => ({ side: 'input', action: 'redacted', reason }));
  const injection = injections.some((pattern) => pattern.test(text));
  const guards = injection ? [...hidden, { side: 'input', action: 'refused', reason: 'injection' } as const] : hidden;
  return { refused: injection, guards };
}
