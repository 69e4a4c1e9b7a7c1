import type { Account, AccountKind, Card, Outcome } from '../bank/bank.ts';
import { moneyText } from '../bank/money.ts';
import { type Day, spokenDay, writtenDay } from '../language/dates.ts';
import { spokenTime } from '../language/times.ts';
import type { FactualReply, Reads } from './factual-reply.ts';
import { endsOf } from './move-money.ts';
import { accountName, cardName, kindNames, kindOrder, list } from './naming.ts';
import { paymentReply, transactionText } from './payment-replies.ts';
import { filterText, otherCurrency, readPayments, unknownPerson } from './payments.ts';
import type { Slots } from './slots.ts';
import type { Action, Needed, Request } from './state.ts';
import { unexplainedText } from './unexplained.ts';

/** A reply, or an order to confirm, or what is still to be asked. */
export type Prepared =
  | ({ readonly kind: 'reply' } & FactualReply)
  | ({ readonly kind: 'confirm'; readonly action: Action } & FactualReply)
  | ({ readonly kind: 'ask'; readonly need: Needed } & FactualReply);

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

const matching = (cards: readonly Card[], { card, lastFour }: Slots) =>
  cards.filter((one) => (!card || one.kind === card) && (!lastFour || one.lastFour === lastFour));

/** Finds out what an order means, and asks for confirmation or for what is missing. */
export async function prepareOrder(bank: Reads, customerId: string, request: Request, today: Day): Promise<Prepared> {
  switch (request.intent) {
    case 'card-block':
      return prepareBlock(bank, customerId, request.slots);
    case 'move-money':
      return prepareMove(bank, customerId, request.slots);
    case 'dispute':
      return prepareDispute(bank, customerId, request.slots, today);
    default:
      return prepareCallBack(request.slots, today);
  }
}

async function prepareBlock(bank: Reads, customerId: string, slots: Slots): Promise<Prepared> {
  const active = (await bank.cards(customerId)).filter(({ status }) => status === 'active');
  const named = matching(active, slots);
  const candidates = named.length > 0 ? named : active;
  const names = candidates.map(cardName);
  if (candidates.length === 0) return { kind: 'reply', reply: fixedReplies.noActiveCard, facts: [] };
  const [card] = candidates;
  if (candidates.length > 1 || !card) {
    const reply = `Which card do you mean: the ${list(names, 'or the')}?`;
    return { kind: 'ask', need: 'card', reply, facts: names };
  }
  const missing = slots.card && card.kind !== slots.card ? `I find no active ${slots.card} card. ` : '';
  const reply = `${missing}Shall I block your ${cardName(card)}?`;
  const action = { kind: 'card-block', cardId: card.id, card: card.kind, lastFour: card.lastFour } as const;
  return { kind: 'confirm', action, reply, facts: names };
}

async function prepareMove(bank: Reads, customerId: string, slots: Slots): Promise<Prepared> {
  const all = await bank.accounts(customerId);
  const of = (kind: AccountKind | undefined) => all.find((one) => one.kind === kind);
  const { amountEither, share } = slots;
  const { from, to } = endsOf(slots);
  const [fromAccount, toAccount] = [of(from), of(to)];
  if (!fromAccount || !toAccount || fromAccount === toAccount) {
    const names = list(all.map(accountName));
    const reply = `From which account to which account? You have a ${names}.`;
    return { kind: 'ask', need: 'accounts', reply, facts: [names] };
  }
  if (amountEither) {
    const [first, second] = amountEither.map((minor) => moneyText({ minor, currency: fromAccount.available.currency }));
    return { kind: 'ask', need: 'amount', reply: `Is that ${first}, or ${second}?`, facts: [first ?? '', second ?? ''] };
  }
  const amountMinor = slots.amountMinor ?? (share && Math.floor(fromAccount.available.minor * share));
  if (amountMinor === undefined) {
    const reply = `How much shall I move from your ${accountName(fromAccount)} to your ${accountName(toAccount)}?`;
    return { kind: 'ask', need: 'amount', reply, facts: [accountName(fromAccount), accountName(toAccount)] };
  }
  const available = moneyText(fromAccount.available);
  if (fromAccount.kind === 'credit' || fromAccount.available.minor < amountMinor || amountMinor <= 0) {
    const reply = `There are only ${available} available in your ${accountName(fromAccount)}. How much shall I move?`;
    return { kind: 'ask', need: 'amount', reply, facts: [available, accountName(fromAccount)] };
  }
  const amount = { minor: amountMinor, currency: fromAccount.available.currency };
  const text = moneyText(amount);
  const [fromName, toName] = [accountName(fromAccount), accountName(toAccount)];
  return {
    kind: 'confirm',
    action: { kind: 'move-money', fromId: fromAccount.id, toId: toAccount.id, from: fromName, to: toName, amount },
    reply: `Shall I move ${text} from your ${fromName} to your ${toName}?`,
    facts: [text, fromName, toName],
  };
}

