import type { Say } from '../assistant/wording-keys.ts';
import type { MerchantCategory, Transaction, TransactionFilter } from '../bank/bank.ts';
import { moneyText } from '../bank/money.ts';
import { addDays, type Day, writtenDay } from '../language/dates.ts';
import type { Exception } from './exceptions.ts';
import type { Enquiry } from './factual-reply.ts';
import { kindName as merchantKindName } from './merchant-kinds.ts';
import { daysText, kindName, list, sentences } from './naming.ts';
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
  /** What was asked for and cannot be told apart, in sentences; or empty. */
  readonly beyond: string;
}

/** Of one dollar, euro or pound, in minor units. */
const wholeMinor = 100;

/** The size of a payment, in minor units. */
export const size = ({ amount }: Transaction): number => Math.abs(amount.minor);

/** Of the slots, those that payments are looked for by. */
type Named = { readonly [K in keyof Slots]: Slots[K] | undefined };

/** Reads payments by everything that the caller named. `direction` and `days` of the slots count as they stand. */
export async function readPayments(enquiry: Enquiry, slots: Named): Promise<Payments> {
  const { bank, customerId, say, today } = enquiry;
  const { merchant, merchants, amountMinor, bounds, pending, transactionId, these, kinds = [], except } = slots;
  const every = await matching(enquiry, slots);
  const known = every.length === 0 && (await knownName(enquiry, slots));
  if (known) return readPayments(enquiry, { ...slots, merchant: known });
  // "That forty dollar thing": whoever names no cents may mean some.
  if (every.length === 0 && amountMinor !== undefined && amountMinor % wholeMinor === 0 && !bounds) {
    const near = { overMinor: amountMinor - wholeMinor, underMinor: amountMinor + wholeMinor };
    const nearly = await readPayments(enquiry, { ...slots, amountMinor: undefined, bounds: near });
    if (nearly.found.length > 0) return nearly;
  }
  const isNamed = merchant !== undefined || kinds.length > 0;
  const { names, rest } = isNamed ? { names: [] as string[], rest: slots.unexplained } : merchantsOf(every, slots.unexplained);
  const all = names.length > 0 ? every.filter((one) => names.includes(one.merchant)) : every;
  const tellsKinds = all.length === 0 || all.some(({ category }) => category !== undefined);
  const served = tellsKinds ? kinds : [];
  // Of kinds that the bank does not tell, none is left out.
  const leftOut =
    except && (tellsKinds || except.merchants.length > 0 ? { ...except, kinds: tellsKinds ? except.kinds : [] } : undefined);
  const found = all.filter(
    (one) =>
      (!merchants || merchants.some((name) => one.merchant.toLowerCase().includes(name.toLowerCase()))) &&
      (!pending || one.status === 'pending') &&
      (!transactionId || one.id === transactionId) &&
      (!these || these.includes(one.id)) &&
      within(one, bounds) &&
      !isLeftOut(one, except) &&
      (served.length === 0 || (one.category && served.includes(one.category))),
  );
  const sized = bounds !== undefined || amountMinor !== undefined;
  const currency = sized ? ((all[0]?.amount ?? (await bank.accounts(customerId))[0]?.available)?.currency as string) : undefined;
  return {
    found,
    where: filterText(
      say,
      { ...slots, kinds: served, except: leftOut, ...(names.length > 0 ? { merchant: names[0], merchants: names } : {}) },
      today,
      currency,
    ),
    beyond: sentences(
      unexplainedText(say, { unexplained: rest }),
      beyondText(say, slots, {
        apart: tellsKinds ? [] : [...kinds, ...(except?.kinds ?? [])],
        currency: all[0]?.amount.currency,
      }),
    ),
  };
}

async function matching(enquiry: Enquiry, slots: Named): Promise<readonly Transaction[]> {
  const { days, merchant, merchants, direction, amountMinor } = slots;
  return enquiry.bank.transactions(enquiry.customerId, {
    ...(await accountFilter(enquiry, slots)),
    ...{ days, merchant: merchants ? undefined : merchant, direction, amountMinor },
    limit: mostRead,
  });
}

/** "The Fresh Market people": nobody is called that, but the name of somebody who was paid is in it. */
async function knownName({ bank, customerId }: Enquiry, { merchant = '', merchants }: Named): Promise<string | undefined> {
  const asked = merchant.toLowerCase();
  if (asked === '' || merchants) return undefined;
  const paid = (await bank.transactions(customerId, { limit: mostRead })).map((one) => one.merchant);
  if (paid.some((name) => name.toLowerCase().includes(asked))) return undefined;
  return paid.find((name) => asked.includes(name.toLowerCase()));
}

