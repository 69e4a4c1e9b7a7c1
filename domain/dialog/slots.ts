import type { AccountKind } from '../bank/bank.ts';
import { amountsIn } from '../bank/money.ts';
import { type Day, type DayRange, daysIn } from '../language/dates.ts';
import { spokenDigits } from '../language/numbers.ts';
import { timeIn } from '../language/times.ts';
import { type AmountBounds, boundsIn, type Figure, figureIn, howManyIn, periodsIn, purposeIn } from './restrictions.ts';

/** What a caller named: which account, how much, when, where. */
export interface Slots {
  readonly account?: AccountKind;
  readonly from?: AccountKind;
  readonly to?: AccountKind;
  /** In minor units of the account's currency. */
  readonly amountMinor?: number;
  /** Two amounts, of which it is not clear which one was said. */
  readonly amountEither?: readonly [number, number];
  readonly bounds?: AmountBounds;
  readonly days?: DayRange;
  /** What `days` are compared with. */
  readonly against?: DayRange;
  readonly merchant?: string;
  /** What money was spent on. */
  readonly purpose?: string;
  readonly figure?: Figure;
  /** Of the latest. */
  readonly howMany?: number;
  readonly lastFour?: string;
  readonly card?: 'debit' | 'credit';
  /** `YYYY-MM-DD` and `HH:MM` of an appointment. */
  readonly day?: Day;
  readonly time?: string;
  readonly direction?: 'in' | 'out';
}

const accountWords: readonly (readonly [AccountKind, string])[] = [
  ['savings', String.raw`saving(?:s)?(?:\s+(?:account|one))?`],
  ['credit', String.raw`credit\s*card(?:\s+account)?|credit\s+account`],
  ['current', String.raw`(?:current|checking|chequing|everyday|main)(?:\s+(?:account|one))?`],
];
const accountIn = (text: string): AccountKind | undefined =>
  accountWords.find(([, pattern]) => new RegExp(String.raw`\b(?:${pattern})\b`, 'i').test(text))?.[0];

function directed(text: string, preposition: 'from' | 'to'): AccountKind | undefined {
  const prefix = preposition === 'to' ? '(?:to|into)' : '(?:from|out of)';
  return accountWords.find(([, pattern]) =>
    new RegExp(String.raw`\b${prefix}\s+(?:my\s+|the\s+|our\s+)?(?:${pattern})\b`, 'i').test(text),
  )?.[0];
}

/** Words after "at" or "to" that begin no merchant's name. */
const noMerchant =
  /^(?:my|the|a|an|your|this|that|it|me|you|us|all|any|some|last|least|most|once|night|noon|home|work|monday|tuesday|wednesday|thursday|friday|saturday|sunday|today|yesterday|tomorrow|january|february|march|april|may|june|july|august|september|october|november|december|savings?|checking|current|credit|account|bank|someone|somebody|person|pay|spend|check|see|know|get|make|have|be|move|transfer|report|dispute|block|talk|speak|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|noon)$/i;
const merchantEnd =
  /^(?:on|in|last|this|yesterday|today|for|and|or|please|was|is|that|which|i|from|since|with|by|my|the|charge|payment|transaction|twice|again|over|during|between|of|to|not|it|did|didn't|has|have|but|because|right|correct)$/i;

const afterPreposition =
  /\b(?:at|from|to|by|with)\s+(?=((?:the\s+)?[\p{L}\p{N}][\p{L}\p{N}'&.-]*(?:\s+[\p{L}\p{N}'&.-]+){0,3}))/giu;

/** The name after "at", "to", "from", "by": of whom a payment is. */
function merchantIn(text: string): string | undefined {
  for (const match of text.matchAll(afterPreposition)) {
    const words = (match[1] ?? '').replace(/^the\s+/i, '').split(/\s+/);
    if (noMerchant.test(words[0]?.replace(/[.,?!]+$/, '') ?? '')) continue;
    const name: string[] = [];
    for (const word of words) {
      const bare = word.replace(/[.,?!]+$/, '');
      if (name.length > 0 && merchantEnd.test(bare)) break;
      if (!/\p{L}/u.test(bare)) break;
      name.push(bare);
      if (bare !== word) break;
    }
    if (name.length > 0) return name.join(' ').replace(/'s$/, '');
  }
  // "the Netflix charge", "my Amazon payment"
  const named =
    /\b(?:the|that|this|my|a)\s+([\p{L}][\p{L}'&-]*(?:\s+[\p{L}][\p{L}'&-]*)?)\s+(?:charge|payment|transaction|purchase|subscription)\b/iu.exec(
      text,
    );
  const name = named?.[1] ?? '';
  const plain =
    /^(?:last|first|latest|recent|card|wrong|strange|same|new|old|big|small|second|other|direct|pending|duplicate|unknown|weird|suspicious|largest|biggest|highest|smallest|lowest|cheapest|dearest|average|most|top|usual|typical|recurring|monthly|one|two|whole|entire|dollar|debit|credit|account|my|your|next|cash|it|a|the|fraudulent|unauthorized)\b/i;
  return name && !plain.test(name) ? name : undefined;
}

