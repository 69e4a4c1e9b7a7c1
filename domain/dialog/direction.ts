import { othersPaid } from './merchants.ts';
import type { AmountBounds } from './restrictions.ts';

const comesIn =
  /\b(?:deposits?|salary|earn(?:ed)?|earnings|income|(?:get|got|been) paid|paid in|incoming|received?|(?:come|came|coming|comes) in|(?:paid|pays?|sent) me|send me|refund(?:s|ed)?)\b/i;
/** "Is there any money in yet?", and not "the most money in October". */
const moneyIn = /\bmoney in(?=\W*$|\W+(?:yet|already|today|yesterday|this|last|from)\b)/i;
/** "How much do I usually get?" */
const usuallyGets =
  /\bhow much (?:money )?(?:do|did) (?:i|we) (?:(?:usually|typically|normally|generally) (?:get|make|take home|bring home)|(?:get|make|take home|bring home)\W*(?:(?:on average|usually|a month|per month|each month|every month|monthly)\W*)+$)/i;
const goesOut = /\b(?:spend|spent|spending|paid|pay|charged|withdrew|withdrawals?|outgoing)\b/i;
const spends = /\bspen[dt]\b/i;

/** Whether payments are asked for that came in, or that went out. */
export function directionIn(text: string, bounds?: AmountBounds): 'in' | 'out' | undefined {
  const mayComeIn = comesIn.test(text) || usuallyGets.test(text) || (moneyIn.test(text) && !spends.test(text));
  // "Has the plumber been paid" asks for what went out.
  if (mayComeIn && !othersPaid(text)) return 'in';
  if (goesOut.test(text)) return 'out';
  // "Every payment over a hundred dollars" is none of a salary.
  return bounds && /\bpayments?\b(?! from\b)/i.test(text) ? 'out' : undefined;
}
