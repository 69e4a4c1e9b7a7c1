import { type SpokenNumber, spokenNumbers } from '../language/spoken-numbers.ts';

/** An amount in the smallest unit of its currency, such as cents. */
export interface Money {
  readonly minor: number;
  /** ISO 4217. */
  readonly currency: string;
}

/** As it is written and read aloud: "$1,234.50", "-$20.00". */
export function moneyText({ minor, currency }: Money): string {
  return new Intl.NumberFormat('en-US', { style: 'currency', currency }).format(minor / 100);
}

const currencyAfter = /^[\s-]*(?:dollars?|bucks?|quid|euros?|pounds?|usd|eur|gbp)\b/i;
const centsAfter = /^[\s-]*(?:cents?|pence|pennies)\b/i;
const symbolBefore = /[$€£]\s?$/;
/** What makes a number something else than an amount: days, percents, times, ordinals. */
const otherUnit =
  /^(?:\s*(?:days?|weeks?|months?|years?|minutes?|hours?|percent|times?|transfers?|payments?|accounts?|cards?|am|pm|a\.m|p\.m|o'clock)\b|(?:st|nd|rd|th)\b|\s*%|:\d)/i;
/** Nobody moves less than nothing. */
const below = /\b(?:minus|negative)\s+$/i;
const partOfTime = /:$/;

/** The amounts that a number and what stands around it may mean, in minor units: none, one, or two where it is not clear. */
function amountsOf(
  text: string,
  { value, other, vague, money, start, end }: SpokenNumber,
  rest: readonly SpokenNumber[],
  bare: boolean,
): number[] {
  const [before, after] = [text.slice(0, start), text.slice(end)];
  if (centsAfter.test(after)) return vague ? [] : [Math.round(value)];
  const currency = currencyAfter.exec(after);
  const isAmount = currency !== null || symbolBefore.test(before) || money === true;
  if (below.test(before)) return [];
  const isOther = otherUnit.test(after) || partOfTime.test(before);
  if (vague || (!isAmount && (!bare || isOther))) return [];
  if (!currency) return [value, ...(other === undefined ? [] : [other])].map(toMinor);
  // "Eleven fifty dollars" has no cents any more; "twelve dollars fifty" has.
  const next = rest[0];
  const between = next && text.slice(end + currency[0].length, next.start);
  const isCents = next && next.value < 100 && Number.isInteger(next.value) && /^\s+(?:and\s+)?$/.test(between ?? '');
  const said = isCents && (centsAfter.test(text.slice(next.end)) || (next.value >= 10 && !/and/.test(between ?? '')));
  return [toMinor(other ?? value) + (said ? next.value : 0)];
}

const toMinor = (major: number) => Math.round(major * 100);

/**
 * The first amount in a text, in minor units: none, one, or two where it may be either ("eleven fifty").
 * @param options `bare`: also a number without a currency, as in the answer to "how much?".
 */
export function amountsIn(text: string, { bare = false }: { readonly bare?: boolean } = {}): readonly number[] {
  const numbers = spokenNumbers(text);
  for (const [i, number] of numbers.entries()) {
    const found = amountsOf(text, number, numbers.slice(i + 1), bare);
    if (found.length > 0) return found;
    // How much a vague amount is must be asked, whatever else is said.
    if (number.vague) return [];
  }
  return [];
}
