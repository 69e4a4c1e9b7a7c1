import type { AccountKind, MerchantCategory } from '../bank/bank.ts';
import { amountsIn } from '../bank/money.ts';
import { addDays, type Day, type DayRange, daysIn } from '../language/dates.ts';
import { spokenDigits } from '../language/numbers.ts';
import { periodIn } from '../language/periods.ts';
import { later, minutesAhead, timeIn } from '../language/times.ts';
import { wordCount } from '../language/words.ts';
import { directionIn } from './direction.ts';
import { type Exception, exceptionIn } from './exceptions.ts';
import { isKind, kindsIn } from './merchant-kinds.ts';
import { merchantsIn } from './merchants.ts';
import { relationIn, shareIn } from './move-money.ts';
import {
  type AmountBounds,
  asksAhead,
  asksFailed,
  asksPending,
  asksWhy,
  boundsIn,
  comparesTwo,
  currencyIn,
  type Figure,
  figureIn,
  howManyIn,
  isVagueAbout,
  nearly,
  otherAccountIn,
  periodsIn,
  placeIn,
  purposeIn,
  type Unit,
  unitIn,
} from './restrictions.ts';
import { withoutStory } from './story.ts';

/** What a caller named: which account, how much, when, where. */
export interface Slots {
  readonly account?: AccountKind;
  /** All but this one: "not the savings". */
  readonly exceptAccount?: AccountKind;
  readonly from?: AccountKind;
  readonly to?: AccountKind;
  /** In minor units of the account's currency. */
  readonly amountMinor?: number;
  /** Two amounts, of which it is not clear which one was said. */
  readonly amountEither?: readonly [number, number];
  /** Of what is there, above 0 and up to 1: "half of it". */
  readonly share?: number;
  readonly bounds?: AmountBounds;
  readonly days?: DayRange;
  /** What `days` are compared with. */
  readonly against?: DayRange;
  /** What was talked about before this, for "how much more is that?". */
  readonly beside?: Pick<Slots, 'days' | 'merchant' | 'kinds'>;
  readonly merchant?: string;
  /** All of them, where more than one is named. */
  readonly merchants?: readonly string[];
  /** Of whom payments are: "on petrol", "at the supermarket". */
  readonly kinds?: readonly MerchantCategory[];
  /** What is left out: "without groceries". */
  readonly except?: Exception;
  /** What money was spent on, where it is none of these kinds. */
  readonly purpose?: string;
  /** Where payments were made. */
  readonly place?: string;
  /** Somebody whom the bank does not know as such: "sister". */
  readonly person?: string;
  /** ISO 4217 code of the currency in which amounts shall be told. */
  readonly currency?: string;
  /** A kind of account that nobody has here. */
  readonly otherAccount?: string;
  readonly figure?: Figure;
  /** Of an average. */
  readonly per?: Unit;
  /** Of the latest. */
  readonly howMany?: number;
  /** A payment that the bot has told before. */
  readonly transactionId?: string;
  /** Payments that the bot has told before: "how much is that in total?" */
  readonly these?: readonly string[];
  /** Those before this payment, which was told last. */
  readonly after?: string;
  /** The days before those that were talked about. */
  readonly earlier?: true;
  readonly lastFour?: string;
  readonly card?: 'debit' | 'credit';
  /** "Both": all that there are. */
  readonly all?: true;
  /** `YYYY-MM-DD` and `HH:MM` of an appointment. */
  readonly day?: Day;
  readonly time?: string;
  readonly direction?: 'in' | 'out';
  /** Balances of accounts, added up. */
  readonly together?: true;
  /** Words that nothing explains. */
  readonly unexplained?: readonly string[];
  /** Payments that are not booked yet. */
  readonly pending?: true;
  /** Transfers that did not go through. */
  readonly failed?: true;
  /** What is still to come is asked for: "when do I get paid next?" */
  readonly ahead?: true;
  /** The reason is asked. */
  readonly why?: true;
  /** Of an operation that the assistant's files describe, by their names. */
  readonly values?: Readonly<Record<string, string | number>>;
}

const accountWords: readonly (readonly [AccountKind, string])[] = [
  ['savings', String.raw`saving(?:s)?(?:\s+(?:account|one))?`],
  ['credit', String.raw`credit\s*card(?:\s+account)?|credit\s+account`],
  ['current', String.raw`(?:current|checking|chequing|everyday|main)(?:\s+(?:account|one))?`],
];
/** The account that is named, where it is one. */
function accountIn(text: string): AccountKind | undefined {
  const named = accountWords.filter(([, pattern]) => new RegExp(String.raw`\b(?:${pattern})\b`, 'i').test(text));
  return named.length === 1 ? named[0]?.[0] : undefined;
}

