import type { Account, Card } from '../bank/bank.ts';
import { moneyText } from '../bank/money.ts';
import { type Day, writtenDay } from '../language/dates.ts';
import type { FactualReply, Reads } from './factual-reply.ts';
import { accountName, cardName, kindNames, kindOrder, list } from './naming.ts';
import { paymentReply } from './payment-replies.ts';
import { otherCurrency, unknownPerson } from './payments.ts';
import type { Slots } from './slots.ts';
import type { Request } from './state.ts';
import { unexplainedText } from './unexplained.ts';

/** Replies without anything of the caller's. */
export const fixedReplies = {
  noTransfer: 'I find no such transfer in the last 90 days.',
  noCard: 'I find no such card.',
  noActiveCard: 'You have no active card that I could block.',
  whichPayment: 'Which payment is it? Tell me the merchant, the amount or the day.',
  outcomeUnknown: 'I could not find out whether that was done. Please ask a colleague before you try again.',
} as const;

/** Answers to questions about the caller's own money. Every number in them comes from the bank. */
export async function answerQuery(bank: Reads, customerId: string, request: Request, today: Day): Promise<FactualReply> {
  const { slots } = request;
  if (slots.otherAccount) return noAccount(await bank.accounts(customerId), slots.otherAccount);
  switch (request.intent) {
    case 'transactions':
    case 'spending':
      return paymentReply(bank, customerId, request, today);
    case 'transfer-status':
      return transferStatus(bank, customerId, slots, today);
    case 'card-status':
      return cardStatus(bank, customerId, slots);
    default:
      return balances(bank, customerId, slots, today);
  }
}

async function balances(
  bank: Reads,
  customerId: string,
  { account, lastFour, currency, amountMinor, bounds, days, unexplained }: Slots,
  today: Day,
): Promise<FactualReply> {
  const all = [...(await bank.accounts(customerId))].sort((a, b) => kindOrder.indexOf(a.kind) - kindOrder.indexOf(b.kind));
  const asked = all.filter((one) => (!account || one.kind === account) && (!lastFour || one.lastFour === lastFour));
  if (asked.length === 0) return noAccount(all);
  const sentences = asked.map((one) => {
    const { balance, available } = one;
    if (one.kind === 'credit') {
      return balance.minor < 0
        ? `On your ${accountName(one)} you owe ${moneyText({ ...balance, minor: -balance.minor })}.`
        : `On your ${accountName(one)} you owe nothing.`;
    }
    const aside = available.minor === balance.minor ? '' : `, of which ${moneyText(available)} are available`;
    return `The balance of your ${accountName(one)} is ${moneyText(balance)}${aside}.`;
  });
  const [first] = asked;
  const opening =
    unexplainedText({ unexplained }) +
    (days && days.from !== today ? 'I can only tell you the balance of today. ' : '') +
    otherCurrency(currency, first?.balance.currency) +
    (first ? enoughText(first, amountMinor ?? bounds?.overMinor) : '');
  return { reply: `${opening}${sentences.join(' ')}`, facts: [opening, ...sentences] };
}

/** Whether an account holds what the caller wants to pay; with a blank at its end, or empty. */
function enoughText(account: Account, amountMinor: number | undefined): string {
  if (amountMinor === undefined || account.kind === 'credit') return '';
  const { available } = account;
  const enough = available.minor >= amountMinor ? 'enough' : 'not enough';
  return `There is ${enough} in your ${kindNames[account.kind]} for ${moneyText({ ...available, minor: amountMinor })}. `;
}

function noAccount(all: readonly Account[], asked = 'such account'): FactualReply {
  const names = list(all.map(accountName));
  return { reply: `I find no ${asked} of yours. You have a ${names}.`, facts: [names, asked] };
}

async function transferStatus(bank: Reads, customerId: string, slots: Slots, today: Day): Promise<FactualReply> {
  const { amountMinor, merchant, person } = slots;
  const all = await bank.transfers(customerId);
  const asked = all.filter(
    ({ amount, party }) =>
      (amountMinor === undefined || Math.abs(amount.minor) === amountMinor) &&
      (!merchant || party.toLowerCase().includes(merchant.toLowerCase())),
  );
  const open = asked.filter(({ status }) => status !== 'completed');
  const shown = (open.length > 0 ? open : asked).slice(0, 2);
  if (shown.length === 0) return { reply: fixedReplies.noTransfer, facts: ['90'] };
  const sentences = shown.map(({ amount, party, day, status, expected }) => {
    const what = `Your transfer of ${moneyText(amount)} to ${party} from ${writtenDay(day, today)}`;
    if (status === 'completed') return `${what} was completed.`;
    if (status === 'rejected') return `${what} was rejected, and the money is back in your account.`;
    return `${what} is pending.${expected ? ` It should arrive by ${writtenDay(expected, today)}.` : ''}`;
  });
  const opening = person && !merchant ? unknownPerson(person) : '';
  return { reply: `${opening}${sentences.join(' ')}`, facts: [opening, ...sentences] };
}

async function cardStatus(bank: Reads, customerId: string, slots: Slots): Promise<FactualReply> {
  const cards = matching(await bank.cards(customerId), slots);
  if (cards.length === 0) return { reply: fixedReplies.noCard, facts: [] };
  const state = { active: 'is active', blocked: 'is blocked', ordered: 'is on its way to you' } as const;
  const sentences = cards.map((card) => `Your ${cardName(card)} ${state[card.status]}.`);
  return { reply: sentences.join(' '), facts: sentences };
}

export const matching = (cards: readonly Card[], { card, lastFour }: Slots) =>
  cards.filter((one) => (!card || one.kind === card) && (!lastFour || one.lastFour === lastFour));
