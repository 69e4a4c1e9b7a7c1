import type { AssistantIntent } from '../assistant/intent.ts';
import type { Say } from '../assistant/wording-keys.ts';
import type { AccountKind, Outcome } from '../bank/bank.ts';
import { moneyText } from '../bank/money.ts';
import { spokenDay, writtenDay } from '../language/dates.ts';
import { spokenTime } from '../language/times.ts';
import { matching } from './bank-replies.ts';
import type { Enquiry, FactualReply } from './factual-reply.ts';
import { endsOf } from './move-money.ts';
import { accountName, cardName, list, sentences } from './naming.ts';
import { prepareOperation } from './operation-replies.ts';
import { transactionText } from './payment-replies.ts';
import { filterText, readPayments } from './payments.ts';
import type { Slots } from './slots.ts';
import type { Action, Needed, OpenMatter } from './state.ts';

/** A reply, or an order to confirm, or what is still to be asked. */
export type Prepared =
  | ({ readonly kind: 'reply' } & FactualReply)
  | ({
      readonly kind: 'confirm';
      readonly action: Action /** To be done after it. */;
      readonly further?: OpenMatter;
    } & FactualReply)
  | ({ readonly kind: 'ask'; readonly need: Needed /** Of an operation. */; readonly value?: string } & FactualReply);

/** Finds out what an order means, and asks for confirmation or for what is missing. */
export async function prepareOrder(enquiry: Enquiry, intent: AssistantIntent, slots: Slots): Promise<Prepared> {
  switch (intent.does) {
    case 'block-card':
      return prepareBlock(enquiry, intent.name, slots);
    case 'move-money':
      return prepareMove(enquiry, slots);
    case 'dispute':
      return prepareDispute(enquiry, slots);
    case 'call-back':
      return prepareCallBack(enquiry, slots);
    default:
      return prepareOperation(enquiry, intent, slots);
  }
}

async function prepareBlock({ bank, customerId, say }: Enquiry, intent: string, slots: Slots): Promise<Prepared> {
  const active = (await bank.cards(customerId)).filter(({ status }) => status === 'active');
  const named = matching(active, slots);
  const candidates = named.length > 0 ? named : active;
  const names = candidates.map((card) => cardName(say, card));
  if (candidates.length === 0) return { kind: 'reply', reply: say('no-active-card'), facts: [] };
  const [card] = candidates;
  const missing = named.length > 0 ? '' : say('no-card-like-that');
  if (!card || (candidates.length > 1 && !slots.all)) {
    const reply = sentences(missing, say('which-card', { cards: list(names, 'or the') }));
    return { kind: 'ask', need: 'card', reply, facts: names };
  }
  const next = candidates[1];
  const reply = sentences(next ? say('one-after-the-other') : missing, say('block-card', { card: cardName(say, card) }));
  const action = { kind: 'card-block', cardId: card.id, card: card.kind, lastFour: card.lastFour } as const;
  const further = next && { intent, text: `Block my ${next.kind} card ending in ${next.lastFour}.` };
  return { kind: 'confirm', action, reply, facts: names, ...(further ? { further } : {}) };
}

async function prepareMove({ bank, customerId, say, today }: Enquiry, slots: Slots): Promise<Prepared> {
  const all = await bank.accounts(customerId);
  const of = (kind: AccountKind | undefined) => all.find((one) => one.kind === kind);
  const { amountEither, share } = slots;
  const ends = endsOf(slots);
  const [fromAccount, toAccount] = [of(ends.from), of(ends.to)];
  if (!fromAccount || !toAccount || fromAccount === toAccount) {
    const accounts = list(all.map((one) => accountName(say, one)));
    return { kind: 'ask', need: 'accounts', reply: say('move-accounts', { accounts }), facts: [accounts] };
  }
  const [from, to] = [accountName(say, fromAccount), accountName(say, toAccount)];
  if (amountEither) {
    const money = (minor: number) => moneyText({ minor, currency: fromAccount.available.currency });
    const [first, second] = [money(amountEither[0]), money(amountEither[1])];
    return { kind: 'ask', need: 'amount', reply: say('move-either', { first, second }), facts: [first, second] };
  }
  // "All of it", to a credit card, is what is owed on it.
  const owed = toAccount.kind === 'credit' ? Math.max(0, -toAccount.balance.minor) : undefined;
  if (share !== undefined && slots.amountMinor === undefined && owed === 0) {
    return { kind: 'reply', reply: say('owes-nothing', { account: to }), facts: [to] };
  }
  // Who names where it comes from means a share of that, and no more than is owed.
  const whole = slots.from || owed === undefined ? fromAccount.available.minor : owed;
  const part = share && Math.floor(Math.min(whole * share, owed ?? Number.POSITIVE_INFINITY));
  const amountMinor = slots.amountMinor ?? part;
  if (fromAccount.kind === 'credit') {
    return { kind: 'ask', need: 'accounts', reply: say('move-from-credit', { account: from }), facts: [from] };
  }
  if (!amountMinor) return { kind: 'ask', need: 'amount', reply: say('move-amount', { from, to }), facts: [from, to] };
  const available = moneyText(fromAccount.available);
  if (fromAccount.available.minor < amountMinor) {
    const reply = say('move-too-much', { available, account: from });
    return { kind: 'ask', need: 'amount', reply, facts: [available, from] };
  }
  const amount = { minor: amountMinor, currency: fromAccount.available.currency };
  const text = moneyText(amount);
  const later = slots.day && slots.day > today ? say('move-now-only') : '';
  return {
    kind: 'confirm',
    action: { kind: 'move-money', fromId: fromAccount.id, toId: toAccount.id, from, to, amount },
    reply: sentences(later, say('move-money', { amount: text, from, to })),
    facts: [text, from, to],
  };
}

