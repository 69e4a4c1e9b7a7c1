import type { AssistantIntent } from '../assistant/intent.ts';
import type { Say } from '../assistant/wording-keys.ts';
import type { Transaction } from '../bank/bank.ts';
import { moneyText } from '../bank/money.ts';
import { addDays, type Day, daysOf, periodBefore, thisMonth } from '../language/dates.ts';
import type { Enquiry, FactualReply } from './factual-reply.ts';
import { kindName } from './merchant-kinds.ts';
import { dayText, sentences } from './naming.ts';
import { readPayments, recordsText, size } from './payments.ts';
import type { Slots } from './slots.ts';
import { without } from './state.ts';

/** More are not listened to. */
const mostTold = 10;
/** How far back a bank's payments are looked through where no period is named. */
const daysBack = 90;

export function transactionText(say: Say, transaction: Transaction, today: Day): string {
  const { amount, merchant, day, status } = transaction;
  const money = moneyText({ ...amount, minor: size(transaction) });
  const values = { amount: money, merchant, when: dayText(day, today) };
  const payment = say(amount.minor < 0 ? 'payment-out' : 'payment-in', values);
  return status === 'booked' ? payment : say(`payment-${status}`, { payment });
}

async function transactionList(enquiry: Enquiry, slots: Slots): Promise<FactualReply> {
  const { say, today } = enquiry;
  const { days, merchant, kinds, direction, bounds, howMany } = slots;
  const named = merchant || kinds || days || bounds || slots.pending;
  // "Which payments" means those that went out, "my transactions" both.
  const asked = { ...slots, direction: direction === 'in' ? direction : named ? direction : undefined };
  const { found: all, where: scope, beyond: apart } = await readPayments(enquiry, asked);
  const where = asked.direction === 'in' && !kinds?.includes('salary') ? sentences(say('scope-in'), scope) : scope;
  const beyond = sentences(slots.ahead ? say('not-ahead') : '', await recordsText(enquiry, days), apart);
  const from = all.findIndex(({ id }) => id === slots.after) + 1;
  const found = all.slice(from);
  const told = found.slice(0, Math.min(mostTold, howMany ?? (named ? 5 : 3)));
  const kind = slots.pending ? 'pending-' : '';
  if (told.length === 0) {
    if (from > 0) return { reply: say('no-further-transactions', { where }), facts: [where] };
    return { reply: sentences(beyond, say(`no-${kind}transactions`, { where })), facts: [where, beyond] };
  }
  const items = told.map((transaction) => transactionText(say, transaction, today));
  const payments = items.join('; ');
  const reply =
    from > 0
      ? say('further-transactions', { payments })
      : found.length === 1
        ? say(`one-${kind}transaction`, { where, payments })
        : told.length === 1
          ? say(`latest-${kind}transaction`, { where, payments })
          : say(`latest-${kind}transactions`, { where, payments });
  const more = named && from === 0 && howMany === undefined && found.length > told.length ? moreText(say, found) : '';
  return {
    reply: sentences(beyond, reply, more),
    facts: [where, beyond, more, ...items],
    told: told.map(({ id }) => id),
    merchant: onlyMerchant(told),
  };
}

/** Whoever all of the payments went to; undefined where they went to several. */
function onlyMerchant([first, ...others]: readonly Transaction[]): string | undefined {
  return others.every(({ merchant }) => merchant === first?.merchant) ? first?.merchant : undefined;
}

/** How many there are beside those that were told, and their sum; what came in and what went out has none. */
function moreText(say: Say, found: readonly Transaction[]): string {
  const [first] = found;
  if (!first || found.some((one) => verbOf(one) !== verbOf(first))) return '';
  return say('more-transactions', {
    count: paymentsText(say, found.length),
    amount: moneyText({ ...first.amount, minor: sum(found) }),
  });
}

/** Payments by whatever the caller named: those that went out, unless it is asked what came in. */
async function payments(enquiry: Enquiry, slots: Slots) {
  const { today } = enquiry;
  const { merchant, kinds, figure, pending, these } = slots;
  const days =
    slots.days ??
    (merchant || kinds || figure || pending || these ? { from: addDays(today, -daysBack), to: today } : thisMonth(today));
  const comesIn = slots.direction === 'in' || (kinds?.length === 1 && kinds[0] === 'salary');
  const read = await readPayments(enquiry, { ...slots, days, direction: comesIn ? 'in' : 'out' });
  const beyond = sentences(await recordsText(enquiry, slots.days), read.beyond);
  // Those that were told are known by that, and by no days.
  const where = these && !slots.days ? '' : read.where;
  return { ...read, where, beyond, lasts: daysOf(days) };
}

const unitDays = { day: 1, week: 7, month: 365 / 12 } as const;

const sum = (all: readonly Transaction[]) => all.reduce((minor, one) => minor + size(one), 0);
const paymentsText = (say: Say, n: number) => (n === 1 ? say('payments-one') : say('payments-many', { n: String(n) }));
const verbOf = ({ amount }: Transaction) => (amount.minor > 0 ? 'received' : 'spent');

const nothingFound = (say: Say, where: string, beyond: string): FactualReply => ({
  reply: sentences(beyond, say('no-payments', { where })),
  facts: [where, beyond],
});

