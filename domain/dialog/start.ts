import { type Decision, type DecisionContext, phraseOf, speak } from './decision.ts';
import { identify } from './identification.ts';
import { sentences } from './naming.ts';
import { type DialogState, type Pending, type Request, without } from './state.ts';

/** Takes up a request: who calls, may they, and then the bank. */
export function start(dialog: DialogState, request: Request, { assistant, say, canTransfer }: DecisionContext): Decision {
  const intent = assistant.intent(request.intent);
  const personal = assistant.isPersonal(request.intent);
  // One order takes the place of another.
  const topical = { ...(intent.kind === 'action' ? without(dialog, 'interrupted') : dialog), topic: request };
  if (personal && dialog.locked) {
    return canTransfer ? speak(dialog, sentences(say('locked'), say('transfer')), 'transfer') : speak(dialog, say('locked'));
  }
  if (personal && dialog.trust === 'none') {
    const need = dialog.customerNumber === undefined ? 'customer-number' : 'phone-pin';
    const pending: Pending = { kind: 'identify', need, request, asked: 1 };
    return speak({ ...topical, pending }, identify.ask(say, need));
  }
  if (intent.trust === 'stepped-up' && dialog.trust !== 'stepped-up') {
    const pending: Pending = { kind: 'identify', need: 'security-code', request, asked: 1 };
    return speak({ ...topical, pending }, identify.ask(say, 'security-code'));
  }
  // What an operation needs is asked for, whether it orders or only asks.
  const prepares = intent.kind === 'action' || intent.operation !== undefined;
  return { kind: 'bank', step: { kind: prepares ? 'prepare' : 'query', request }, dialog: topical };
}

/** What the bot cannot do, a person can. */
export function beyond(
  dialog: DialogState,
  { assistant, say, canTransfer }: DecisionContext,
  reply: string = say('beyond'),
): Decision {
  const person = assistant.doing('person');
  if (!canTransfer || !person) return speak(dialog, reply);
  const matter = { intent: person.name, text: phraseOf(assistant, person.name) };
  const pending: Pending = { kind: 'offer', matter, question: say('offer-person') };
  return speak({ ...dialog, pending }, sentences(reply, pending.question));
}
