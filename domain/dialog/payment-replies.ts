import type { Transaction, TransactionFilter } from '../bank/bank.ts';
import { moneyText } from '../bank/money.ts';
import { addDays, type Day, periodBefore, thisMonth } from '../language/dates.ts';
import type { FactualReply, Reads } from './factual-reply.ts';
import { daysText, dayText, kindNames } from './naming.ts';
import type { Slots } from './slots.ts';
import type { Request } from './state.ts';

async function accountFilter(bank: Reads, customerId: string, slots: Slots): Promise<Pick<TransactionFilter, 'accountId'>> {
  const { account, lastFour } = slots;
  if (!account && !lastFour) return {};
  const all = await bank.accounts(customerId);
  const one = all.find(({ kind, lastFour: digits }) => (!account || kind === account) && (!lastFour || digits === lastFour));
  return { accountId: one?.id ?? 'none' };
}

export function filterText({ merchant, days, account, bounds }: Slots, today: Day, currency?: string): string {
  return [
    ...(bounds ? [boundsText(bounds, currency)] : []),
    ...(merchant ? [`at ${merchant}`] : []),
    ...(account ? [`on your ${kindNames[account]}`] : []),
    ...(days ? [daysText(days, today)] : []),
  ].join(' ');
}

/** Payments of 90 days are far fewer. */
const mostRead = 1_000;
/** More are not listened to. */
const mostTold = 10;

/** Of an amount that the caller named without one. */
async function currencyOf(bank: Reads, customerId: string, known: readonly Transaction[]): Promise<string | undefined> {
  return (known[0]?.amount ?? (await bank.accounts(customerId))[0]?.available)?.currency;
}

/** What was asked for and cannot be told apart. */
const apart = ({ purpose }: Slots): string => (purpose ? `I cannot tell ${purpose} from other payments. ` : '');

const size = ({ amount }: Transaction) => Math.abs(amount.minor);

const within = (bounds: Slots['bounds']) => (transaction: Transaction) => {
  const minor = size(transaction);
  return minor > (bounds?.overMinor ?? -1) && minor < (bounds?.underMinor ?? Number.POSITIVE_INFINITY);
};

function boundsText({ overMinor, underMinor }: NonNullable<Slots['bounds']>, currency: string | undefined): string {
  const text = (minor: number) => (currency ? moneyText({ minor, currency }) : String(minor / 100));
  if (overMinor !== undefined && underMinor !== undefined) return `between ${text(overMinor)} and ${text(underMinor)}`;
  return overMinor === undefined ? `under ${text(underMinor ?? 0)}` : `over ${text(overMinor)}`;
}

export const transactionText = (transaction: Transaction, today: Day) => {
  const { amount, merchant, day, status } = transaction;
  const money = moneyText({ ...amount, minor: size(transaction) });
  const when = dayText(day, today);
  const note = status === 'pending' ? ', still pending' : status === 'disputed' ? ', which you have disputed' : '';
  return amount.minor < 0 ? `${money} to ${merchant} ${when}${note}` : `${money} from ${merchant} ${when}${note}`;
};

async function transactionList(bank: Reads, customerId: string, slots: Slots, today: Day): Promise<FactualReply> {
  const { days, merchant, direction, amountMinor, bounds, howMany } = slots;
  const shown = Math.min(mostTold, howMany ?? (days || merchant || bounds ? 5 : 3));
  const all = await bank.transactions(customerId, {
    ...(await accountFilter(bank, customerId, slots)),
    days,
    merchant,
    // "Which payments" means those that went out, "my transactions" both.
    direction: direction === 'in' ? 'in' : merchant || days || bounds ? direction : undefined,
    amountMinor,
    limit: bounds ? mostRead : shown,
  });
  const found = all.filter(within(bounds)).slice(0, shown);
  const filtered = filterText(slots, today, await currencyOf(bank, customerId, all));
  const beyond = apart(slots);
  if (found.length === 0) {
    const facts = [filtered, beyond];
    return { reply: `${beyond}I find no transactions${filtered ? ` ${filtered}` : ''}.`, facts };
  }
  const items = found.map((transaction) => transactionText(transaction, today));
  const lead = found.length === 1 ? 'I find one transaction' : 'Your latest transactions';
  const what = [lead, filtered].filter(Boolean).join(' ');
  const reply = `${beyond}${what}: ${items.join('; ')}.`;
  return { reply, facts: [filtered, beyond, ...items] };
}

