import type { Say } from '../assistant/wording-keys.ts';
import { wordCount } from '../language/words.ts';
import { type Answered, type DecisionContext, maxAsked, speak, type Understood } from './decision.ts';
import { turnedRound } from './move-money.ts';
import { hasSlots, joinSlots, type Slots } from './slots.ts';
import { beyond, start } from './start.ts';
import { type DialogState, type Needed, type Pending, type PendingOrder, type Request, without } from './state.ts';
import { givesUp, yesOrNo } from './yes-no.ts';

type Of<K extends Pending['kind']> = Extract<Pending, { kind: K }>;

/** What callers say to an order that they are to confirm. */
export function confirmed(
  dialog: DialogState,
  pending: Of<'confirm'>,
  understood: Understood,
  context: DecisionContext,
): Answered {
  const { text, slots } = understood;
  const { say } = context;
  const answer = yesOrNo(text);
  const turned = pending.action.kind === 'move-money' ? turnedRound(pending.request.slots, text) : undefined;
  if (turned) {
    // "Not from checking, the other way round": the ends are told by that alone.
    const others = without(slots, 'from', 'to');
    return start(without(dialog, 'pending'), { ...pending.request, slots: joinSlots(turned, others) }, context);
  }
  const goesElsewhere = turnsElsewhere(context, understood, pending.request);
  // "What's my credit card limit?" names no other card to block.
  const corrected = corrects(pending.request.slots, slots) && !(goesElsewhere && isQuestion.test(text));
  if (answer === 'yes' && !corrected)
    return { kind: 'bank', step: { kind: 'act', action: pending.action, order: pending.order }, dialog };
  const idle = without(dialog, 'pending');
  if (givesUp(text)) return speak(idle, say('dropped'));
  if (corrected) return start(idle, { ...pending.request, slots: joinSlots(pending.request.slots, slots) }, context);
  // "No, I just want to know whether it is blocked" says more than no.
  if (answer === 'no' && !(goesElsewhere && wordCount(text) >= 5)) return speak(idle, say('dropped'));
  if (goesElsewhere) {
    return { kind: 'anew', dialog: answer === 'no' ? idle : leaving(dialog, pending, understood, context), understood };
  }
  if (pending.asked >= maxAsked) return beyond(idle, context, say('give-up-asking'));
  const again = say('again-confirm', { question: pending.question });
  return speak({ ...dialog, pending: { ...pending, asked: pending.asked + 1 } }, again);
}

const isQuestion =
  /^\W*(?:(?:and|but|so|ok|okay|wait|well|um|uh)\W+)*(?:what(?! about)|how(?! about)|when|where|which|why|who|is|are|do|does|did|has|have)\b/i;

/** What a caller may name without correcting an order by it. */
const noCorrections = new Set<string>([
  'direction',
  'account',
  'exceptAccount',
  'kinds',
  'merchants',
  'purpose',
  'place',
  'person',
  'currency',
  'otherAccount',
  'bounds',
  'figure',
  'per',
  'howMany',
  'against',
  'beside',
  'except',
  'pending',
  'failed',
  'why',
  'ahead',
  'these',
  'after',
  'unexplained',
  'earlier',
] satisfies (keyof Slots)[]);

/** The caller names something else than before. */
function corrects({ values: before = {}, ...slots }: Slots, { values = {}, ...now }: Slots): boolean {
  if (Object.entries(values).some(([name, value]) => before[name] !== value)) return true;
  // Of an operation, only its own values count.
  if (Object.keys(before).length > 0) return false;
  return Object.entries(now).some(([name, value]) => {
    const known = slots[name as keyof typeof slots];
    return !noCorrections.has(name) && JSON.stringify(known) !== JSON.stringify(value);
  });
}

/** What callers say where something is still to be told. */
export function filled(dialog: DialogState, pending: Of<'slot'>, understood: Understood, context: DecisionContext): Answered {
  const { text, slots } = understood;
  const { say } = context;
  const idle = without(dialog, 'pending');
  if (givesUp(text)) return speak(idle, say('dropped'));
  const { amountEither } = pending.request.slots;
  const pointed = pointsAt(text);
  // "The second one" is no amount of one.
  if (amountEither && pointed !== undefined && wordCount(text) <= 4) {
    const slots = joinSlots(pending.request.slots, { amountMinor: amountEither[pointed] });
    return start(idle, { ...pending.request, slots }, context);
  }
  if (hasSlots(slots) || pending.need === 'payment') {
    const request = { ...pending.request, slots: joinSlots(pending.request.slots, slots) };
    // "Forty dollars" answers the question, whatever else it may mean.
    const answers = fills(pending, slots) && wordCount(text) <= 6;
    if (hasSlots(slots) && (answers || !turnsElsewhere(context, understood, pending.request)))
      return start(idle, request, context);
  }
  if (yesOrNo(text) === 'no') return speak(idle, say('dropped'));
  if (turnsElsewhere(context, understood, pending.request)) {
    // A few words that name nothing are no answer, and no other wish either.
    const fragment = wordCount(text) <= 3 && !/\b(?:what|how|when|why|is|are|do|can|my)\b/i.test(text);
    const leaves = ['person', 'end'].includes(context.assistant.does(understood.intent));
    if (!fragment || leaves) return { kind: 'anew', dialog: leaving(dialog, pending, understood, context), understood };
  }
  if (pending.asked >= maxAsked) return beyond(idle, context, say('give-up-asking'));
  return speak({ ...dialog, pending: { ...pending, asked: pending.asked + 1 } }, askedAgain(say, pending));
}

