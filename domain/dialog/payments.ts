import type { Transaction, TransactionFilter } from '../bank/bank.ts';
import { moneyText } from '../bank/money.ts';
import { addDays, type Day, writtenDay } from '../language/dates.ts';
import type { Reads } from './factual-reply.ts';
import { kindName } from './merchant-kinds.ts';
import { daysText, kindNames, list } from './naming.ts';
import type { Slots } from './slots.ts';
import { unexplainedText } from './unexplained.ts';

/** Payments of 90 days are far fewer. */
const mostRead = 1_000;

/** What a caller asked for, as far as the bank can tell it. */
export interface Payments {
  /** Newest first. */
  readonly found: readonly Transaction[];
  /** The scope of what was found, in words: "at Fresh Market from … to …". */
  readonly where: string;
  /** What was asked for and cannot be told apart; with a blank at its end, or empty. */
  readonly beyond: string;
}

/** The size of a payment, in minor units. */
export const size = ({ amount }: Transaction): number => Math.abs(amount.minor);

/** Of the slots, those that payments are looked for by. */
type Named = { readonly [K in keyof Slots]: Slots[K] | undefined };

/** Reads payments by everything that the caller named. `direction` and `days` of the slots count as they stand. */
export async function readPayments(bank: Reads, customerId: string, slots: Named, today: Day): Promise<Payments> {
  const { days, merchant, merchants, direction, amountMinor, bounds, pending, kinds = [] } = slots;
  const filter = {
    ...(await accountFilter(bank, customerId, slots)),
    days,
    merchant: merchants ? undefined : merchant,
    direction,
    amountMinor,
    limit: mostRead,
  };
  const all = await bank.transactions(customerId, filter);
  const tellsKinds = all.some(({ category }) => category !== undefined);
  const served = tellsKinds || all.length === 0 ? kinds : [];
  const found = all.filter(
    (one) =>
      (!merchants || merchants.some((name) => one.merchant.toLowerCase().includes(name.toLowerCase()))) &&
      (!pending || one.status === 'pending') &&
      within(one, bounds) &&
      (served.length === 0 || (one.category && served.includes(one.category))),
  );
  const currency = bounds && ((all[0]?.amount ?? (await bank.accounts(customerId))[0]?.available)?.currency as string);
  return {
    found,
    where: filterText({ ...slots, kinds: served }, today, currency),
    beyond: unexplainedText(slots) + beyondText(slots, served.length < kinds.length, all[0]?.amount.currency),
  };
}

async function accountFilter(bank: Reads, customerId: string, slots: Named): Promise<Pick<TransactionFilter, 'accountId'>> {
  const { account, lastFour } = slots;
  if (!account && !lastFour) return {};
  const all = await bank.accounts(customerId);
  const one = all.find(({ kind, lastFour: digits }) => (!account || kind === account) && (!lastFour || digits === lastFour));
  return { accountId: one?.id ?? 'none' };
}

/** What a bank keeps at hand of a customer's payments, at least, in days. */
const surelyKept = 60;

/** That the bank's payments begin later than what was asked for; with a blank at its end, or empty. */
export async function recordsText(bank: Reads, customerId: string, days: Slots['days'], today: Day): Promise<string> {
  if (!days || days.from >= addDays(today, -surelyKept)) return '';
  const first = (await bank.transactions(customerId, { limit: mostRead })).at(-1)?.day;
  return first === undefined || first <= days.from ? '' : `I only see payments since ${writtenDay(first, today)}. `;
}

function within(transaction: Transaction, bounds: Slots['bounds']): boolean {
  const minor = size(transaction);
  return minor > (bounds?.overMinor ?? -1) && minor < (bounds?.underMinor ?? Number.POSITIVE_INFINITY);
}

/** Scope in words. */
export function filterText(
  { merchant, merchants, kinds = [], days, account, bounds }: Named,
  today: Day,
  currency?: string,
): string {
  return [
    ...(bounds ? [boundsText(bounds, currency)] : []),
    ...(merchant ? [`at ${list(merchants ?? [merchant])}`] : []),
    ...(kinds.length > 0 ? [`for ${list(kinds.map(kindName))}`] : []),
    ...(account ? [`on your ${kindNames[account]}`] : []),
    ...(days ? [daysText(days, today)] : []),
  ].join(' ');
}

function boundsText({ overMinor, underMinor }: NonNullable<Slots['bounds']>, currency: string | undefined): string {
  const text = (minor: number) => (currency ? moneyText({ minor, currency }) : String(minor / 100));
  if (overMinor !== undefined && underMinor !== undefined) return `between ${text(overMinor)} and ${text(underMinor)}`;
  return overMinor === undefined ? `under ${text(underMinor ?? 0)}` : `over ${text(overMinor)}`;
}

function beyondText(
  { kinds = [], purpose, place, person, currency }: Named,
  kindsUnknown: boolean,
  actual: string | undefined,
): string {
  const apart = kindsUnknown ? list(kinds.map(kindName)) : purpose;
  return [
    apart ? `I cannot tell ${apart} from other payments. ` : '',
    place ? 'I cannot tell where a payment was made. ' : '',
    person ? unknownPerson(person) : '',
    otherCurrency(currency, actual),
  ].join('');
}

/** That the bank does not know who somebody is; with a blank at its end. */
export const unknownPerson = (person: string): string => `I cannot tell who your ${person} is. `;

const currencyNames = new Intl.DisplayNames('en', { type: 'currency' });

/** That amounts are told in another currency than the caller asked for; with a blank at its end, or empty. */
export function otherCurrency(asked: string | undefined, actual: string | undefined): string {
  return asked && actual && asked !== actual ? `I can only tell it in ${currencyNames.of(actual)}s. ` : '';
}
