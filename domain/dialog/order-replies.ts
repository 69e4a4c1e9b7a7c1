import type { AccountKind, Outcome } from '../bank/bank.ts';
import { moneyText } from '../bank/money.ts';
import { type Day, spokenDay, writtenDay } from '../language/dates.ts';
import { spokenTime } from '../language/times.ts';
import { fixedReplies, matching } from './bank-replies.ts';
import type { FactualReply, Reads } from './factual-reply.ts';
import { endsOf } from './move-money.ts';
import { accountName, cardName, list } from './naming.ts';
import { transactionText } from './payment-replies.ts';
import { filterText, readPayments } from './payments.ts';
import type { Slots } from './slots.ts';
import type { Action, Needed, OpenMatter, Request } from './state.ts';

/** A reply, or an order to confirm, or what is still to be asked. */
export type Prepared =
  | ({ readonly kind: 'reply' } & FactualReply)
  | ({
      readonly kind: 'confirm';
      readonly action: Action /** To be done after it. */;
      readonly further?: OpenMatter;
    } & FactualReply)
  | ({ readonly kind: 'ask'; readonly need: Needed } & FactualReply);

/** Finds out what an order means, and asks for confirmation or for what is missing. */
export async function prepareOrder(bank: Reads, customerId: string, request: Request, today: Day): Promise<Prepared> {
  switch (request.intent) {
    case 'card-block':
      return prepareBlock(bank, customerId, request.slots);
    case 'move-money':
      return prepareMove(bank, customerId, request.slots, today);
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
  const missing = named.length > 0 ? '' : `I find no active ${slots.card ? `${slots.card} ` : ''}card like that. `;
  if (!card || (candidates.length > 1 && !slots.all)) {
    const reply = `${missing}Which card do you mean: the ${list(names, 'or the')}?`;
    return { kind: 'ask', need: 'card', reply, facts: names };
  }
  const next = candidates[1];
  const opening = next ? 'One after the other. ' : missing;
  const reply = `${opening}Shall I block your ${cardName(card)}?`;
  const action = { kind: 'card-block', cardId: card.id, card: card.kind, lastFour: card.lastFour } as const;
  const further = next && ({ intent: 'card-block', text: `Block my ${cardName(next)}.` } as const);
  return { kind: 'confirm', action, reply, facts: names, ...(further ? { further } : {}) };
}

async function prepareMove(bank: Reads, customerId: string, slots: Slots, today: Day): Promise<Prepared> {
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
  if (fromAccount.kind === 'credit') {
    const reply = `I cannot move money out of your ${accountName(fromAccount)}. From which account shall I take it?`;
    return { kind: 'ask', need: 'accounts', reply, facts: [accountName(fromAccount)] };
  }
  if (!amountMinor) {
    const reply = `How much shall I move from your ${accountName(fromAccount)} to your ${accountName(toAccount)}?`;
    return { kind: 'ask', need: 'amount', reply, facts: [accountName(fromAccount), accountName(toAccount)] };
  }
  const available = moneyText(fromAccount.available);
  if (fromAccount.available.minor < amountMinor) {
    const reply = `There are only ${available} available in your ${accountName(fromAccount)}. How much shall I move?`;
    return { kind: 'ask', need: 'amount', reply, facts: [available, accountName(fromAccount)] };
  }
  const amount = { minor: amountMinor, currency: fromAccount.available.currency };
  const text = moneyText(amount);
  const [fromName, toName] = [accountName(fromAccount), accountName(toAccount)];
  return {
    kind: 'confirm',
    action: { kind: 'move-money', fromId: fromAccount.id, toId: toAccount.id, from: fromName, to: toName, amount },
    reply: `${slots.day && slots.day > today ? 'I can only move it right away. ' : ''}Shall I move ${text} from your ${fromName} to your ${toName}?`,
    facts: [text, fromName, toName],
  };
}

/** More are not kept in mind. */
const mostOffered = 3;

async function prepareDispute(bank: Reads, customerId: string, slots: Slots, today: Day): Promise<Prepared> {
  const { merchant, amountMinor, bounds, days, transactionId, kinds } = slots;
  if (!merchant && amountMinor === undefined && !bounds && !days && !transactionId && !kinds) {
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
    transactionId ? { direction: 'out' } : { merchant, amountMinor, bounds, days, kinds, direction: 'out' },
    today,
  );
  const found = transactionId ? all.find(({ id }) => id === transactionId) : all[0];
  if (!found) {
    const where = filterText(slots, today);
    const reply = `I find no such payment${where ? ` ${where}` : ''}. Tell me the merchant, the amount or the day.`;
    return { kind: 'ask', need: 'payment', reply, facts: [where] };
  }
  // A day or a kind of shop alone may be several payments.
  if (!transactionId && all.length > 1 && !merchant && amountMinor === undefined) {
    const shown = all.slice(0, mostOffered);
    const items = shown.map((one) => transactionText({ ...one, status: 'booked' }, today));
    const reply = `Which one is it: ${list(items, 'or')}?`;
    return { kind: 'ask', need: 'payment', reply, facts: items, told: shown.map(({ id }) => id) };
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
