import type { Assistant } from '../assistant/assistant.ts';
import type { AssistantIntent } from '../assistant/intent.ts';
import { wordCount } from '../language/words.ts';
import type { Understood } from './decision.ts';
import type { Slots } from './slots.ts';
import { type Request, without } from './state.ts';

/** "And if I take it from savings?" */
const supposes = /^\W*(?:(?:and|but|or|so|what|ok|okay|well)\W+)*if (?:i|we)\b/i;

/** What was asked of one balance, of another one: nothing is moved for a question. */
export function supposed(
  assistant: Assistant,
  { intent, slots: before }: Request,
  { text, slots }: Understood,
): Request | undefined {
  if (assistant.does(intent) !== 'balances' || before.amountMinor === undefined || !supposes.test(text)) return undefined;
  const account = slots.from ?? slots.account;
  return { intent, slots: { ...without(before, 'unexplained'), ...(account ? { account } : {}), ...amountOf(slots) } };
}

const amountOf = ({ amountMinor }: Slots): Slots => (amountMinor === undefined ? {} : { amountMinor });

/** "Ok, move it then", once it was told whether there is enough. */
const movesThat = /\b(?:move|transfer|put|take|send|shift) (?:it|that|this)\b/i;
const mostWordsOfMove = 6;

/** The order that follows from "is there enough for it?", where the caller gives it in few words. */
export const movesEnough = (assistant: Assistant, { intent, slots }: Request, text: string): AssistantIntent | undefined =>
  assistant.does(intent) === 'balances' &&
  slots.amountMinor !== undefined &&
  movesThat.test(text) &&
  !supposes.test(text) &&
  wordCount(text) <= mostWordsOfMove
    ? assistant.doing('move-money')
    : undefined;

/** What is moved by "move it": the amount that was asked about, out of the account that has enough. */
export function amountOfThat({ slots: before }: Request, text: string, slots: Slots): Slots | undefined {
  const { amountMinor, account } = before;
  if (amountMinor === undefined || !movesThat.test(text) || slots.amountMinor !== undefined || slots.share) return undefined;
  return { ...slots, amountMinor, ...(account === 'savings' && !slots.from && !slots.to ? { from: account } : {}) };
}
