import type { NextStep } from '../call.ts';
import { wordCount } from '../language/words.ts';
import { customerNumberName } from '../redact.ts';
import { wording } from '../wording.ts';
import { type Aside, asideOf } from './asides.ts';
import { continued, inherited, isEllipsis } from './ellipsis.ts';
import { type IntentName, intents, isPersonal, needsStepUp } from './intents.ts';
import { isRegular, paysOthers, turnedRound } from './move-money.ts';
import { paymentReferredTo } from './references.ts';
import { asksOfOthers } from './restrictions.ts';
import { say } from './say.ts';
import { hasSlots, joinSlots, type Slots } from './slots.ts';
import {
  type DialogState,
  digitsOf,
  type Needed,
  type Pending,
  partsJoint,
  type Request,
  type SpokenSecret,
  without,
} from './state.ts';
import type { BankStep } from './steps.ts';
import { isNarrowed, unexplainedIn } from './unexplained.ts';
import { givesUp, yesOrNo } from './yes-no.ts';

/** What was understood of the caller's words. */
export interface Understood {
  readonly text: string;
  readonly intent: IntentName;
  /** Whether the intent is to be trusted. */
  readonly sure: boolean;
  /** The next best intent. */
  readonly runnerUp?: IntentName | undefined;
  readonly slots: Slots;
  /** Digits that were spoken or keyed in while they were asked for. */
  readonly digits?: SpokenSecret | undefined;
  /** What the bot said last. */
  readonly lastReply?: string | undefined;
}

/** What the bot does about it. */
export type Decision =
  | { readonly kind: 'say'; readonly reply: string; readonly leadsTo?: NextStep; readonly dialog: DialogState }
  | { readonly kind: 'bank'; readonly step: BankStep; readonly dialog: DialogState }
  /** Looks for an approved article. */
  | { readonly kind: 'knowledge'; readonly dialog: DialogState }
  | { readonly kind: 'think'; readonly dialog: DialogState };

/** The bot asks so often for the same thing. */
const maxAsked = 3;

const speak = (dialog: DialogState, reply: string, leadsTo?: NextStep): Decision => ({
  kind: 'say',
  reply,
  dialog,
  ...(leadsTo ? { leadsTo } : {}),
});

/** The conversation about banking: what is asked, what is done, in which order. Pure, so that every run of a call goes the same way. */
export function decide(before: DialogState, heard: Understood, options: { readonly canTransfer: boolean }): Decision {
  const understood = withReference(before, heard);
  const dialog = identifiedEarly(before, understood);
  const { pending } = dialog;
  if (dialog !== before && tellsNumberOnly.test(understood.text)) return speak(dialog, say.numberTaken);
  const aside = asideOf(understood.text, {
    asked: pending !== undefined,
    wishes: understood.sure && isPersonal(understood.intent),
    told: dialog.topic !== undefined && intents[dialog.topic.intent].kind === 'query' && dialog.trust !== 'none',
  });
  if (aside) return besides(dialog, aside, options);
  switch (pending?.kind) {
    case 'identify':
      return identified(dialog, pending, understood, options);
    case 'confirm':
      return confirmed(dialog, pending, understood, options);
    case 'slot':
      return filled(dialog, pending, understood, options);
    case 'choice':
      return chosen(dialog, pending, understood, options);
    case 'offer':
      return offered(dialog, pending, understood, options);
    default:
      return fresh(dialog, understood, options);
  }
}

const tellsNumberOnly = new RegExp(
  String.raw`^\W*(?:(?:hi|hello|yes|well|and|good (?:morning|afternoon|evening))\W+)*(?:(?:my|the)\s+)?${customerNumberName}(?:\s+(?:is|was|it's))?\W*hidden\W*$`,
  'i',
);

/** "The second one" is a payment that was told. */
function withReference({ told }: DialogState, understood: Understood): Understood {
  const transactionId = paymentReferredTo(understood.text, told);
  return transactionId ? { ...understood, slots: { ...understood.slots, transactionId } } : understood;
}

