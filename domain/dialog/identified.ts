import { wordCount } from '../language/words.ts';
import { leaving, turnsElsewhere } from './answers.ts';
import { type Answered, type DecisionContext, maxAsked, speak, type Understood } from './decision.ts';
import { identify } from './identification.ts';
import { sentences } from './naming.ts';
import { hasSlots, joinSlots } from './slots.ts';
import { beyond } from './start.ts';
import { type DialogState, digitsOf, type Pending, partsJoint, type SpokenSecret, without } from './state.ts';
import { givesUp, yesOrNo } from './yes-no.ts';

type Identify = Extract<Pending, { kind: 'identify' }>;

/** What callers say while they are asked who they are. */
export function identified(dialog: DialogState, pending: Identify, understood: Understood, context: DecisionContext): Answered {
  const { text, slots } = understood;
  const { say, assistant } = context;
  const { need, request } = pending;
  const digits = understood.digits && together(pending, understood.digits);
  if (digits && digits.count === digitsOf[need]) {
    const { sealed } = digits;
    if (need === 'customer-number') {
      const asked: Pending = { ...without(pending, 'part'), need: 'phone-pin', asked: 1 };
      return speak({ ...dialog, customerNumber: sealed, pending: asked }, identify.ask(say, 'phone-pin'));
    }
    return { kind: 'bank', step: { kind: 'verify', factor: need, secret: sealed }, dialog };
  }
  // More than fits to what was told before is a new try.
  const fits = !pending.part || digits !== understood.digits;
  // "Can I get 300 euros on Saturday?" tells no part of a number.
  const onlyDigits = !amends.test(text) && wordCount(text.replace(/\[hidden\]|\d+/g, ' ')) <= mostWordsBeside;
  if (digits && fits && onlyDigits && digits.count < digitsOf[need] && digits.count > leastOfPart) {
    return speak({ ...dialog, pending: { ...pending, part: digits } }, identify.goOn(say, need));
  }
  const idle = without(dialog, 'pending');
  if (givesUp(text)) return speak(idle, say('dropped'));
  if (!digits && hasNone.test(text) && !ofMatter.test(text)) return beyond(idle, context, say('cannot-identify'));
  if (!digits && asksWhich.test(text)) return speak(dialog, sentences(identify.which(say, need), identify.again(say, need)));
  if (need === 'phone-pin' && misheard.test(text)) {
    const again: Pending = { ...without(pending, 'part'), need: 'customer-number', asked: 1 };
    return speak({ ...without(dialog, 'customerNumber'), pending: again }, identify.again(say, 'customer-number'));
  }
  // What shall be done is told whole, or put right, before the code is told.
  const isPart = wordCount(text) <= mostWordsOfPart && !turnsElsewhere(context, understood, request);
  if (!digits && (amends.test(text) || isPart) && hasSlots(slots) && assistant.kindOf(request.intent) === 'action') {
    const amended: Pending = { ...pending, request: { ...request, slots: joinSlots(request.slots, slots) } };
    return speak({ ...dialog, pending: amended }, identify.again(say, need));
  }
  if (yesOrNo(text) === 'no' && !digits) return speak(idle, say('dropped'));
  if (!(digits && onlyDigits) && turnsElsewhere(context, understood, request)) {
    // A question in between leaves the matter open.
    if (assistant.kindOf(understood.intent) === 'knowledge') return { kind: 'anew', dialog, understood };
    // Who is known already hears the answer, and is asked again.
    const known = need === 'security-code';
    return { kind: 'anew', dialog: known ? leaving(dialog, pending, understood, context) : idle, understood };
  }
  const { intent, sure } = understood;
  if (sure && !digits && assistant.does(intent) === 'decline') {
    return speak(dialog, sentences(say('outside-meanwhile'), identify.again(say, need)));
  }
  if (pending.asked >= maxAsked) return beyond(idle, context, say('give-up-asking'));
  return speak({ ...dialog, pending: { ...without(pending, 'part'), asked: pending.asked + 1 } }, identify.again(say, need));
}

/** Words around digits that are told: "it goes on with …, I think". */
const mostWordsBeside = 5;
/** "From savings", "the debit one". */
const mostWordsOfPart = 5;
/** Fewer digits are a word like "one", or a slip. */
const leastOfPart = 1;

/** What was told before and now, where that is not more than what was asked for. */
function together({ need, part }: Identify, now: SpokenSecret): SpokenSecret {
  if (!part || now.count === digitsOf[need] || part.count + now.count > digitsOf[need]) return now;
  return { sealed: `${part.sealed}${partsJoint}${now.sealed}`, count: part.count + now.count };
}

/** Another amount, account or card takes the place of the one that was named. */
const amends = /\b(?:make (?:it|that)|instead|rather|i meant?|i['’]d said|other way (?:a?round))\b/i;
/** The caller cannot tell it. */
const hasNone =
  /\b(?:don['’]?t|do not|can['’]?t|cannot|never)\b.*\b(?:know|have|got|remember|find|recall|had)\b|\bforg[oe]t(?:ten)?\b|\blost (?:my|the|that) (?:\w+ )?(?:number|pin|code|letter)\b|\b(?:no idea|haven['’]?t got)\b/i;
/** "There is a payment that I don't know" is about something else. */
const ofMatter = /\b(?:payments?|transactions?|charges?|purchases?|transfers?|debits?|balance|shops?|merchants?)\b/i;
/** The caller asks what is meant by it. */
const asksWhich =
  /^\W*(?:(?:sorry|and|but|um|uh|ok|okay)\W+)*(?:what|which|where)\b(?:.*\b(?:number|pin|code)\b|['’]?s?(?: is| do i find| can i find| does)?\s*(?:that|it|this)\b|\W*$)(?:.{0,30})$/i;
/** What was taken down before is wrong. */
const misheard = /\b(?:wrong|mistake|incorrect|not (?:right|correct)|misheard|typo)\b/i;