const endingIn =
  /\b(?:ending|ends|end|finishing|finishes)\s+(?:in|with|on)\s+(.{1,40})|\blast (?:four|4)(?: digits)?(?: (?:is|are))?\s+(.{1,40})/i;

function lastFourIn(text: string): string | undefined {
  const match = endingIn.exec(text);
  const digits = match && spokenDigits((match[1] ?? match[2] ?? '').split(/[?!]/)[0] ?? '');
  return digits && digits.length >= 4 ? digits.slice(0, 4) : undefined;
}

/**
 * @param today in the bank's time zone.
 * @param expecting what the bot has just asked for: a bare number is an amount, a day lies ahead.
 */
export function slotsIn(
  text: string,
  today: Day,
  expecting: { readonly amount?: boolean; readonly future?: boolean } = {},
): Slots {
  const from = directed(text, 'from');
  const to = directed(text, 'to');
  const account = accountIn(text);
  const lastFour = lastFourIn(text);
  const bounds = boundsIn(text);
  const [amountMinor, otherMinor] = lastFour || bounds ? [] : amountsIn(text, { bare: expecting.amount === true });
  const figure = figureIn(text);
  const [named = text, other] = figure === 'comparison' ? periodsIn(text) : [];
  const days = daysIn(named, today);
  const against = other === undefined ? undefined : daysIn(other, today);
  const howMany = howManyIn(text);
  const day = daysIn(text, today, { future: true })?.from;
  const time = timeIn(text);
  const merchant = merchantIn(text);
  const purpose = purposeIn(text);
  const card = /\bcredit\s*card\b/i.test(text) ? 'credit' : /\bdebit\s*card\b/i.test(text) ? 'debit' : undefined;
  const direction = /\b(?:deposit|deposits|salary|paid in|incoming|received|receive|come in|came in)\b/i.test(text)
    ? 'in'
    : /\b(?:spend|spent|spending|paid|pay|charged|withdrew|withdrawals?|outgoing)\b/i.test(text)
      ? 'out'
      : undefined;
  return {
    ...(account ? { account } : {}),
    ...(from ? { from } : {}),
    ...(to ? { to } : {}),
    ...amountSlots(amountMinor, otherMinor),
    ...(bounds ? { bounds } : {}),
    ...(days ? { days } : {}),
    ...(against ? { against } : {}),
    ...(figure ? { figure } : {}),
    ...(howMany ? { howMany } : {}),
    ...(day ? { day } : {}),
    ...(time ? { time } : {}),
    ...(merchant ? { merchant } : {}),
    ...(purpose && !merchant ? { purpose } : {}),
    ...(lastFour ? { lastFour } : {}),
    ...(card ? { card } : {}),
    ...(direction ? { direction } : {}),
  };
}

const amountSlots = (minor: number | undefined, other: number | undefined): Pick<Slots, 'amountMinor' | 'amountEither'> => {
  if (minor === undefined) return {};
  return other === undefined ? { amountMinor: minor } : { amountEither: [minor, other] };
};

/** What was named before and now; an amount takes the place of the one before. */
export function joinSlots(before: Slots, now: Slots): Slots {
  const { amountMinor, amountEither, ...others } = before;
  const named = now.amountMinor !== undefined || now.amountEither !== undefined;
  return {
    ...others,
    ...(named ? {} : amountSlots(amountMinor ?? amountEither?.[0], amountMinor === undefined ? amountEither?.[1] : undefined)),
    ...now,
  };
}

export const hasSlots = (slots: Slots): boolean => Object.keys(slots).length > 0;