/** Words that nothing explained, and that are in names of those whom the customer has paid; and the words that are left. */
function merchantsOf(
  payments: readonly Transaction[],
  words: readonly string[] = [],
): { readonly names: readonly string[]; readonly rest: readonly string[] } {
  const has = (name: string, word: string) =>
    name
      .toLowerCase()
      .split(/[^\p{L}\d]+/u)
      .includes(word.replace(/['’]s$/, ''));
  const all = [...new Set(payments.map(({ merchant }) => merchant))];
  const named = words.filter((word) => word.length >= leastOfName && all.some((name) => has(name, word)));
  const withAll = all.filter((name) => named.every((word) => has(name, word)));
  const withAny = all.filter((name) => named.some((word) => has(name, word)));
  return {
    names: named.length > 0 && withAll.length > 0 ? withAll : withAny,
    rest: words.filter((word) => !named.includes(word)),
  };
}
/** A shorter word says little. */
const leastOfName = 4;

async function accountFilter({ bank, customerId }: Enquiry, slots: Named): Promise<Pick<TransactionFilter, 'accountId'>> {
  const { account, lastFour } = slots;
  if (!account && !lastFour) return {};
  const all = await bank.accounts(customerId);
  const one = all.find(({ kind, lastFour: digits }) => (!account || kind === account) && (!lastFour || digits === lastFour));
  return { accountId: one?.id ?? 'none' };
}

/** What a bank keeps at hand of a customer's payments, at least, in days. */
const surelyKept = 60;

/** That the bank's payments begin later than what was asked for; or empty. */
export async function recordsText({ bank, customerId, today, say }: Enquiry, days: Slots['days']): Promise<string> {
  if (!days || days.from >= addDays(today, -surelyKept)) return '';
  const first = (await bank.transactions(customerId, { limit: mostRead })).at(-1)?.day;
  return first === undefined || first <= days.from ? '' : say('records-since', { day: writtenDay(first, today) });
}

const isLeftOut = ({ merchant, category }: Transaction, except: Exception | undefined): boolean =>
  except !== undefined &&
  ((category !== undefined && except.kinds.includes(category)) ||
    except.merchants.some((name) => merchant.toLowerCase().includes(name.toLowerCase())));

function within(transaction: Transaction, bounds: Slots['bounds']): boolean {
  const minor = size(transaction);
  return minor > (bounds?.overMinor ?? -1) && minor < (bounds?.underMinor ?? Number.POSITIVE_INFINITY);
}

/** Scope in words. */
export function filterText(
  say: Say,
  { merchant, merchants, kinds = [], except, days, account, bounds, amountMinor }: Named,
  today: Day,
  currency?: string,
): string {
  return sentences(
    bounds ? boundsText(say, bounds, currency) : '',
    amountMinor !== undefined && currency ? say('scope-amount', { amount: moneyText({ minor: amountMinor, currency }) }) : '',
    merchant ? say('scope-merchant', { merchants: list(merchants ?? [merchant]) }) : '',
    kinds.length > 0 ? say('scope-kinds', { kinds: list(kinds.map(merchantKindName)) }) : '',
    except ? say('scope-except', { what: list([...except.kinds.map(merchantKindName), ...except.merchants]) }) : '',
    account ? say('scope-account', { account: kindName(say, account) }) : '',
    days ? daysText(days, today) : '',
  );
}

function boundsText(say: Say, { overMinor, underMinor }: NonNullable<Slots['bounds']>, currency: string | undefined): string {
  const text = (minor: number) => (currency ? moneyText({ minor, currency }) : String(minor / 100));
  if (overMinor !== undefined && underMinor !== undefined) {
    return say('scope-between', { least: text(overMinor), most: text(underMinor) });
  }
  return overMinor === undefined
    ? say('scope-under', { amount: text(underMinor ?? 0) })
    : say('scope-over', { amount: text(overMinor) });
}

function beyondText(
  say: Say,
  { purpose, place, person, currency, why }: Named,
  { apart, currency: actual }: { readonly apart: readonly MerchantCategory[]; readonly currency: string | undefined },
): string {
  const what = apart.length > 0 ? list(apart.map(merchantKindName)) : purpose;
  return sentences(
    why ? say('cannot-tell-why') : '',
    what ? say('cannot-tell-apart', { what }) : '',
    place ? say('cannot-tell-place') : '',
    person ? say('cannot-tell-person', { person }) : '',
    otherCurrency(say, currency, actual),
  );
}

const currencyNames = new Intl.DisplayNames('en', { type: 'currency' });

/** That amounts are told in another currency than the caller asked for; or empty. */
export function otherCurrency(say: Say, asked: string | undefined, actual: string | undefined): string {
  return asked && actual && asked !== actual ? say('other-currency', { currency: currencyNames.of(actual) ?? actual }) : '';
}