/** What the most money went to; the first of equals. @param of what a payment belongs to; undefined where nobody knows. */
function mostOf<T>(found: readonly Transaction[], of: (payment: Transaction) => T | undefined) {
  const groups = [...new Set(found.map(of))]
    .filter((one) => one !== undefined)
    .map((one) => {
      const theirs = found.filter((payment) => of(payment) === one);
      return { of: one, count: theirs.length, minor: sum(theirs) };
    });
  return groups.length === 0 ? undefined : groups.reduce((most, one) => (one.minor > most.minor ? one : most));
}

/** What is asked of payments: their sum where nothing else is. */
async function figureReply(enquiry: Enquiry, slots: Slots): Promise<FactualReply> {
  const { say, today } = enquiry;
  const { figure } = slots;
  if (figure === 'comparison' || figure === 'versus') return compared(enquiry, slots);
  const { found, where: scope, beyond, lasts } = await payments(enquiry, slots);
  const where = slots.pending ? sentences(say('scope-pending'), scope) : scope;
  const [first] = found;
  if (!first) return nothingFound(say, where, beyond);
  const verb = verbOf(first);
  const told = (fact: string, transactions: readonly Transaction[] = []): FactualReply => ({
    reply: sentences(beyond, fact),
    facts: [fact, beyond],
    told: transactions.map(({ id }) => id),
    merchant: onlyMerchant(transactions),
  });
  const money = (minor: number) => moneyText({ ...first.amount, minor });
  const amount = money(sum(found));
  const count = paymentsText(say, found.length);
  switch (figure) {
    case undefined:
      return told(say(beyond ? `${verb}-in-all` : verb, { amount, where, count }));
    case 'count':
      return told(say(`count-${verb}`, { count, where, amount }));
    case 'average': {
      if (slots.per) {
        const each = money(Math.round((sum(found) * unitDays[slots.per]) / lasts));
        return told(say(`${verb}-per-${slots.per}`, { amount: each, where }));
      }
      return told(say('average-payment', { amount: money(Math.round(sum(found) / found.length)), count, where }));
    }
    case 'top-merchant': {
      const top = mostOf(found, ({ merchant }) => merchant);
      if (!top) return nothingFound(say, where, beyond);
      const values = { merchant: top.of, amount: money(top.minor), count: paymentsText(say, top.count), where };
      return { ...told(say(`${verb}-most`, values)), merchant: top.of };
    }
    case 'top-kind': {
      const top = mostOf(found, ({ category }) => category);
      if (!top) return told(say('cannot-tell-kinds'));
      const values = { kind: kindName(top.of), amount: money(top.minor), count: paymentsText(say, top.count), where };
      return told(say(`${verb}-most-kind`, values));
    }
    case 'earliest': {
      const one = found.at(-1) as Transaction;
      return told(say('payment-earliest', { where, payment: transactionText(say, one, today) }), [one]);
    }
    default: {
      // Of two of one size, the newer one is told first.
      const sorted = [...found].sort((a, b) => (figure === 'largest' ? size(b) - size(a) : size(a) - size(b)));
      const some = sorted.slice(0, Math.min(mostTold, slots.howMany ?? 1));
      const texts = some.map((one) => transactionText(say, one, today)).join('; ');
      return some.length > 1
        ? told(say(`payments-${figure}`, { where, payments: texts }), some)
        : told(say(`payment-${figure}`, { where, payment: texts }), some);
    }
  }
}

/**
 * What is compared: two kinds of shops, two shops, what was told last with what was told before it, or two periods, the ones that were named or
 * the one before.
 */
function sides(slots: Slots, today: Day): readonly [Slots, Slots] {
  const { figure, kinds = [], merchants = [], beside } = slots;
  if (figure === 'comparison' && beside)
    return [slots, { ...without(slots, 'days', 'kinds', 'merchant', 'merchants'), ...beside }];
  if (figure === 'versus') {
    const [first, second] =
      kinds.length > 0 ? kinds.map((kind) => ({ kinds: [kind] })) : merchants.map((merchant) => ({ merchant }));
    const apart = without(slots, 'merchants');
    return [
      { ...apart, ...first },
      { ...apart, ...second },
    ];
  }
  const days = slots.days ?? thisMonth(today);
  return [
    { ...slots, days },
    { ...slots, days: slots.against ?? periodBefore(days) },
  ];
}

async function compared(enquiry: Enquiry, slots: Slots): Promise<FactualReply> {
  const { say, today } = enquiry;
  const [one, other] = sides(slots, today);
  const now = await payments(enquiry, one);
  const before = await payments(enquiry, other);
  const { beyond } = now;
  const [first] = [...now.found, ...before.found];
  if (!first) return nothingFound(say, now.where, beyond);
  const money = (minor: number) => moneyText({ ...first.amount, minor });
  const [minor, earlier] = [sum(now.found), sum(before.found)];
  const both = { amount: money(minor), where: now.where, before: money(earlier), 'where-before': before.where };
  const fact = say(`${verbOf(first)}-both`, both);
  const amount = money(Math.abs(minor - earlier));
  const difference = minor === earlier ? say('both-same') : say(minor > earlier ? 'both-more' : 'both-less', { amount });
  return { reply: sentences(beyond, fact, difference), facts: [fact, difference, beyond] };
}

/** Answers about payments. Where something else than their list or sum is asked, that is answered, and nothing else. */
export function paymentReply(enquiry: Enquiry, { does }: AssistantIntent, slots: Slots): Promise<FactualReply> {
  const listed = !slots.figure && (does !== 'spending' || slots.howMany !== undefined);
  return (listed ? transactionList : figureReply)(enquiry, slots);
}
