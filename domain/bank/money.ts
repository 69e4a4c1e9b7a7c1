import { numberFromWords, numberWord } from '../language/numbers.ts';

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

const currencyWords = `(?:dollars?|bucks|euros?|pounds?|usd|eur|gbp)`;
const written = new RegExp(
  String.raw`(?:[$€£]\s?(\d[\d,]*(?:\.\d{1,2})?))|(?:\b(\d[\d,]*(?:\.\d{1,2})?)\s*${currencyWords}\b(?:\s+(?:and\s+)?(\d{1,2})\s*cents?\b)?)`,
  'i',
);
const inWords = new RegExp(
  String.raw`\b((?:(?:a\s+)?(?:${numberWord})(?:[\s-]+(?:and\s+)?)?)+)\s*${currencyWords}(?:\s+(?:and\s+)?((?:(?:${numberWord})[\s-]?)+)\s*cents?)?`,
  'i',
);
const bare = /(?<![\d.,-])(\d{1,3}(?:,\d{3})+|\d{1,7})(\.\d{1,2})?(?![\d,]|\s*(?:days?|weeks?|months?|am|pm|st|nd|rd|th|%|:))/;
const bareWords = new RegExp(String.raw`\b((?:(?:a\s+)?(?:${numberWord})(?:[\s-]+(?:and\s+)?)?)+)\b`, 'i');

const split = (text: string) =>
  text
    .toLowerCase()
    .trim()
    .split(/[\s-]+/);

/**
 * The amount in a text, in minor units.
 * @param options `bare`: also a number without a currency, as in the answer to "how much?".
 */
export function amountIn(text: string, options: { readonly bare?: boolean } = {}): number | undefined {
  const match = written.exec(text);
  if (match) {
    const number = Number((match[1] ?? match[2] ?? '').replaceAll(',', ''));
    return Math.round(number * 100) + Number(match[3] ?? 0);
  }
  const words = inWords.exec(text);
  if (words) {
    const number = numberFromWords(split(words[1] ?? ''));
    if (number !== undefined) return number * 100 + (words[2] ? (numberFromWords(split(words[2])) ?? 0) : 0);
  }
  if (!options.bare) return undefined;
  const digits = bare.exec(text);
  if (digits) return Math.round(Number(`${(digits[1] ?? '').replaceAll(',', '')}${digits[2] ?? ''}`) * 100);
  const spoken = bareWords.exec(text);
  const number = spoken && numberFromWords(split(spoken[1] ?? ''));
  return number === undefined || number === null ? undefined : number * 100;
}
