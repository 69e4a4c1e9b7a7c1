import { spokenNumbers } from '../language/spoken-numbers.ts';

/** Bounds on amounts, in minor units, without their sign. */
export interface AmountBounds {
  readonly overMinor?: number;
  readonly underMinor?: number;
}

const under = /\b(?:under|below|less than|cheaper than|smaller than|lower than|not more than|no more than|at most|up to)\W*$/i;
const over = /\b(?:over|above|more than|bigger than|larger than|higher than|greater than|at least|exceeding)\W*$/i;
const between = /\bbetween\W*$/i;
/** What is counted or timed is no amount. */
const counted = /^\s*(?:days?|weeks?|months?|years?|hours?|minutes?|times?|payments?|transactions?|transfers?|percent|%)\b/i;

/** "Under ten dollars", "between 20 and 50", "more than a hundred". */
export function boundsIn(text: string): AmountBounds | undefined {
  const numbers = spokenNumbers(text).filter(({ vague, end }) => !vague && !counted.test(text.slice(end)));
  for (const [i, { value, start, end }] of numbers.entries()) {
    // "Not more than" also ends with "more than".
    const before = text.slice(0, start).replace(/[$€£]\s*$/, '');
    const minor = Math.round(value * 100);
    if (under.test(before)) return { underMinor: minor };
    if (over.test(before)) return { overMinor: minor };
    const next = numbers[i + 1];
    if (between.test(before) && next && /^\D{0,12}\band\b\W*$/i.test(text.slice(end, next.start))) {
      return { overMinor: minor, underMinor: Math.round(next.value * 100) };
    }
  }
  return undefined;
}

/** Money is spent on something, and something is paid for. */
const spends =
  /\b(?:(?:spend|spent|spending|went|goes)\b.*?\b(?:on|for)|(?:pay|paid|paying)\b.*?\bfor)\s+((?:\p{L}[\p{L}'’-]*\s*){1,4})/iu;
const articles = /^(?:my|the|some|any|all|our|a|an)$/i;
/** Where the name of a purpose ends, or what is none. */
const noPurpose =
  /^(?:last|this|that|it|them|these|those|next|today|yesterday|tomorrow|monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|may|june|july|august|september|october|november|december|week|month|year|weekend|average|credit|debit|card|cards|account|accounts|savings?|checking|current|statements?|bank|using|everything|anything|what|which|each|every|me|you|us|in|at|from|since|during|between|over|under|with|by|to|so|far|and|or|please|altogether|total|the|day|days|top|behalf|time|hold|there|here|now|more|less|than|is|was|not|did|do|first|second|third|one|two|three|four|five|six|seven|eight|nine|ten)$/i;

/** What money was spent on, where that is more than a date, an account or a shop: the bank does not know it. */
export function purposeIn(text: string): string | undefined {
  const words = (spends.exec(text)?.[1] ?? '').trim().split(/\s+/);
  while (words.length > 0 && articles.test(words[0] ?? '')) words.shift();
  const end = words.findIndex((word) => noPurpose.test(word));
  const named = (end === -1 ? words : words.slice(0, end)).slice(0, 2).filter(Boolean);
  return named.length === 0 ? undefined : named.join(' ').toLowerCase();
}

/** What may be asked of payments beside their list and their sum. */
export type Figure = 'largest' | 'smallest' | 'average' | 'top-merchant' | 'comparison';

const figures: readonly (readonly [Figure, RegExp])[] = [
  [
    'comparison',
    /\b(?:compared? (?:to|with)|comparison|(?:more|less) (?:\w+ )*than (?:in |on |during )?(?:last|this|the (?:month|week|year)|before|usual|january|february|march|april|may|june|july|august|september|october|november|december)\b)/i,
  ],
  [
    'top-merchant',
    /\b(?:who|whom|where|which (?:shop|store|merchant|company|place)|what (?:shop|store))\b.*\b(?:the )?most\b(?! recent)/i,
  ],
  ['largest', /\b(?:largest|biggest|highest|most expensive|dearest)\b|\bthe most\b(?! recent)/i],
  ['smallest', /\b(?:smallest|lowest|cheapest|least expensive)\b/i],
  ['average', /\b(?:on average|average)\b/i],
];
export const figureIn = (text: string): Figure | undefined => figures.find(([, pattern]) => pattern.test(text))?.[0];

/** "More this month than last month" names two periods, and "than" stands between them. */
export const periodsIn = (text: string): readonly string[] => text.split(/\b(?:than|compared (?:to|with))\b/i, 2);

const ofPayments =
  /\b(?:last|latest|most recent|recent|past|previous)\s+((?:\p{L}|\d)+)\s+(?:\p{L}+\s+)?(?:payments?|transactions?|purchases?|charges|debits?|entries)\b/iu;

/** "My last five payments". */
export function howManyIn(text: string): number | undefined {
  const [number] = spokenNumbers(ofPayments.exec(text)?.[1] ?? '');
  return number && number.value >= 1 ? Math.floor(number.value) : undefined;
}

/** Relatives and others whose matters are not the caller's. */
const others =
  /\b(?:my|our|his|her|their)\s+(?:sister|brother|wife|husband|partner|mother|mum|mom|father|dad|son|daughter|child|parents?|friend|boss|neighbou?r|flatmate|colleague|uncle|aunt|cousin|grandmother|grandma|grandfather|grandpa|girlfriend|boyfriend|fianc[eé]e?|roommate|employer)(?:['’]s|s['’])\s+(?:\p{L}+\s+)?(?:accounts?|balance|cards?|money|payments?|transactions?|savings|transfers?|salary|spending)\b/iu;
const otherSpends =
  /\b(?:does|did|has|is|what|how much)\b.*\b(?:my|his|her|our)\s+(?:sister|brother|wife|husband|partner|mother|mum|mom|father|dad|son|daughter|friend|boss|neighbou?r|uncle|aunt|cousin|girlfriend|boyfriend|roommate)\s+(?:have|has|spend|spent|owe|owes|got|paid|pay|earn|earns)\b(?!\s+to\b)/i;

/** Whether the caller asks about the accounts of somebody else. */
export const asksOfOthers = (text: string): boolean => others.test(text) || otherSpends.test(text);
