import type { Transaction } from '../bank/bank.ts';
import { moneyText } from '../bank/money.ts';
import { addDays, type Day, daysOf, periodBefore, thisMonth } from '../language/dates.ts';
import type { FactualReply, Reads } from './factual-reply.ts';
import { dayText } from './naming.ts';
import { readPayments, recordsText, size } from './payments.ts';
import type { Slots } from './slots.ts';
import type { Request } from './state.ts';

/** More are not listened to. */
const mostTold = 10;
/** How far back a bank's payments are looked through where no period is named. */
const daysBack = 90;

export const transactionText = (transaction: Transaction, today: Day) => {
  const { amount, merchant, day, status } = transaction;
  const money = moneyText({ ...amount, minor: size(transaction) });
  const when = dayText(day, today);
  const note = status === 'pending' ? ', still pending' : status === 'disputed' ? ', which you have disputed' : '';
  return amount.minor < 0 ? `${money} to ${merchant} ${when}${note}` : `${money} from ${merchant} ${when}${note}`;
};

async function transactionList(bank: Reads, customerId: string, slots: Slots, today: Day): Promise<FactualReply> {
  const { days, merchant, kinds, direction, bounds, howMany } = slots;
  const named = merchant || kinds || days || bounds || slots.pending;
  // "Which payments" means those that went out, "my transactions" both.
  const asked = { ...slots, direction: direction === 'in' ? direction : named ? direction : undefined };
  const { found, where, beyond: apart } = await readPayments(bank, customerId, asked, today);
  const beyond = (await recordsText(bank, customerId, days, today)) + apart;
  const told = found.slice(0, Math.min(mostTold, howMany ?? (named ? 5 : 3)));
  const kind = slots.pending ? 'pending ' : '';
  if (told.length === 0) {
    return { reply: `${beyond}I find no ${kind}transactions${where ? ` ${where}` : ''}.`, facts: [where, beyond] };
  }
  const items = told.map((transaction) => transactionText(transaction, today));
  const lead =
    found.length === 1
      ? `I find one ${kind}transaction`
      : told.length === 1
        ? `Your latest ${kind}transaction`
        : `Your latest ${kind}transactions`;
  const reply = `${beyond}${[lead, where].filter(Boolean).join(' ')}: ${items.join('; ')}.`;
  return { reply, facts: [where, beyond, ...items], told: told.map(({ id }) => id) };
}

/** Payments by whatever the caller named: those that went out, unless it is asked what came in. */
async function payments(bank: Reads, customerId: string, slots: Slots, today: Day) {
  const { merchant, kinds, figure } = slots;
  const days = slots.days ?? (merchant || kinds || figure ? { from: addDays(today, -daysBack), to: today } : thisMonth(today));
  const comesIn = slots.direction === 'in' || (kinds?.length === 1 && kinds[0] === 'salary');
  const read = await readPayments(bank, customerId, { ...slots, days, direction: comesIn ? 'in' : 'out' }, today);
  const beyond = (await recordsText(bank, customerId, slots.days, today)) + read.beyond;
  return { ...read, beyond, lasts: daysOf(days) };
}

const unitDays = { day: 1, week: 7, month: 365 / 12 } as const;

const sum = (all: readonly Transaction[]) => all.reduce((minor, one) => minor + size(one), 0);
const paymentsText = (n: number) => (n === 1 ? 'one payment' : `${n} payments`);

const nothingFound = (where: string, beyond: string): FactualReply => ({
  reply: `${beyond}I find no payments ${where}.`,
  facts: [where, beyond],
});