/** Another way to ask for the same. */
function askedAgain(say: Say, { need, question }: Of<'slot'>): string {
  switch (need) {
    case 'card':
    case 'value':
      return say(`again-${need}`, { question });
    default:
      return say(`again-${need}`);
  }
}

/** Whether what was named is what was asked for. */
function fills({ need, value = '' }: Of<'slot'>, slots: Slots): boolean {
  const { amountMinor, amountEither, share, account, from, to, card, lastFour, all, bounds, merchant, kinds, days } = slots;
  const { day, time, transactionId, values, howMany } = slots;
  const found: Readonly<Record<Needed, unknown>> = {
    amount: amountMinor ?? amountEither ?? share,
    accounts: account ?? from ?? to,
    card: card ?? lastFour ?? all,
    payment: transactionId ?? howMany ?? merchant ?? kinds ?? amountMinor ?? amountEither ?? bounds ?? days,
    when: day ?? time,
    value: values?.[value],
  };
  return found[need] !== undefined;
}

/** What callers say where the bot was not sure which of two things they meant. */
export function chosen(dialog: DialogState, pending: Of<'choice'>, understood: Understood, { say }: DecisionContext): Answered {
  const idle = without(dialog, 'pending');
  const { text, intent, sure, slots } = understood;
  const [first, second] = pending.options;
  const merged = joinSlots(pending.slots, slots);
  const go = (name: string): Answered => ({
    kind: 'anew',
    dialog: idle,
    understood: { ...understood, intent: name, sure: true, slots: merged },
  });
  const pointed = pointsAt(text);
  if (first && pointed === 0) return go(first);
  if (second && pointed === 1) return go(second);
  if (first && yesOrNo(text) === 'yes') return go(first);
  if (yesOrNo(text) === 'no' && !sure) return speak(idle, say('unsure-alone'));
  if (pending.options.includes(intent)) return go(intent);
  return { kind: 'anew', dialog: idle, understood };
}

/** A "yes" is not seen here: what it is said to is understood in its place. */
export function offered(
  dialog: DialogState,
  { matter, question }: Of<'offer'>,
  understood: Understood,
  { assistant, say }: DecisionContext,
): Answered {
  const { text } = understood;
  const idle = without(dialog, 'pending');
  // No article is left then that may be meant.
  const isArticle = assistant.kindOf(matter.intent) === 'knowledge' && question === say('offer-article', { title: matter.text });
  // What was refused is nothing that a question goes on with.
  if (givesUp(text) || yesOrNo(text) === 'no')
    return isArticle ? speak(without(idle, 'article'), say('unknown')) : speak(idle, say('anything-else'));
  return { kind: 'anew', dialog: idle, understood };
}

/** Which of two things that were offered. */
function pointsAt(text: string): 0 | 1 | undefined {
  if (/\b(?:first|former|smaller|less|lower)\b/i.test(text)) return 0;
  return /\b(?:second|latter|other|larger|bigger|more|higher)\b/i.test(text) ? 1 : undefined;
}

/** "Actually, just tell me my balance." */
const insteadOf = /\b(?:actually|instead|rather|forget|never ?mind|leave (?:it|that)|just)\b/i;

/** An order waits for a question in between, and is given up for anything else. */
export function leaving(
  dialog: DialogState,
  pending: PendingOrder,
  { text, intent }: Understood,
  { assistant }: DecisionContext,
): DialogState {
  const idle = without(dialog, 'pending');
  const isOrder = assistant.kindOf(pending.request.intent) === 'action';
  const asks = ['query', 'knowledge'].includes(assistant.kindOf(intent));
  return isOrder && asks && !insteadOf.test(text) ? { ...idle, interrupted: pending } : idle;
}

/** A sure wish for something else than what is being talked about. */
export function turnsElsewhere(
  { assistant }: DecisionContext,
  { intent, sure }: Understood,
  { intent: current }: Request,
): boolean {
  if (!sure || intent === current) return false;
  const { kind, does } = assistant.intent(intent);
  return kind !== 'talk' || does === 'person' || does === 'end' || does === 'say';
}