/** More are not kept in mind. */
const mostOffered = 3;

async function prepareDispute(enquiry: Enquiry, slots: Slots): Promise<Prepared> {
  const { say, today } = enquiry;
  const { merchant, amountMinor, bounds, days, transactionId, kinds, howMany } = slots;
  if (!merchant && amountMinor === undefined && !bounds && !days && !transactionId && !kinds && !howMany) {
    return { kind: 'ask', need: 'payment', reply: say('which-payment'), facts: [] };
  }
  const { found: all } = await readPayments(
    enquiry,
    transactionId ? { direction: 'out', transactionId } : { merchant, amountMinor, bounds, days, kinds, direction: 'out' },
  );
  const [found] = all;
  if (!found) {
    const where = filterText(say, slots, today);
    return { kind: 'ask', need: 'payment', reply: say('no-such-payment', { where }), facts: [where] };
  }
  // A day or a kind of shop alone may be several payments.
  if (!transactionId && all.length > 1 && !merchant && amountMinor === undefined && howMany !== 1) {
    const shown = all.slice(0, mostOffered);
    const items = shown.map((one) => transactionText(say, { ...one, status: 'booked' }, today));
    const reply = say('which-of-payments', { payments: list(items, 'or') });
    return { kind: 'ask', need: 'payment', reply, facts: items, told: shown.map(({ id }) => id) };
  }
  const payment = transactionText(say, { ...found, status: 'booked' }, today);
  const action = { kind: 'dispute', transactionId: found.id, payment } as const;
  return { kind: 'confirm', action, reply: say('dispute', { payment }), facts: [payment] };
}

function prepareCallBack({ say, today }: Enquiry, { day, time }: Slots): Prepared {
  if (!day || !time) {
    const spoken = day && (spokenDay(day, today) === 'tomorrow' ? 'tomorrow' : `on ${writtenDay(day, today)}`);
    const reply = spoken ? say('call-back-time', { day: spoken }) : say('call-back-when');
    return { kind: 'ask', need: 'when', reply, facts: [spoken ?? ''] };
  }
  const spokenAt = `${writtenDay(day, today)} at ${spokenTime(time)}`;
  const action = { kind: 'call-back', at: `${day}T${time}`, spokenAt, topic: 'requested by telephone' } as const;
  return { kind: 'confirm', action, reply: say('call-back', { when: spokenAt }), facts: [spokenAt] };
}

/** What the bank says has become of an order. */
export function readBack(say: Say, action: Exclude<Action, { kind: 'operation' }>, outcome: Outcome | undefined): FactualReply {
  if (outcome?.kind === 'card' && outcome.card.status === 'blocked') {
    const card = cardName(say, outcome.card);
    return { reply: say('block-card-done', { card }), facts: [card] };
  }
  if (outcome?.kind === 'movement') {
    const { movement } = outcome;
    const told = {
      amount: moneyText(movement.amount),
      from: accountName(say, movement.from),
      to: accountName(say, movement.to),
      left: moneyText(movement.from.available),
      now: moneyText(movement.to.balance),
    };
    return { reply: say('move-money-done', told), facts: Object.values(told) };
  }
  if (outcome?.kind === 'dispute' && action.kind === 'dispute') {
    const { reference } = outcome.dispute;
    return { reply: say('dispute-done', { payment: action.payment, reference }), facts: [action.payment, reference] };
  }
  if (outcome?.kind === 'call-back' && action.kind === 'call-back') {
    return { reply: say('call-back-done', { when: action.spokenAt }), facts: [action.spokenAt] };
  }
  return { reply: say('outcome-unknown'), facts: [] };
}
