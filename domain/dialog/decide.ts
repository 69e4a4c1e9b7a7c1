import type { Behaviour } from '../assistant/behaviours.ts';
import type { AssistantIntent } from '../assistant/intent.ts';
import { wordCount } from '../language/words.ts';
import { customerNumberName } from '../redact.ts';
import { chosen, confirmed, filled, offered } from './answers.ts';
import { type Aside, asideOf } from './asides.ts';
import { type Answered, type Decision, type DecisionContext, speak, type Understood } from './decision.ts';
import { continued, inherited, isEllipsis } from './ellipsis.ts';
import { identify } from './identification.ts';
import { identified } from './identified.ts';
import { isRegular, paysOthers } from './move-money.ts';
import { sentences } from './naming.ts';
import { operationValuesIn } from './operation-values.ts';
import { paymentReferredTo } from './references.ts';
import { asksOfOthers } from './restrictions.ts';
import { joinSlots, type Slots } from './slots.ts';
import { beyond, start } from './start.ts';
import { type DialogState, digitsOf, type Pending, type Request, without } from './state.ts';
import { isNarrowed, unexplainedIn } from './unexplained.ts';

/** The conversation about banking: what is asked, what is done, in which order. Pure, so that every run of a call goes the same way. */
export function decide(before: DialogState, heard: Understood, context: DecisionContext): Decision {
  const decision = decided(before, heard, context);
  const isLost = decision.kind === 'say' && decision.reply === context.say('unsure-alone');
  if (!isLost) return before.lost ? { ...decision, dialog: without(decision.dialog, 'lost') } : decision;
  const lost = (before.lost ?? 0) + 1;
  const dialog = { ...decision.dialog, lost };
  // The same words again help nobody: first what may be asked is named, then a person is offered.
  if (lost === 2) return speak(dialog, context.say('unsure-again'));
  return lost > 2 ? beyond(dialog, context, context.say('unsure-person')) : { ...decision, dialog };
}

function decided(before: DialogState, heard: Understood, context: DecisionContext): Decision {
  const { assistant, say } = context;
  const understood = withValues(before, withReference(before, heard), context);
  const dialog = identifiedEarly(before, understood);
  const { pending } = dialog;
  if (dialog !== before && tellsNumberOnly.test(understood.text)) return speak(dialog, say('number-taken'));
  const aside = asideOf(say, understood.text, {
    asked: pending !== undefined,
    wishes: understood.sure && assistant.isPersonal(understood.intent),
    told: dialog.topic !== undefined && assistant.kindOf(dialog.topic.intent) === 'query' && dialog.trust !== 'none',
  });
  if (aside) return besides(dialog, aside, context);
  const answered = answer(dialog, understood, context);
  return answered.kind === 'anew' ? fresh(answered.dialog, answered.understood, context) : answered;
}

/** What was asked is answered, or something else is said. */
function answer(dialog: DialogState, understood: Understood, context: DecisionContext): Answered {
  const { pending } = dialog;
  switch (pending?.kind) {
    case 'identify':
      return identified(dialog, pending, understood, context);
    case 'confirm':
      return confirmed(dialog, pending, understood, context);
    case 'slot':
      return filled(dialog, pending, understood, context);
    case 'choice':
      return chosen(dialog, pending, understood, context);
    case 'offer':
      return offered(dialog, pending, understood, context);
    default:
      return { kind: 'anew', dialog, understood };
  }
}

const tellsNumberOnly = new RegExp(
  String.raw`^\W*(?:(?:hi|hello|yes|well|and|good (?:morning|afternoon|evening))\W+)*(?:(?:my|the)\s+)?${customerNumberName}(?:\s+(?:is|was|it's))?\W*hidden\W*$`,
  'i',
);

/** "The second one" is a payment that was told. */
function withReference({ told, pending }: DialogState, understood: Understood): Understood {
  const transactionId = paymentReferredTo(understood.text, told);
  // Where none was told, the latest is one nevertheless.
  const latest =
    pending?.kind === 'slot' && pending.need === 'payment' && /\b(?:last|latest|most recent|newest)\b/i.test(understood.text);
  if (!transactionId && latest) return { ...understood, slots: { ...understood.slots, howMany: 1 } };
  return transactionId ? { ...understood, slots: { ...understood.slots, transactionId } } : understood;
}

/** With the values of the operation that is being talked about, or that is asked for. */
function withValues({ pending }: DialogState, understood: Understood, { assistant }: DecisionContext): Understood {
  const current = pending && 'request' in pending && pending.kind !== 'identify' ? pending.request.intent : understood.intent;
  const { operation } = assistant.intent(current);
  if (!operation) return understood;
  const asked = pending?.kind === 'slot' ? pending.value : undefined;
  const values = operationValuesIn(operation, understood.text, understood.slots, asked);
  return values ? { ...understood, slots: { ...understood.slots, values } } : understood;
}