/** What is asked of payments: their sum where nothing else is. */
async function figureReply(bank: Reads, customerId: string, slots: Slots, today: Day): Promise<FactualReply> {
  const { figure } = slots;
  if (figure === 'comparison') return compared(bank, customerId, slots, today);
  const { found, where, beyond, lasts } = await payments(bank, customerId, slots, today);
  const [first] = found;
  if (!first) return nothingFound(where, beyond);
  const verb = first.amount.minor > 0 ? 'received' : 'spent';
  const told = (fact: string, transactions: readonly Transaction[] = []): FactualReply => ({
    reply: `${beyond}${fact}`,
    facts: [fact, beyond],
    told: transactions.map(({ id }) => id),
  });
  const money = (minor: number) => moneyText({ ...first.amount, minor });
  switch (figure) {
    case undefined: {
      const inAll = beyond ? 'In all, you' : 'You';
      return told(`${inAll} ${verb} ${money(sum(found))} ${where}, in ${paymentsText(found.length)}.`);
    }
    case 'count': {
      const made = verb === 'spent' ? 'made' : 'received';
      return told(`You ${made} ${paymentsText(found.length)} ${where}, ${money(sum(found))} in all.`);
    }
    case 'average': {
      if (slots.per) {
        const each = money(Math.round((sum(found) * unitDays[slots.per]) / lasts));
        return told(`You ${verb} ${each} a ${slots.per} on average ${where}.`);
      }
      const mean = money(Math.round(sum(found) / found.length));
      return told(`A payment was ${mean} on average, of ${paymentsText(found.length)} ${where}.`);
    }
    case 'top-merchant': {
      const merchants = [...new Set(found.map(({ merchant }) => merchant))].map((merchant) => {
        const theirs = found.filter((payment) => payment.merchant === merchant);
        return { merchant, count: theirs.length, minor: sum(theirs) };
      });
      const top = merchants.reduce((most, one) => (one.minor > most.minor ? one : most));
      const theMost = verb === 'spent' ? 'paid the most to' : 'received the most from';
      return told(`You ${theMost} ${top.merchant}: ${money(top.minor)} in ${paymentsText(top.count)} ${where}.`);
    }
    case 'earliest': {
      const one = found.at(-1) as Transaction;
      return told(`The first payment ${where} was ${transactionText(one, today)}.`, [one]);
    }
    default: {
      const bigger = (a: Transaction, b: Transaction) => (size(a) >= size(b) ? a : b);
      const smaller = (a: Transaction, b: Transaction) => (size(a) <= size(b) ? a : b);
      const one = found.reduce(figure === 'largest' ? bigger : smaller);
      return told(`Your ${figure} payment ${where} was ${transactionText(one, today)}.`, [one]);
    }
  }
}

/** Two periods: those that were named, or the one before. */
async function compared(bank: Reads, customerId: string, slots: Slots, today: Day): Promise<FactualReply> {
  const days = slots.days ?? thisMonth(today);
  const now = await payments(bank, customerId, { ...slots, days }, today);
  const before = await payments(bank, customerId, { ...slots, days: slots.against ?? periodBefore(days) }, today);
  const { beyond } = now;
  const [first] = [...now.found, ...before.found];
  if (!first) return nothingFound(now.where, beyond);
  const verb = first.amount.minor > 0 ? 'received' : 'spent';
  const money = (minor: number) => moneyText({ ...first.amount, minor });
  const [minor, earlier] = [sum(now.found), sum(before.found)];
  const fact = `You ${verb} ${money(minor)} ${now.where}, and ${money(earlier)} ${before.where}.`;
  const difference =
    minor === earlier ? 'That is the same.' : `That is ${money(Math.abs(minor - earlier))} ${minor > earlier ? 'more' : 'less'}.`;
  return { reply: `${beyond}${fact} ${difference}`, facts: [fact, difference, beyond] };
}

/** Answers about payments. Where something else than their list or sum is asked, that is answered, and nothing else. */
export function paymentReply(bank: Reads, customerId: string, { intent, slots }: Request, today: Day): Promise<FactualReply> {
  const listed = !slots.figure && (intent !== 'spending' || slots.howMany !== undefined);
  return (listed ? transactionList : figureReply)(bank, customerId, slots, today);
}
