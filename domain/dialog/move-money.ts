import type { AccountKind } from '../bank/bank.ts';
import type { Slots } from './slots.ts';

/** From where to where: of the two accounts that most people have, the one that was not named is the other one. */
export function endsOf({ from, to }: Slots): { readonly from?: AccountKind | undefined; readonly to?: AccountKind | undefined } {
  const other = (kind: AccountKind | undefined) => (kind === undefined ? undefined : kind === 'current' ? 'savings' : 'current');
  return { from: from ?? other(to), to: to ?? other(from) };
}

const turned =
  /\bvice versa\b|\bother way (?:a)?round\b|\b(?:the|in) (?:reverse|opposite)(?: direction)?\b|\bswap (?:them|the accounts|it)\b/i;

/** The same order the other way round, where the caller asks for that. */
export function turnedRound(slots: Slots, text: string): Slots | undefined {
  const { from, to } = endsOf(slots);
  return turned.test(text) && from && to ? { ...slots, from: to, to: from } : undefined;
}

const putsBack =
  /\b(?:put|move|transfer|send|take|bring|shift|get) (?:it|that|this|them|the money|all of it)(?: all)? back\b|\b(?:undo|reverse) (?:it|that|this)\b/i;

/** The order that takes money back to where it was, once it was moved. */
export function movedBack(slots: Slots, text: string): Slots | undefined {
  const { from, to } = endsOf(slots);
  const { amountMinor } = slots;
  return putsBack.test(text) && from && to && from !== 'credit' && to !== 'credit' && amountMinor !== undefined
    ? { from: to, to: from, amountMinor }
    : undefined;
}

const half = /\bhalf\b(?! (?:past|an? |one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|hour))/i;
const all =
  /\b(?:everything|in full|all (?:of it|of that|the money|my money|my savings|that is there|there is)|the (?:whole|full|entire) (?:lot|amount|balance|sum|thing)|the rest|whatever is (?:left|there|in it)|it all)\b/i;

/** A part of what is there: "half of it", "everything". */
export const shareIn = (text: string): number | undefined =>
  /\ba third\b/i.test(text)
    ? 1 / 3
    : /\ba quarter of (?:it|that|the money|my)\b/i.test(text)
      ? 1 / 4
      : half.test(text)
        ? 1 / 2
        : all.test(text)
          ? 1
          : undefined;

const relations =
  'friend|sister|brother|wife|husband|partner|mother|mum|mom|father|dad|son|daughter|child|children|kids?|parents?|boss|neighbou?r|flatmate|roommate|colleague|uncle|aunt|cousin|grandmother|grandma|grandfather|grandpa|girlfriend|boyfriend|landlord|landlady|employer|accountant|lawyer|cleaner|babysitter';
const related = new RegExp(String.raw`\b(?:my|our|his|her|their)\s+(?:\p{L}+\s+)?(${relations})\b`, 'iu');

/** Somebody who is named by what they are to the caller. */
export const relationIn = (text: string): string | undefined => related.exec(text)?.[1]?.toLowerCase();

const toSomebody = new RegExp(
  String.raw`\bto\s+(?:(?:my|our|his|her|their|a|the)\s+(?:\p{L}+\s+)?(?:${relations})(?:['’]s|s['’])?\b|(?:some(?:body|one)(?: else)?|another person|other people|another bank)\b)|\b(?:send|pay|give|transfer|wire)\s+(?:my|our)\s+(?:${relations})\b`,
  'iu',
);
/** Again and again: a standing order. */
const regular =
  /\b(?:every|each|per) (?:day|week|month|year|quarter)\b|\d(?: (?:dollars?|euros?|pounds?|bucks))? a (?:day|week|month|year|quarter)\b|\b(?:dollars?|euros?|pounds?|bucks) a (?:day|week|month|year|quarter)\b|\b(?:every|each) \w+day\b|\b(?:daily|weekly|monthly|yearly|regularly)\b|\bstanding order\b/i;
export const isRegular = (text: string): boolean => regular.test(text);

const bill = /\bpay\b(?!.*\bcredit card\b).*\b(?:bills?|invoices?|rent|landlord|mortgage|taxes)\b/i;

/** A name; recognisers write names with a capital letter. */
const toName =
  /\b(?:to|[Pp]ay|[Ss]end|[Gg]ive|[Ww]ire)\s+(?!(?:Savings?|Checking|Current|Credit|Debit|Account|Everyday|Main|My|Our|The|Me|It|Money|Half|All|Every\w+|One|Two|Three|Four|Five|Six|Seven|Eight|Nine|Ten|Twenty|Thirty|Forty|Fifty|Sixty|Seventy|Eighty|Ninety|A|I|January|February|March|April|May|June|July|August|September|October|November|December|\w+day)\b)\p{Lu}\p{Ll}/u;

/** Whether money shall go to somebody else: the bot moves it between the caller's own accounts only. */
export const paysOthers = (text: string): boolean => toSomebody.test(text) || toName.test(text) || bill.test(text);
