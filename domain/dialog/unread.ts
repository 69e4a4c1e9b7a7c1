import { numberWord, ordinalFrom } from '../language/numbers.ts';
import { withoutExceptions } from './exceptions.ts';
import { withoutKinds } from './merchant-kinds.ts';
import type { Slots } from './slots.ts';
import { withoutStory } from './story.ts';

/** Words of which each belongs to a value that was read, by the value. */
const ofValue: readonly (readonly [readonly (keyof Slots)[], RegExp])[] = [
  [
    ['days', 'against', 'earlier', 'day', 'time'],
    /^(?:today|yesterday|tomorrow|tonight|days?|weeks?|weekend|months?|years?|hours?|morning|afternoon|evening|night|last|past|previous|this|next|first|second|third|half|ago|since|until|till|before|after|between|during|from|beginning|start|end|middle|early|late|recent|recently|lately|whole|entire|full|all|mon|tues?|wednes|thurs?|fri|satur|sun|(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|christmas|easter|\d+(?:st|nd|rd|th)?|far)$/i,
  ],
  [
    ['amountMinor', 'amountEither', 'bounds', 'share'],
    /^(?:[$€£]?\d[\d.,]*|dollars?|bucks?|cents?|euros?|pounds?|quid|grand|over|under|above|below|more|less|than|least|most|bigger|larger|smaller|cheaper|between|about|around|exceeding|up)$/i,
  ],
  [
    ['account', 'from', 'to', 'card', 'lastFour'],
    /^(?:savings?|checking|chequing|current|credit|debit|cards?|accounts?|everyday|main|ending)$/i,
  ],
  [
    ['figure', 'per', 'howMany', 'pending', 'failed', 'direction'],
    /^(?:largest|biggest|highest|smallest|lowest|cheapest|most|least|expensive|average|usually|typically|often|times?|many|first|earliest|last|latest|recent|per|each|every|daily|weekly|monthly|day|week|month|pending|outstanding|fail(?:ed)?|rejected|bounced|returned|declined|refused|refund(?:s|ed)?|salary|income|deposits?|received|earned?|compared|than|more|less|before)$/i,
  ],
];
const number = new RegExp(`^(?:${numberWord}|hundreds?|thousands?|a|an)$`, 'i');
/** Words that restrict nothing by themselves, whatever stands around them. */
const little =
  /^(?:i|you|he|she|it|we|they|me|my|your|our|the|a|an|and|or|but|of|on|at|in|to|for|from|with|by|as|is|are|was|were|be|been|do|does|did|have|has|had|can|could|would|will|shall|should|may|might|must|what|which|who|how|when|where|why|that|this|these|those|there|here|not|no|yes|all|any|some|much|many|more|money|bank|account|accounts|payments?|transactions?|spend|spent|spending|pay|paid|please|thanks?|hello|hi|tell|show|give|know|want|like|need|about|also|just|only|again|back|now|then|total|altogether|everything|anything|something|things?|one|ones)$/i;

const patternOf = (text: string) => new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'gi');

/**
 * Of the words that somebody took for restrictions, those that no value explains which was read.
 * @param noticed in the order of the text.
 */
export function unreadOf(noticed: readonly string[], text: string, slots: Slots): readonly string[] {
  const { merchant, merchants = [], purpose, place, person, otherAccount, kinds, except } = slots;
  let rest = withoutStory(except ? withoutExceptions(text) : text).replace(/\[[^\]]*\]/g, ' ');
  for (const part of [merchant, ...merchants, purpose, place, otherAccount, person]) {
    if (part) rest = rest.replace(patternOf(part), ' ');
  }
  if (kinds) rest = withoutKinds(rest);
  const left = new Set(rest.toLowerCase().match(/[\p{L}\d$€£][\p{L}\d.,'’&-]*/gu) ?? []);
  const explained = (word: string) =>
    ofValue.some(([names, words]) => words.test(word) && names.some((name) => slots[name] !== undefined)) ||
    (slots.days !== undefined && ordinalFrom(word) !== undefined) ||
    (number.test(word) && ofValue.slice(0, 2).some(([names]) => names.some((name) => slots[name] !== undefined)));
  const unread = noticed.map((word) => word.toLowerCase().replace(/[.,]+$/, ''));
  const explains = (word: string) => little.test(word) || explained(word);
  return [...new Set(unread)].filter(
    (word) => word.length > 2 && left.has(word) && !explains(word) && !explains(word.replace(/['’]s$/, '')),
  );
}
