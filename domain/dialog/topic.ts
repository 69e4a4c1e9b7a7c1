import type { Assistant } from '../assistant/assistant.ts';
import type { Behaviour } from '../assistant/behaviours.ts';
import { blocksThat } from './card-words.ts';
import type { Decision, DecisionContext, Understood } from './decision.ts';
import { continued, inherited, isBareValue } from './ellipsis.ts';
import { movesEnough } from './enough.ts';
import { movedBack } from './move-money.ts';
import { joinSlots } from './slots.ts';
import { beyond, start } from './start.ts';
import type { DialogState, Request } from './state.ts';
import { accounted } from './unexplained.ts';

/** Not to hear it again, but to have it done again. */
const doesAgain =
  /\b(?:do|make|send|move|transfer|pay|book|order)\s+(?:it|that|this|the same|the same thing|another(?: one)?|one more)?\s*(?:again|once more|one more time|another time|a second time)\b|\b(?:the same|another)\s+(?:transfer|order|payment)(?:\s+again)?\b/i;

const makesIt = /^.*\b(?:make (?:it|that)|change (?:it|that) to|i meant)\b/i;
/** "Actually, make that four", once it was done. */
const amendsDone = (text: string): boolean => makesIt.test(text) && isBareValue(text.replace(makesIt, ''));

const ofPayments = new Set<Behaviour>(['payments', 'spending', 'transfers']);
export const isOfPayments = (assistant: Assistant, { intent }: Request): boolean => ofPayments.has(assistant.does(intent));

/** What is done where the caller goes on with what was talked about; undefined where they begin anew. */
export function ofTopic(
  dialog: DialogState,
  topic: Request,
  understood: Understood,
  context: DecisionContext,
): Decision | undefined {
  const { assistant } = context;
  const order = assistant.kindOf(topic.intent) === 'action' ? afterOrder(dialog, topic, understood, context) : undefined;
  if (order) return order;
  const next = following(dialog, topic, understood, context);
  return next && start(dialog, next, context);
}

/** What was done is done once more, or back, as a new order with a confirmation of its own; else it stays as it is. */
function afterOrder(
  dialog: DialogState,
  topic: Request,
  { text, slots }: Understood,
  context: DecisionContext,
): Decision | undefined {
  const { intent } = topic;
  if (doesAgain.test(text)) return start(dialog, { intent, slots: joinSlots(topic.slots, slots) }, context);
  const back = context.assistant.does(intent) === 'move-money' ? movedBack(topic.slots, text) : undefined;
  if (back) return start(dialog, { intent, slots: back }, context);
  return amendsDone(text) ? beyond(dialog, context) : undefined;
}

/** The request that follows from what was talked about. */
function following({ told }: DialogState, topic: Request, understood: Understood, context: DecisionContext): Request | undefined {
  const { text, intent, sure, slots } = understood;
  const { assistant } = context;
  const blocking = assistant.does(topic.intent) === 'cards' && blocksThat(text) ? assistant.doing('block-card') : undefined;
  if (blocking) return { intent: blocking.name, slots: joinSlots(topic.slots, slots) };
  const moving = movesEnough(assistant, topic, text);
  if (moving) return { intent: moving.name, slots: inherited(topic, understood) };
  // "The third one, what was it?"
  const { transactionId } = slots;
  const mayPoint = isOfPayments(assistant, topic) && !(sure && assistant.isPersonal(intent));
  const payments = mayPoint && transactionId !== undefined ? assistant.doing('payments') : undefined;
  if (payments && transactionId !== undefined) return { intent: payments.name, slots: { transactionId } };
  const goneOn = continued(assistant, topic, understood, told);
  return goneOn && accounted(goneOn, understood, context);
}
