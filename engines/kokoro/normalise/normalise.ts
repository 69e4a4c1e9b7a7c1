import type { Accent } from '../voices.ts';
import { spellAbbreviations } from './abbreviations.ts';
import { spellAmounts } from './amounts.ts';
import { spellDates } from './dates.ts';
import { spellIdentifiers } from './identifiers.ts';
import { plainText } from './plain-text.ts';

/**
 * Text as it is to be said. Order matters: what is more specific (an amount, a date, a card ending) is rewritten before what
 * would read its digits as a plain number. Plain numbers stay digits: the phonemizer reads those.
 */
export function normalise(text: string, accent: Accent): string {
  let out = plainText(text);
  out = spellAmounts(out);
  out = spellDates(out, accent);
  out = spellIdentifiers(out);
  out = spellAbbreviations(out);
  return out
    .replace(/(\d),(?=\d{3}\b)/g, '$1')
    .replace(/(\d)\s*%/g, '$1 percent')
    .replace(/(\d)\s*[-–]\s*(?=\d)/g, '$1 to ')
    .replace(/\s+&\s+/g, ' and ')
    .replace(/\s+/g, ' ')
    .trim();
}