/** A customer number that was told before it was asked for. */
function identifiedEarly(dialog: DialogState, { digits }: Understood): DialogState {
  const asked = dialog.pending?.kind === 'identify';
  const told = digits?.count === digitsOf['customer-number'] && dialog.trust === 'none' && !dialog.locked;
  return told && !asked ? { ...dialog, customerNumber: digits.sealed } : dialog;
}

/** What was being asked stays open. */
function besides(dialog: DialogState, { reply, needsPerson, waits }: Aside, context: DecisionContext): Decision {
  if (needsPerson) {
    return context.canTransfer ? speak(dialog, sentences(reply, context.say('transfer')), 'transfer') : speak(dialog, reply);
  }
  return speak(dialog, dialog.pending && !waits ? sentences(reply, questionOf(dialog.pending, context)) : reply);
}

/** What the bot waits to hear, asked once more. */
function questionOf(pending: Pending, { assistant, say }: DecisionContext): string {
  if (pending.kind === 'identify') return identify.ask(say, pending.need);
  if (pending.kind === 'choice') {
    const [first = '', second = ''] = pending.options.map((name) => assistant.intent(name).says);
    return say('unsure', { first, second });
  }
  return pending.question;
}

const takesLeave =
  /\b(?:bye|goodbye|all|it|everything|nothing|no more|nice|good|great|lovely|see you|hang up|end|done|finished|later|cheers|ciao|take care|thanks?|farewell|leave)\b/i;
const takesBack = /\b(?:cancel|undo|reverse|revoke|stop|(?:take|call|get) (?:it|that|this) back)\b/i;
/** Not to hear it again, but to have it done again. */
const doesAgain =
  /\b(?:do|make|send|move|transfer|pay|book|order)\s+(?:it|that|this|the same|the same thing|another(?: one)?|one more)?\s*(?:again|once more|one more time|another time|a second time)\b|\b(?:the same|another)\s+(?:transfer|order|payment)(?:\s+again)?\b/i;

/** Something that the caller says by themself. */
function fresh(dialog: DialogState, understood: Understood, context: DecisionContext): Decision {
  const { text, intent, sure, slots, lastReply } = understood;
  const { assistant, say } = context;
  const { topic } = dialog;
  const { does, reply = [] } = assistant.intent(intent);
  const didBefore = topic && assistant.kindOf(topic.intent) === 'action';
  // An order that was done is not read out as if it were done twice: it is a new one, with a confirmation of its own.
  if (didBefore && doesAgain.test(text)) {
    return start(dialog, { intent: topic.intent, slots: joinSlots(topic.slots, slots) }, context);
  }
  const goneOn = topic && continued(assistant, topic, understood);
  if (goneOn) return start(dialog, accounted(goneOn, understood, context), context);
  if (assistant.isPersonal(intent) && asksOfOthers(text)) return speak(dialog, say('others-matter'));
  if (does === 'move-money' && paysOthers(text)) return beyond(dialog, context, say('own-accounts-only'));
  if (does === 'move-money' && isRegular(text)) return beyond(dialog, context);
  if (!sure) return unsure(dialog, understood, context);
  switch (does) {
    case 'article':
      return { kind: 'knowledge', dialog };
    case 'person':
      return context.canTransfer ? speak(dialog, say('transfer'), 'transfer') : speak(dialog, say('transfer-failed'));
    case 'end':
      // A call that is ended by mistake is lost.
      return takesLeave.test(text) ? speak(dialog, say('goodbye'), 'end') : speak(dialog, say('unsure-alone'));
    case 'decline':
      return outside(dialog, text, context);
    case 'colleague':
      return beyond(dialog, context);
    case 'repeat':
      return speak(dialog, lastReply ?? say('repeat-nothing'));
    case 'cancel':
      // What was done is not taken back by saying so.
      if (didBefore && takesBack.test(text)) return beyond(dialog, context);
      return speak(dialog, say('anything-else'));
    case 'agree':
    case 'refuse':
      return speak(dialog, say('anything-else'));
    case 'say':
      return speak(dialog, oneOf(reply, text) ?? say('unsure-alone'));
    case 'chat':
      return { kind: 'think', dialog, instead: oneOf(reply, text) ?? say('anything-else') };
    default: {
      const plainly = saysPlainly(does, understood);
      const named = plainly && assistant.doing(plainly)?.name;
      const request = { intent: named ?? intent, slots: inherited(topic, understood) };
      return start(dialog, accounted(request, understood, context), context);
    }
  }
}