/** "Tell me my balance, but not the savings": what is left out, and the other words. */
function accountLeftOut(text: string): { readonly exceptAccount: AccountKind | undefined; readonly others: string } {
  for (const [kind, words] of accountWords) {
    const leftOut = new RegExp(
      String.raw`\b(?:(?:but )?not|without|except(?: for)?|excluding|apart from|other than)\s+(?:(?:the|my|in|on)\s+)*(?:${words})\b`,
      'i',
    );
    if (leftOut.test(text)) return { exceptAccount: kind, others: text.replace(leftOut, ' ') };
  }
  return { exceptAccount: undefined, others: text };
}

const paysOff =
  /\bpay(?:ing)?(?: off| down)?(?: (?:all|some|half|part|the rest))?(?: of)? (?:my |the )?credit card\b|\bpay(?:ing)?(?: \S+){1,4}? (?:off|down|towards?|onto|on)(?: of)? (?:my |the )?credit card\b/i;

function directed(text: string, preposition: 'from' | 'to' | 'in'): AccountKind | undefined {
  const prefix = { from: '(?:from|out of)', to: '(?:to|into|onto)', in: '(?:in|on)' }[preposition];
  return accountWords.find(([, pattern]) =>
    new RegExp(String.raw`\b${prefix}\s+(?:my\s+|the\s+|our\s+)?(?:${pattern})\b`, 'i').test(text),
  )?.[0];
}

const endingIn =
  /\b(?:ending|ends|end|finishing|finishes)\s+(?:in|with|on)\s+(.{1,40})|\blast (?:four|4)(?: digits)?(?: (?:is|are))?\s+(.{1,40})/i;

function lastFourIn(text: string): string | undefined {
  const match = endingIn.exec(text);
  const digits = match && spokenDigits((match[1] ?? match[2] ?? '').split(/[?!]/)[0] ?? '');
  return digits && digits.length >= 4 ? digits.slice(0, 4) : undefined;
}

/** Where a caller takes back what they have just said: "fifty, no, sixty". */
const slip =
  /(?<=[\p{L}\p{N}])\s*[,;.–-]+\s*(?:(?:uh|um|oh|er|well)\W+)*(?:no|sorry|wait|actually|or rather|rather|i mean|i meant|make that|correction|scratch that)\b(?:\W+(?:no|sorry|wait|actually|i mean|i meant|make that))*\W+(?=[\p{L}\p{N}$€£])/iu;

/** What was said, and what took its place in the same breath. */
function slipIn(text: string): readonly [string, string] | undefined {
  const match = slip.exec(text);
  // "No, I meant …" takes back what was said before, and not itself.
  if (!match || wordCount(text.slice(0, match.index)) < 2) return undefined;
  return [text.slice(0, match.index), text.slice(match.index + match[0].length)];
}

type Expecting = { readonly amount?: boolean; readonly future?: boolean; readonly now?: string };

/**
 * What a caller named. Where they take something back in the same breath, the latter counts.
 * @param today in the bank's time zone.
 * @param expecting what the bot has just asked for: a bare number is an amount, a day lies ahead. `now`: `HH:MM`, for "in an hour".
 */
export function slotsIn(text: string, today: Day, expecting: Expecting = {}): Slots {
  const [before, after] = slipIn(text) ?? [];
  if (before === undefined || after === undefined) return namedIn(text, today, expecting);
  const corrected = namedIn(after, today, expecting);
  return hasSlots(corrected) ? joinSlots(namedIn(before, today, expecting), corrected) : namedIn(text, today, expecting);
}