/** Payments by whatever the caller named: those that went out, unless it is asked what came in. */
async function payments(bank: Reads, customerId: string, slots: Slots, today: Day) {
  const { merchant, bounds } = slots;
  const days = slots.days ?? (merchant || slots.figure ? { from: addDays(today, -90), to: today } : thisMonth(today));
  const filter = {
    ...(await accountFilter(bank, customerId, slots)),
    days,
    merchant,
    direction: slots.direction ?? ('out' as const),
  };
  const all = await bank.transactions(customerId, { ...filter, limit: mostRead });
  const where = filterText({ ...slots, days }, today, await currencyOf(bank, customerId, all));
  return { found: all.filter(within(bounds)), where };
}

const sum = (all: readonly Transaction[]) => all.reduce((minor, one) => minor + size(one), 0);
const paymentsText = (n: number) => (n === 1 ? 'one payment' : `${n} payments`);

const verb = ({ direction }: Slots) => (direction === 'in' ? 'received' : 'spent');

const nothingFound = (where: string, beyond: string): FactualReply => ({
  reply: `${beyond}I find no payments ${where}.`,
  facts: [where, beyond],
});

/** What is asked of payments: their sum where nothing else is. */
async function figureReply(bank: Reads, customerId: string, slots: Slots, today: Day): Promise<FactualReply> {
  const { figure } = slots;
  if (figure === 'comparison') return compared(bank, customerId, slots, today);
  const { found, where } = await payments(bank, customerId, slots, today);
  const beyond = apart(slots);
  const [first] = found;
  if (!first) return nothingFound(where, beyond);
  const told = (fact: string): FactualReply => ({ reply: `${beyond}${fact}`, facts: [fact, beyond] });
  const money = (minor: number) => moneyText({ ...first.amount, minor });
  if (figure === undefined) {
    const inAll = beyond ? 'In all, you' : 'You';
    return told(`${inAll} ${verb(slots)} ${money(sum(found))} ${where}, in ${paymentsText(found.length)}.`);
  }
  if (figure === 'average') {
    const mean = money(Math.round(sum(found) / found.length));
    return told(`A payment was ${mean} on average, of ${paymentsText(found.length)} ${where}.`);
  }
  if (figure === 'top-merchant') {
    const merchants = [...new Set(found.map(({ merchant }) => merchant))].map((merchant) => {
      const theirs = found.filter((payment) => payment.merchant === merchant);
      return { merchant, count: theirs.length, minor: sum(theirs) };
    });
    const top = merchants.reduce((most, one) => (one.minor > most.minor ? one : most));
    const theMost = slots.direction === 'in' ? 'received the most from' : 'paid the most to';
    return told(`You ${theMost} ${top.merchant}: ${money(top.minor)} in ${paymentsText(top.count)} ${where}.`);
  }
  const bigger = (a: Transaction, b: Transaction) => (size(a) >= size(b) ? a : b);
  const smaller = (a: Transaction, b: Transaction) => (size(a) <= size(b) ? a : b);
  const one = found.reduce(figure === 'largest' ? bigger : smaller);
  return told(`Your ${figure} payment ${where} was ${transactionText(one, today)}.`);
}

/** Two periods: those that were named, or the one before. */
async function compared(bank: Reads, customerId: string, slots: Slots, today: Day): Promise<FactualReply> {
  const days = slots.days ?? thisMonth(today);
  const now = await payments(bank, customerId, { ...slots, days }, today);
  const before = await payments(bank, customerId, { ...slots, days: slots.against ?? periodBefore(days) }, today);
  const beyond = apart(slots);
  const [first] = [...now.found, ...before.found];
  if (!first) return nothingFound(now.where, beyond);
  const money = (minor: number) => moneyText({ ...first.amount, minor });
  const [minor, earlier] = [sum(now.found), sum(before.found)];
  const fact = `You ${verb(slots)} ${money(minor)} ${now.where}, and ${money(earlier)} ${before.where}.`;
  const difference =
    minor === earlier ? 'That is the same.' : `That is ${money(Math.abs(minor - earlier))} ${minor > earlier ? 'more' : 'less'}.`;
  return { reply: `${beyond}${fact} ${difference}`, facts: [fact, difference, beyond] };
}

/** Answers about payments. Where something else than their list or sum is asked, that is answered, and nothing else. */
export function paymentReply(bank: Reads, customerId: string, { intent, slots }: Request, today: Day): Promise<FactualReply> {
  const listed = intent !== 'spending' && !slots.figure;
  return (listed ? transactionList : figureReply)(bank, customerId, slots, today);
}