/** The same for the same words. */
const oneOf = (texts: readonly string[], seed: string): string | undefined => texts[seed.length % texts.length];

/** The router does not know, or cannot tell two things apart. */
function unsure(dialog: DialogState, understood: Understood, context: DecisionContext): Decision {
  const { text, intent, runnerUp, slots } = understood;
  const { assistant, say } = context;
  const first = assistant.intent(intent);
  const second = runnerUp === undefined ? undefined : assistant.intent(runnerUp);
  const either = (does: Behaviour) => first.does === does || second?.does === does;
  const asked = narrowedAlone([first, ...(second ? [second] : [])], slots);
  if (asked) {
    const plainly = saysPlainly(asked.does, understood);
    const named = (plainly && assistant.doing(plainly)) ?? asked;
    return start(dialog, accounted({ intent: named.name, slots }, understood, context), context);
  }
  // A single word is no question yet.
  if (either('article') && wordCount(text) > 1) return { kind: 'knowledge', dialog };
  const banking = assistant.isPersonal(intent);
  const other = second && (assistant.isPersonal(second.name) || second.does === 'person');
  if (banking && other) {
    const pending: Pending = { kind: 'choice', options: [intent, second.name], slots };
    return speak({ ...dialog, pending }, say('unsure', { first: first.says, second: second.says }));
  }
  if (banking || other) return speak(dialog, say('unsure-alone'));
  if (either('decline')) return outside(dialog, text, context);
  // A sound, or a word, that may mean anything.
  return first.does === 'chat' ? { kind: 'think', dialog, instead: say('unsure-alone') } : speak(dialog, say('unsure-alone'));
}

/**
 * Which of what may be meant is asked, where its restrictions tell: a merchant, a kind of shop or a bound belongs to payments, a kind of
 * account that nobody has to balances, and between the list and the sum of payments what is asked of them decides.
 */
function narrowedAlone(candidates: readonly AssistantIntent[], slots: Slots): AssistantIntent | undefined {
  const of = (...does: readonly Behaviour[]) => candidates.find((intent) => does.includes(intent.does));
  const { merchant, bounds, figure, kinds, otherAccount } = slots;
  if (otherAccount) return of('balances', 'payments', 'spending');
  const both = of('payments') && of('spending');
  if (both && figure) return of('spending');
  const asks = of('payments', 'spending');
  const rival = candidates.some(({ does, kind }) => kind === 'action' || does === 'transfers');
  return asks && !rival && (merchant ?? bounds ?? (both ? kinds : undefined)) ? asks : undefined;
}

/** What is no business of a bank; a few words may be anything. */
const outside = (dialog: DialogState, text: string, { say }: DecisionContext): Decision =>
  speak(dialog, isEllipsis(text) ? say('unsure-alone') : say('outside'));

/** With the words that nothing explains, which the answer then owns up to. */
function accounted({ intent, slots }: Request, { text, unread = [] }: Understood, { assistant }: DecisionContext): Request {
  if (!isNarrowed(assistant.does(intent))) return { intent, slots };
  const unexplained = [...new Set([...unexplainedIn(assistant, text, slots), ...unread])];
  return { intent, slots: unexplained.length > 0 ? { ...slots, unexplained } : slots };
}

const notMine =
  /\b(?:i|we) (?:do not|don['’]?t|did not|didn['’]?t|never) (?:know|recogni[sz]ed?|made?|authori[sz]ed?|bought|did)\b(?! (?:if|whether|how|what|when|where|who|why))|\b(?:not|n['’]t) (?:mine|me|by me|made by me)\b/i;

/**
 * What the words say plainly, where the router takes them for something near it: "what did I spend on petrol?" asks for a sum, not for a list, nor
 * for what is left; and who puts money into an account does not ask what is there.
 */
function saysPlainly(does: Behaviour, { text, slots }: Understood): Behaviour | undefined {
  if (does === 'balances' && slots.to && /\b(?:move|transfer|put|shift|send|save)\b/i.test(text)) return 'move-money';
  if (does === 'payments' && notMine.test(text)) return 'dispute';
  if (!/\bspen[dt]\b/i.test(text)) return undefined;
  if (does === 'balances') return /\b(?:balance|left|have|enough|can i|could i)\b/i.test(text) ? undefined : 'spending';
  const listed = /\b(?:payments?|transactions?|purchases?|where|what on)\b/i.test(text);
  const sums = !listed || (slots.merchant ?? slots.kinds ?? slots.purpose) !== undefined;
  return does === 'payments' && sums ? 'spending' : undefined;
}
