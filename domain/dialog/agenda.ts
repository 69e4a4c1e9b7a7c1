import type { Assistant } from '../assistant/assistant.ts';
import type { Say } from '../assistant/wording-keys.ts';
import { numberWord } from '../language/numbers.ts';
import { wordCount } from '../language/words.ts';
import { identify } from './identification.ts';
import { type DialogState, type OpenMatter, without } from './state.ts';
import type { StepOutcome } from './steps.ts';

/** More wishes than this are not kept in mind. */
const mostOpen = 3;

/** "Two hundred and fifty" is one number. */
const joint = new RegExp(
  String.raw`(?<=[.?!;])\s+(?:(?:and|also|plus|then|oh)\b,?\s+)*|,?\s+(?:and|plus|also|by the way|oh)\b,?\s+(?!(?:${numberWord}|\d+)\b)(?:(?:also|then|please|by the way)\s+)*`,
  'i',
);
/** Somebody does, asks or wants something. */
const clause =
  /\b(?:i|i['’]\w+|my|me|we|you|what|when|where|which|who|how|why|can|could|would|please|is|are|do|does|did|was|has|have|tell|show|give|block|move|send|transfer|cancel|check|call|somebody|someone)\b/i;

/** It asks more about what stands before it. */
const onTheSame =
  /^\W*(?:how (?:much|long|often)|what|when|where|why|who) (?:is|was|does|did|are|will|would|do i need for) (?:it|that|this|they)\b/i;

/** "Smith and Sons": a name goes on after "and". */
const isOneName = (before: string, after: string): boolean => /\p{Lu}\p{Ll}+$/u.test(before) && /^\p{Lu}\p{Ll}/u.test(after);

/** The parts of a sentence that may be wishes of their own; one where it is not plain that there are more. */
export function possibleWishes(text: string): string[] {
  const parts: string[] = [];
  for (const part of text.split(joint)) {
    const whole = wordCount(part) >= 3 && clause.test(part) && !onTheSame.test(part);
    if (parts.length === 0 || (whole && !isOneName(parts.at(-1) ?? '', part))) parts.push(part);
    else parts.push(`${parts.pop()} and ${part}`);
  }
  return parts;
}

/** Wishes in the order in which they are served: what is urgent first, the others as they were said. */
export function inOrder<T extends { readonly intent: string }>(assistant: Assistant, wishes: readonly T[]): T[] {
  const isUrgent = ({ intent }: T) => assistant.intent(intent).urgent;
  return [...wishes.filter(isUrgent), ...wishes.filter((wish) => !isUrgent(wish))];
}

export function keepOpen(dialog: DialogState, matters: readonly OpenMatter[]): DialogState {
  return matters.length === 0 ? dialog : { ...dialog, open: [...matters, ...(dialog.open ?? [])].slice(0, mostOpen) };
}

/** Whether the bot shall go on with what was said in the same breath. */
function offerOf(assistant: Assistant, say: Say, { intent }: OpenMatter): string {
  const { kind, says } = assistant.intent(intent);
  return kind === 'knowledge' ? say('offer-question') : say('offer-matter', { matter: says });
}

/** Comes back to what is open, once the matter before has come to its end: an order that a question came in between of, then other wishes. */
export function comeBack<T extends StepOutcome>(assistant: Assistant, say: Say, outcome: T): T {
  const { dialog, next } = outcome;
  if (next.kind !== 'said' || next.leadsTo || dialog.pending) return outcome;
  const asking = (back: DialogState, question: string): T => ({
    ...outcome,
    dialog: back,
    next: { ...next, reply: `${next.reply.replace(/ Is there anything else\?$/, '')} ${question}` },
  });
  const { interrupted } = dialog;
  if (interrupted) {
    const question = interrupted.kind === 'identify' ? identify.ask(say, interrupted.need) : interrupted.question;
    return asking({ ...without(dialog, 'interrupted'), topic: interrupted.request, pending: interrupted }, question);
  }
  const [matter, ...rest] = dialog.open ?? [];
  if (!matter) return outcome;
  const pending = { kind: 'offer', matter, question: offerOf(assistant, say, matter) } as const;
  return asking({ ...without(dialog, 'open'), ...(rest.length > 0 ? { open: rest } : {}), pending }, pending.question);
}