function namedIn(text: string, today: Day, expecting: Expecting): Slots {
  const from = directed(text, 'from');
  // "I need a hundred in savings", "put it on my savings account"
  const to =
    directed(text, 'to') ??
    (expecting.amount && paysOff.test(text) ? 'credit' : undefined) ??
    (expecting.amount && !from ? directed(text, 'in') : undefined);
  const { exceptAccount, others } = accountLeftOut(text);
  const account = accountIn(others);
  const lastFour = lastFourIn(text);
  const limits = boundsIn(text);
  const [saidMinor, otherMinor] = lastFour || limits ? [] : amountsIn(text, { bare: expecting.amount === true });
  // About so much is any amount near it; to move money, it is that much.
  const near = saidMinor !== undefined && !expecting.amount && isVagueAbout(text) ? nearly(saidMinor) : undefined;
  const bounds = limits ?? near;
  const amountMinor = near ? undefined : saidMinor;
  const share = expecting.amount ? shareIn(text) : undefined;
  const per = unitIn(text);
  const asked = per ? 'average' : figureIn(text);
  const [period = text, other] = asked === 'comparison' ? periodsIn(text) : [];
  const days = periodIn(period, today);
  const against = other === undefined ? undefined : periodIn(other, today);
  const howMany = howManyIn(text);
  const { day, time } = momentIn(text, today, expecting.now);
  const { except, rest } = exceptionIn(text);
  const matter = withoutStory(rest);
  const place = placeIn(matter);
  const purpose = purposeIn(matter);
  // "On Lego" is what was bought, and not where.
  const merchants = merchantsIn(place ? matter.replace(place, '') : matter).filter(
    (name) => !isKind(name) && name.toLowerCase() !== purpose,
  );
  const [merchant] = merchants;
  const kinds = merchant ? [] : kindsIn(matter);
  const two = kinds.length === 2 || merchants.length === 2;
  const figure = two && !bounds && asked !== 'comparison' && comparesTwo(text) ? 'versus' : asked;
  const currency = currencyIn(text);
  const person = relationIn(text);
  const otherAccount = account ? undefined : otherAccountIn(text);
  const [credit, debit] = [/\bcredit\b/i.test(text), /\bdebit\b(?!s)/i.test(text)];
  const card = credit === debit ? undefined : credit ? 'credit' : 'debit';
  const all = /\bboth\b|\ball (?:of them|my cards|the cards)\b|\bevery card\b|\b(?:two|three) cards\b/i.test(text);
  const direction = directionIn(text, bounds);
  return {
    ...(account ? { account } : exceptAccount ? { exceptAccount } : {}),
    ...(from ? { from } : {}),
    ...(to ? { to } : {}),
    ...amountSlots(amountMinor, otherMinor),
    ...(share !== undefined && amountMinor === undefined ? { share } : {}),
    ...(bounds ? { bounds } : {}),
    ...(!days && daysEarlier.test(text) ? { earlier: true } : {}),
    ...(days ? { days } : {}),
    ...(against ? { against } : {}),
    ...(figure ? { figure } : {}),
    ...(per ? { per } : {}),
    ...(howMany ? { howMany } : {}),
    ...(day ? { day } : {}),
    ...(time ? { time } : {}),
    ...(merchant ? { merchant } : {}),
    ...(merchants.length > 1 ? { merchants } : {}),
    ...(kinds.length > 0 ? { kinds } : {}),
    ...(purpose && !merchant && kinds.length === 0 ? { purpose } : {}),
    ...(except ? { except } : {}),
    ...(place ? { place } : {}),
    ...(person ? { person } : {}),
    ...(currency ? { currency } : {}),
    ...(otherAccount ? { otherAccount } : {}),
    ...(lastFour ? { lastFour } : {}),
    ...(card ? { card } : {}),
    ...(all ? { all: true } : {}),
    ...(direction ? { direction } : {}),
    ...(asksPending(text) ? { pending: true } : {}),
    ...(asksFailed(text) ? { failed: true } : {}),
    ...(asksAhead(text) ? { ahead: true } : {}),
    ...(asksWhy(text) ? { why: true } : {}),
  };
}

/** "And the week before?" */
const daysEarlier =
  /\b(?:the )?(?:day|week|month|year|one) before(?! last| yesterday)\b|\bbefore that\b|\bthe (?:previous|preceding) (?:one|period)\b/i;

/** When something shall be done. */
function momentIn(text: string, today: Day, now: string | undefined): Pick<Slots, 'day' | 'time'> {
  const ahead = minutesAhead(text);
  if (now !== undefined && ahead !== undefined) {
    const { time, days } = later(now, ahead);
    return { day: addDays(today, days), time };
  }
  const day = daysIn(text, today, { future: true })?.from;
  const time = timeIn(text);
  return { ...(day ? { day } : {}), ...(time ? { time } : {}) };
}

const amountSlots = (minor: number | undefined, other: number | undefined): Pick<Slots, 'amountMinor' | 'amountEither'> => {
  if (minor === undefined) return {};
  return other === undefined ? { amountMinor: minor } : { amountEither: [minor, other] };
};

/** What was named before and now; an amount takes the place of the one before, and an account may change its end. */
export function joinSlots(before: Slots, now: Slots): Slots {
  const { amountMinor, amountEither, share, from, to, ...others } = before;
  const named = now.amountMinor !== undefined || now.amountEither !== undefined || now.share !== undefined;
  return {
    ...others,
    ...(named ? {} : amountSlots(amountMinor ?? amountEither?.[0], amountMinor === undefined ? amountEither?.[1] : undefined)),
    ...(named || share === undefined ? {} : { share }),
    ...movedEnds({ from, to }, now),
    ...now,
    ...(before.values || now.values ? { values: { ...before.values, ...now.values } } : {}),
  };
}

/** "No, from checking": where it went before, it comes from now, and the other end changes too. */
function movedEnds(
  { from, to }: { readonly from: AccountKind | undefined; readonly to: AccountKind | undefined },
  now: Slots,
): Pick<Slots, 'from' | 'to'> {
  const newTo = now.from && now.from === to ? from : to;
  const newFrom = now.to && now.to === from ? to : from;
  return { ...(newFrom ? { from: newFrom } : {}), ...(newTo ? { to: newTo } : {}) };
}

export const hasSlots = (slots: Slots): boolean => Object.keys(slots).length > 0;
