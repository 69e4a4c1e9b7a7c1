import type { Behaviour } from '../assistant/behaviours.ts';
import { customerNumberName } from '../redact.ts';
import { wording } from '../wording.ts';
import { chosen, confirmed, filled, offered } from './answers.ts';
import { moreOfArticle } from './article-follow-up.ts';
import { type Aside, asideOf } from './asides.ts';
import { endsSubscription, speaksOfNoCard } from './card-words.ts';
import { type Answered, type Decision, type DecisionContext, speak, type Understood } from './decision.ts';
import { inherited, isBareValue } from './ellipsis.ts';
import { identify } from './identification.ts';
import { identified } from './identified.ts';
import { isRegular, paysOthers } from './move-money.ts';
import { sentences } from './naming.ts';
import { operationValuesIn } from './operation-values.ts';
import { isGeneral, saysPlainly, saysTakenTwice, troubleOnline, undoes } from './plainly.ts';
import { recordingWish } from './recording.ts';
import { paymentReferredTo, pointsAtMerchant } from './references.ts';
import { asksOfOthers } from './restrictions.ts';
import { beyond, start } from './start.ts';
import { type DialogState, digitsOf, type Pending, without } from './state.ts';
import { isOfPayments, ofTopic } from './topic.ts';
import { accounted } from './unexplained.ts';
import { outside, unsure } from './unsure.ts';

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
  const recording = recordingWish(understood.text);
  if (recording) return withRecording(dialog, recording, context);
  if (dialog !== before && tellsNumberOnly.test(understood.text)) return speak(dialog, say('number-taken'));
  const aside = asideOf(say, understood.text, {
    asked: pending !== undefined,
    wishes: understood.sure && assistant.isPersonal(understood.intent),
    told: dialog.topic !== undefined && assistant.kindOf(dialog.topic.intent) === 'query' && dialog.trust !== 'none',
  });
  if (aside) return besides(dialog, aside, context);
  const answered = answer(dialog, understood, context);
  if (answered.kind !== 'anew') return answered;
  const decision = fresh(answered.dialog, answered.understood, context);
  return moreOfArticle(answered.dialog, answered.understood, context, decision);
}