/** A customer number that was told before it was asked for. */
function identifiedEarly(dialog: DialogState, { digits }: Understood): DialogState {
  const asked = dialog.pending?.kind === 'identify';
  const told = digits?.count === digitsOf['customer-number'] && dialog.trust === 'none' && !dialog.locked;
  return told && !asked ? { ...dialog, customerNumber: digits.sealed } : dialog;
}

/** What was being asked stays open. */
function besides(dialog: DialogState, { reply, needsPerson, waits }: Aside, { canTransfer }: Options): Decision {
  if (needsPerson) return canTransfer ? speak(dialog, `${reply} ${wording.transfer}`, 'transfer') : speak(dialog, reply);
  return speak(dialog, dialog.pending && !waits ? `${reply} ${questionOf(dialog.pending)}` : reply);
}

/** What the bot waits to hear, asked once more. */
function questionOf(pending: Pending): string {
  if (pending.kind === 'identify') return say.identify(pending.need);
  if (pending.kind === 'choice') return say.unsure(...(pending.options as [IntentName, IntentName]));
  return pending.question;
}

type Options = { readonly canTransfer: boolean };
type Of<K extends Pending['kind']> = Extract<Pending, { kind: K }>;

function identified(dialog: DialogState, pending: Of<'identify'>, understood: Understood, options: Options): Decision {
  const { text } = understood;
  const { need } = pending;
  const digits = understood.digits && together(pending, understood.digits);
  if (digits && digits.count === digitsOf[need]) {
    const { sealed } = digits;
    if (need === 'customer-number') {
      const asked: Pending = { ...without(pending, 'part'), need: 'phone-pin', asked: 1 };
      return speak({ ...dialog, customerNumber: sealed, pending: asked }, say.identify('phone-pin'));
    }
    return { kind: 'bank', step: { kind: 'verify', factor: need, secret: sealed }, dialog };
  }
  // More than fits to what was told before is a new try.
  const fits = !pending.part || digits !== understood.digits;
  if (digits && fits && digits.count < digitsOf[need] && digits.count > leastOfPart) {
    return speak({ ...dialog, pending: { ...pending, part: digits } }, say.goOn(need));
  }
  const idle = without(dialog, 'pending');
  if (!digits && hasNone.test(text)) return beyond(idle, options, say.cannotIdentify);
  if (!digits && asksWhich.test(text)) return speak(dialog, `${say.which(need)} ${say.identifyAgain(need)}`);
  if (need === 'phone-pin' && misheard.test(text)) {
    const again: Pending = { ...without(pending, 'part'), need: 'customer-number', asked: 1 };
    return speak({ ...without(dialog, 'customerNumber'), pending: again }, say.identifyAgain('customer-number'));
  }
  if (givesUp(text) || (yesOrNo(text) === 'no' && !digits)) return speak(idle, say.dropped);
  if (!digits && turnsElsewhere(understood, pending.request)) {
    // A question in between leaves the matter open.
    return fresh(understood.intent === 'information' ? dialog : idle, understood, options);
  }
  if (pending.asked >= maxAsked) return speak(idle, say.giveUpAsking);
  return speak({ ...dialog, pending: { ...without(pending, 'part'), asked: pending.asked + 1 } }, say.identifyAgain(need));
}

/** Fewer digits are a word like "one", or a slip. */
const leastOfPart = 1;

/** What was told before and now, where that is not more than what was asked for. */
function together({ need, part }: Of<'identify'>, now: SpokenSecret): SpokenSecret {
  if (!part || now.count === digitsOf[need] || part.count + now.count > digitsOf[need]) return now;
  return { sealed: `${part.sealed}${partsJoint}${now.sealed}`, count: part.count + now.count };
}