async function prepareDispute(bank: Reads, customerId: string, slots: Slots, today: Day): Promise<Prepared> {
  const { merchant, amountMinor, days, transactionId, kinds } = slots;
  if (!merchant && amountMinor === undefined && !days && !transactionId && !kinds) {
    return {
      kind: 'ask',
      need: 'payment',
      reply: fixedReplies.whichPayment,
      facts: [],
    };
  }
  const { found: all } = await readPayments(
    bank,
    customerId,
    transactionId ? { direction: 'out' } : { merchant, amountMinor, days, kinds, direction: 'out' },
    today,
  );
  const found = transactionId ? all.find(({ id }) => id === transactionId) : all[0];
  if (!found) {
    const where = filterText(slots, today);
    const reply = `I find no such payment${where ? ` ${where}` : ''}. Tell me the merchant, the amount or the day.`;
    return { kind: 'ask', need: 'payment', reply, facts: [where] };
  }
  const payment = transactionText({ ...found, status: 'booked' }, today);
  const reply = `I find a payment of ${payment}. Shall I report it as not yours?`;
  return { kind: 'confirm', action: { kind: 'dispute', transactionId: found.id, payment }, reply, facts: [payment] };
}

function prepareCallBack(slots: Slots, today: Day): Prepared {
  const { day, time } = slots;
  if (!day || !time) {
    const spoken = day
      ? `At what time ${spokenDay(day, today) === 'tomorrow' ? 'tomorrow' : `on ${writtenDay(day, today)}`}`
      : 'On which day and at what time';
    return { kind: 'ask', need: 'when', reply: `${spoken} shall a colleague call you?`, facts: [spoken] };
  }
  const spokenAt = `${writtenDay(day, today)} at ${spokenTime(time)}`;
  const action = { kind: 'call-back', at: `${day}T${time}`, spokenAt, topic: 'requested by telephone' } as const;
  return { kind: 'confirm', action, reply: `Shall I book a call-back for ${spokenAt}?`, facts: [spokenAt] };
}

/** What the bank says has become of an order. */
export function readBack(action: Action, outcome: Outcome | undefined): FactualReply {
  if (outcome?.kind === 'card' && outcome.card.status === 'blocked') {
    const name = cardName(outcome.card);
    return { reply: `Done. Your ${name} is blocked.`, facts: [name] };
  }
  if (outcome?.kind === 'movement') {
    const { amount, from, to } = outcome.movement;
    const facts = [moneyText(amount), accountName(from), accountName(to), moneyText(from.available), moneyText(to.balance)];
    const [moved, source, target, left, now] = facts;
    return {
      reply: `Done. I moved ${moved} from your ${source} to your ${target}. There are ${left} left in the first and ${now} in the second.`,
      facts,
    };
  }
  if (outcome?.kind === 'dispute' && action.kind === 'dispute') {
    const { reference } = outcome.dispute;
    return {
      reply: `I have reported the payment of ${action.payment}. Your reference is ${reference}. A colleague will look into it.`,
      facts: [action.payment, reference],
    };
  }
  if (outcome?.kind === 'call-back' && action.kind === 'call-back') {
    return { reply: `Done. A colleague will call you on ${action.spokenAt}.`, facts: [action.spokenAt] };
  }
  return { reply: fixedReplies.outcomeUnknown, facts: [] };
}