/** What was being asked stays open. */
function withRecording(before: DialogState, wish: 'off' | 'on', context: DecisionContext): Decision {
  const dialog: DialogState = wish === 'off' ? { ...before, unrecorded: true } : without(before, 'unrecorded');
  const reply = wish === 'off' ? wording.recordingStopped : wording.recordingResumed;
  return besides(dialog, { reply }, context);
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
function besides(dialog: DialogState, { reply, needsPerson, alone, waits }: Aside, context: DecisionContext): Decision {
  if (needsPerson) {
    if (context.canTransfer) return speak(dialog, sentences(reply, context.say('transfer')), 'transfer');
    return speak(dialog, alone ? sentences(reply, alone) : reply);
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
/** "I found it again" wants to hear nothing. */
const asksAgain =
  /\b(?:repeat|repeated|pardon|sa(?:y|id)|come again|once more|one more time|again please|hear|catch|caught|sorry|what|excuse me|louder|slower|slowly|speak|understand|understood)\b|^\W*again\W*$/i;
const takesBack = /\b(?:cancel|undo|reverse|revoke|stop|(?:take|call|get) (?:it|that|this) back)\b/i;
/** "Cancel it", of a payment. */
const takesThatBack =
  /\b(?:cancel|undo|reverse|revoke|stop)\s+(?:it|that|this|them|those)\b|\b(?:take|call|get|want|have) (?:it|that|this|(?:my|the) money) back\b/i;
/** Something that the caller says by themself. */
function fresh(before: DialogState, heard: Understood, context: DecisionContext): Decision {
  const { dialog, understood } = withMerchant(before, plainly(heard, context));
  const { text, intent, sure, slots, lastReply } = understood;
  const { assistant, say } = context;
  const { topic } = dialog;
  const { does, reply = [] } = assistant.intent(intent);
  const didBefore = topic && assistant.kindOf(topic.intent) === 'action';
  const goneOn = topic && ofTopic(dialog, topic, understood, context);
  if (goneOn) return goneOn;
  if (slots.transactionId === undefined && isBareValue(text)) return speak(dialog, say('unsure-alone'));
  if (assistant.isPersonal(intent) && asksOfOthers(text)) return speak(dialog, say('others-matter'));
  if (does === 'move-money' && paysOthers(text)) return beyond(dialog, context, say('own-accounts-only'));
  if (does === 'move-money' && isRegular(text)) return beyond(dialog, context);
  // An article may know what helps.
  if (troubleOnline(text)) return { kind: 'knowledge', dialog, otherwise: beyond(dialog, context) };
  const may = meant(understood, context);
  // An operation of the assistant's own may well undo.
  if (!may.includes('order') && may.some((behaviour) => undoes(behaviour, text))) return beyond(dialog, context);
  const isTalk = !sure || does === 'cancel';
  if (isTalk && topic && isOfPayments(assistant, topic) && takesThatBack.test(text)) return beyond(dialog, context);
  if (!sure && may.includes('block-card') && endsSubscription(text)) return beyond(dialog, context);
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
      return speak(dialog, asksAgain.test(text) ? (lastReply ?? say('repeat-nothing')) : say('unsure-alone'));
    case 'cancel':
      // What was done, or is paid, is not taken back by saying so.
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
      const request = accounted({ intent, slots: inherited(topic, understood) }, understood, context);
      const otherwise = start(dialog, request, context);
      if (assistant.kindOf(intent) !== 'query' || !isGeneral(understood)) return otherwise;
      // What holds for everybody is told to everybody; and "how much is a loan?" asks for no balance.
      const isOther = does === 'balances' && request.slots.unexplained !== undefined;
      return isOther ? { kind: 'knowledge', dialog } : { kind: 'knowledge', dialog, otherwise };
    }
  }
}

/** "How often was I there?", of the merchant that was told about: what else was asked of others is over. */
function withMerchant(dialog: DialogState, understood: Understood): { dialog: DialogState; understood: Understood } {
  const { topic, merchant } = dialog;
  const { text, slots } = understood;
  const named = slots.merchant ?? slots.kinds ?? slots.purpose ?? topic?.slots.merchant;
  if (!topic || merchant === undefined || named !== undefined || !pointsAtMerchant(text)) return { dialog, understood };
  const of = without(topic.slots, 'figure', 'howMany', 'transactionId', 'bounds', 'amountMinor', 'unexplained');
  return {
    dialog: { ...dialog, topic: { ...topic, slots: of } },
    understood: { ...understood, slots: { ...slots, merchant } },
  };
}

/** With the intent that the words name plainly. */
function plainly(understood: Understood, context: DecisionContext): Understood {
  const { assistant } = context;
  const { intent, sure } = understood;
  const dispute = assistant.doing('dispute');
  const may = meant(understood, context).some((does) => does === 'payments' || does === 'spending');
  if (dispute && may && saysTakenTwice(understood.text)) return { ...understood, intent: dispute.name, sure: true };
  if (sure && speaksOfNoCard(assistant.does(intent), understood.text)) return { ...understood, sure: false };
  const spending = understood.slots.figure === 'top-kind' ? assistant.doing('spending') : undefined;
  if (!sure && spending) return { ...understood, intent: spending.name, sure: true };
  const named = sure && saysPlainly(assistant.does(intent), understood);
  return { ...understood, intent: (named && assistant.doing(named)?.name) || intent };
}

/** What may be meant. */
const meant = ({ intent, sure, runnerUp }: Understood, { assistant }: DecisionContext): readonly Behaviour[] =>
  [intent, ...(sure || runnerUp === undefined ? [] : [runnerUp])].map((name) => assistant.does(name));

/** The same for the same words. */
const oneOf = (texts: readonly string[], seed: string): string | undefined => texts[seed.length % texts.length];