/** The caller cannot tell it. */
const hasNone =
  /\b(?:don['’]?t|do not|can['’]?t|cannot|never)\b.*\b(?:know|have|got|remember|find|recall|had)\b|\bforg[oe]t(?:ten)?\b|\blost (?:my|the|that) (?:\w+ )?(?:number|pin|code|letter)\b|\b(?:no idea|haven['’]?t got)\b/i;
/** The caller asks what is meant by it. */
const asksWhich =
  /^\W*(?:(?:sorry|and|but|um|uh|ok|okay)\W+)*(?:what|which|where)\b(?:.*\b(?:number|pin|code)\b|['’]?s?(?: is| do i find| can i find| does)?\s*(?:that|it|this)?\b)(?:.{0,30})$/i;
/** What was taken down before is wrong. */
const misheard = /\b(?:wrong|mistake|incorrect|not (?:right|correct)|misheard|typo)\b/i;

function confirmed(dialog: DialogState, pending: Of<'confirm'>, understood: Understood, options: Options): Decision {
  const { text, slots } = understood;
  const answer = yesOrNo(text);
  const turned = pending.action.kind === 'move-money' ? turnedRound(pending.request.slots, text) : undefined;
  if (turned) return start(without(dialog, 'pending'), { ...pending.request, slots: joinSlots(turned, slots) }, options);
  const corrected = corrects(pending.request.slots, slots);
  if (answer === 'yes' && !corrected)
    return { kind: 'bank', step: { kind: 'act', action: pending.action, order: pending.order }, dialog };
  const idle = without(dialog, 'pending');
  if (givesUp(text)) return speak(idle, say.dropped);
  if (corrected) return start(idle, { ...pending.request, slots: joinSlots(pending.request.slots, slots) }, options);
  // "No, I just want to know whether it is blocked" says more than no.
  const goesElsewhere = turnsElsewhere(understood, pending.request);
  if (answer === 'no' && !(goesElsewhere && wordCount(text) >= 5)) return speak(idle, say.dropped);
  if (goesElsewhere) return fresh(idle, understood, options);
  if (pending.asked >= maxAsked) return speak(idle, say.dropped);
  return speak({ ...dialog, pending: { ...pending, asked: pending.asked + 1 } }, pending.question);
}

/** What a caller may name without correcting an order by it. */
const noCorrections = new Set<string>([
  'direction',
  'account',
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
  'pending',
  'unexplained',
  'earlier',
] satisfies (keyof Slots)[]);

/** The caller names something else than before. */
function corrects(before: Slots, now: Slots): boolean {
  return Object.entries(now).some(([name, value]) => {
    const known = before[name as keyof Slots];
    return !noCorrections.has(name) && JSON.stringify(known) !== JSON.stringify(value);
  });
}

function filled(dialog: DialogState, pending: Of<'slot'>, understood: Understood, options: Options): Decision {
  const { text, slots } = understood;
  const idle = without(dialog, 'pending');
  if (givesUp(text)) return speak(idle, say.dropped);
  const { amountEither } = pending.request.slots;
  const pointed = pointsAt(text);
  // "The second one" is no amount of one.
  if (amountEither && pointed !== undefined && wordCount(text) <= 4) {
    const slots = joinSlots(pending.request.slots, { amountMinor: amountEither[pointed] });
    return start(idle, { ...pending.request, slots }, options);
  }
  if (hasSlots(slots) || pending.need === 'payment') {
    const request = { ...pending.request, slots: joinSlots(pending.request.slots, slots) };
    // "Forty dollars" answers the question, whatever else it may mean.
    const answers = fills(pending.need, slots) && wordCount(text) <= 6;
    if (hasSlots(slots) && (answers || !turnsElsewhere(understood, pending.request))) return start(idle, request, options);
  }
  if (yesOrNo(text) === 'no') return speak(idle, say.dropped);
  if (turnsElsewhere(understood, pending.request)) return fresh(idle, understood, options);
  if (pending.asked >= maxAsked) return speak(idle, say.giveUpAsking);
  return speak({ ...dialog, pending: { ...pending, asked: pending.asked + 1 } }, pending.question);
}

/** Whether what was named is what was asked for. */
function fills(
  need: Needed,
  {
    amountMinor,
    amountEither,
    share,
    account,
    from,
    to,
    card,
    lastFour,
    all,
    bounds,
    merchant,
    kinds,
    days,
    day,
    time,
    transactionId,
  }: Slots,
): boolean {
  const found: Readonly<Record<Needed, unknown>> = {
    amount: amountMinor ?? amountEither ?? share,
    accounts: account ?? from ?? to,
    card: card ?? lastFour ?? all,
    payment: transactionId ?? merchant ?? kinds ?? amountMinor ?? amountEither ?? bounds ?? days,
    when: day ?? time,
  };
  return found[need] !== undefined;
}

function chosen(dialog: DialogState, pending: Of<'choice'>, understood: Understood, options: Options): Decision {
  const idle = without(dialog, 'pending');
  const { text, intent, sure, slots } = understood;
  const [first, second] = pending.options;
  const merged = joinSlots(pending.slots, slots);
  const go = (name: IntentName) => fresh(idle, { ...understood, intent: name, sure: true, slots: merged }, options);
  const pointed = pointsAt(text);
  if (first && pointed === 0) return go(first);
  if (second && pointed === 1) return go(second);
  if (first && yesOrNo(text) === 'yes') return go(first);
  if (yesOrNo(text) === 'no' && !sure) return speak(idle, say.unsureAlone);
  if (pending.options.includes(intent)) return go(intent);
  return fresh(idle, understood, options);
}

/** A "yes" is not seen here: what it is said to is understood in its place. */
function offered(dialog: DialogState, { matter, question }: Of<'offer'>, understood: Understood, options: Options): Decision {
  const { text } = understood;
  const idle = without(dialog, 'pending');
  // No article is left then that may be meant.
  const isArticle = matter.intent === 'information' && question === say.offerArticle(matter.text);
  if (givesUp(text) || yesOrNo(text) === 'no') return speak(idle, isArticle ? say.unknown : say.anythingElse);
  return fresh(idle, understood, options);
}

/** Which of two things that were offered. */
function pointsAt(text: string): 0 | 1 | undefined {
  if (/\b(?:first|former|smaller|less|lower)\b/i.test(text)) return 0;
  return /\b(?:second|latter|other|larger|bigger|more|higher)\b/i.test(text) ? 1 : undefined;
}

/** A sure wish for something else than what is being talked about. */
function turnsElsewhere({ intent, sure }: Understood, { intent: current }: Request): boolean {
  if (!sure || intent === current) return false;
  const { kind } = intents[intent];
  return kind !== 'talk' || intent === 'person' || intent === 'goodbye';
}

const takesLeave =
  /\b(?:bye|goodbye|all|it|everything|nothing|no more|nice|good|great|lovely|see you|hang up|end|done|finished|later|cheers|ciao|take care|thanks?|farewell|leave)\b/i;
const takesBack = /\b(?:cancel|undo|reverse|revoke|stop|(?:take|call|get) (?:it|that|this) back)\b/i;
/** Not to hear it again, but to have it done again. */
const doesAgain =
  /\b(?:do|make|send|move|transfer|pay|book|order)\s+(?:it|that|this|the same|the same thing|another(?: one)?|one more)?\s*(?:again|once more|one more time|another time|a second time)\b|\b(?:the same|another)\s+(?:transfer|order|payment)(?:\s+again)?\b/i;
function fresh(dialog: DialogState, understood: Understood, options: Options): Decision {
  const { text, intent, sure, runnerUp, slots, lastReply } = understood;
  const { topic } = dialog;
  // An order that was done is not read out as if it were done twice: it is a new one, with a confirmation of its own.
  if (topic && intents[topic.intent].kind === 'action' && doesAgain.test(text)) {
    return start(dialog, { intent: topic.intent, slots: joinSlots(topic.slots, slots) }, options);
  }
  const goneOn = topic && continued(topic, understood);
  if (goneOn) return start(dialog, accounted(goneOn, text), options);
  if (isPersonal(intent) && asksOfOthers(text)) return speak(dialog, say.othersMatter);
  if (intent === 'move-money' && paysOthers(text)) return beyond(dialog, options, say.ownAccountsOnly);
  if (intent === 'move-money' && isRegular(text)) return beyond(dialog, options);
  if (!sure) {
    if (intent === 'information' || runnerUp === 'information') return { kind: 'knowledge', dialog };
    const banking = isPersonal(intent);
    const other = runnerUp !== undefined && (isPersonal(runnerUp) || runnerUp === 'person');
    if (banking && other && runnerUp) {
      return speak({ ...dialog, pending: { kind: 'choice', options: [intent, runnerUp], slots } }, say.unsure(intent, runnerUp));
    }
    if (banking || other) return speak(dialog, say.unsureAlone);
    if (intent === 'outside' || runnerUp === 'outside') return outside(dialog, text);
    // A sound, or a word, that may mean anything.
    return isTalk(intent) ? { kind: 'think', dialog } : speak(dialog, say.unsureAlone);
  }
  switch (intent) {
    case 'information':
      return { kind: 'knowledge', dialog };
    case 'person':
      return options.canTransfer ? speak(dialog, wording.transfer, 'transfer') : speak(dialog, wording.transferFailed);
    case 'goodbye':
      // A call that is ended by mistake is lost.
      return takesLeave.test(text) ? speak(dialog, wording.goodbye, 'end') : speak(dialog, say.unsureAlone);
    case 'outside':
      return outside(dialog, text);
    case 'beyond':
      return beyond(dialog, options);
    case 'repeat':
      return speak(dialog, lastReply ?? say.repeatNothing);
    case 'cancel':
      // What was done is not taken back by saying so.
      if (topic && intents[topic.intent].kind === 'action' && takesBack.test(text)) return beyond(dialog, options);
      return speak(dialog, say.anythingElse);
    case 'yes':
    case 'no':
      return speak(dialog, say.anythingElse);
    case 'greeting':
    case 'thanks':
    case 'small-talk':
      return { kind: 'think', dialog };
    default: {
      const wanted = intent === 'transactions' && sumsUp(understood) ? 'spending' : intent;
      return start(dialog, accounted({ intent: wanted, slots: inherited(topic, understood) }, text), options);
    }
  }
}

/** What is no business of a bank; a few words may be anything. */
const outside = (dialog: DialogState, text: string): Decision => speak(dialog, isEllipsis(text) ? say.unsureAlone : say.outside);

/** What the bot cannot do, a person can. */
function beyond(dialog: DialogState, { canTransfer }: Options, reply: string = say.beyond): Decision {
  if (!canTransfer) return speak(dialog, reply);
  const matter = { intent: 'person', text: 'I want to talk to a person.' } as const;
  const pending: Pending = { kind: 'offer', matter, question: say.offerPerson };
  return speak({ ...dialog, pending }, `${reply} ${say.offerPerson}`);
}

/** With the words that nothing explains, which the answer then owns up to. */
function accounted({ intent, slots }: Request, text: string): Request {
  const unexplained = isNarrowed(intent) ? unexplainedIn(text, slots) : [];
  return { intent, slots: unexplained.length > 0 ? { ...slots, unexplained } : slots };
}

/** "What did I spend on petrol?" asks for a sum, not for a list. */
const sumsUp = ({ text, slots }: Understood): boolean =>
  /\bspen[dt]\b/i.test(text) && (slots.merchant ?? slots.kinds ?? slots.purpose) !== undefined;

/** What the model may talk about. */
const isTalk = (intent: IntentName) => intent === 'greeting' || intent === 'thanks' || intent === 'small-talk';

/** Takes up a request: who calls, may they, and then the bank. */
export function start(dialog: DialogState, request: Request, options: Options): Decision {
  const { intent } = request;
  const topical = { ...dialog, topic: request };
  if (isPersonal(intent) && dialog.locked) {
    return options.canTransfer ? speak(dialog, `${say.locked} ${wording.transfer}`, 'transfer') : speak(dialog, say.locked);
  }
  if (isPersonal(intent) && dialog.trust === 'none') {
    const need = dialog.customerNumber === undefined ? 'customer-number' : 'phone-pin';
    const pending: Pending = { kind: 'identify', need, request, asked: 1 };
    return speak({ ...topical, pending }, say.identify(need));
  }
  if (needsStepUp(intent) && dialog.trust !== 'stepped-up') {
    const pending: Pending = { kind: 'identify', need: 'security-code', request, asked: 1 };
    return speak({ ...topical, pending }, say.identify('security-code'));
  }
  const { kind } = intents[intent];
  return { kind: 'bank', step: kind === 'action' ? { kind: 'prepare', request } : { kind: 'query', request }, dialog: topical };
}
