import { amountsIn } from '../bank/money.ts';
import { ordinalFrom } from '../language/numbers.ts';
import { relatives } from '../language/relatives.ts';
import { type SpokenNumber, spokenNumbers } from '../language/spoken-numbers.ts';

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
  const minorOf = ({ value, start }: SpokenNumber) => amountsIn(text.slice(start), { bare: true })[0] ?? Math.round(value * 100);
  for (const [i, number] of numbers.entries()) {
    const { start, end } = number;
    // "Not more than" also ends with "more than".
    const before = text.slice(0, start).replace(/[$€£]\s*$/, '');
    const minor = minorOf(number);
    if (under.test(before)) return { underMinor: minor };
    if (over.test(before)) return { overMinor: minor };
    const next = numbers[i + 1];
    if (between.test(before) && next && /^\D{0,12}\band\b\W*$/i.test(text.slice(end, next.start))) {
      return { overMinor: minor, underMinor: minorOf(next) };
    }
  }
  return undefined;
}

/** "About ten dollars". */
export const isVagueAbout = (text: string): boolean =>
  /\b(?:about|around|roughly|approximately|some|nearly|almost|or so|something like)\s+(?:[$€£]\s?)?(?:\d|(?:a |one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thir|four|fif|six|seven|eigh|nine|twen|for)\w*)/i.test(
    text,
  );

/** Amounts near one, in minor units: a fifth more or less. */
export const nearly = (minor: number): AmountBounds => ({
  overMinor: Math.floor(minor * 0.8),
  underMinor: Math.ceil(minor * 1.2),
});

/** Money is spent on something, and something is paid for. */
const spends =
  /\b(?:(?:spend|spent|spending|went|goes|blow|blew|shell(?:ed)? out|fork(?:ed)? out|splash(?:ed)? out)\b.*?\b(?:on|for)|(?:pay|paid|paying)\b.*?\bfor|^\W*(?:and|or|what about|how about)\s+(?:on|for))\s+((?:\p{L}[\p{L}'’-]*\s*){1,4})/iu;
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

const inPlace = /\b(?:in|near|around|within)\s+((?:the\s+)?\p{L}[\p{L}'’-]*(?:\s+\p{Lu}[\p{L}'’-]*){0,3})/gu;
const away =
  /\b(?:abroad|overseas|(?:while|when) (?:i was |we were )?(?:travelling|traveling|on (?:holiday|vacation))|on (?:my|our) (?:trip|holiday|vacation))\b/i;
/** What stands after "in" and is no place. */
const noPlace =
  /^(?:the\s+)?(?:from|of|by|and|or|with|as|to|at|on|my|our|your|his|her|this|that|these|those|last|past|next|previous|recent|all|total|full|sum|general|particular|detail|details|fact|case|cash|person|advance|addition|order|return|time|between|there|here|it|them|which|what|any|each|every|some|one|a|an|morning|afternoon|evening|night|week|weeks|month|months|year|years|day|days|hour|hours|minutes?|middle|beginning|end|meantime|savings?|checking|current|credit|debit|account|accounts|bank|card|january|february|march|april|may|june|july|august|september|october|november|december|spring|summer|autumn|fall|winter|first|second|third|fourth|final|early|mid|late|english|euros?|dollars?|pounds?|francs?|yen|spending|payments?|transactions?|fees?|charges?|interest|shops?|stores?|restaurants?|supermarkets?|caf[eé]s?|bars?|pubs?|two|three|four|five|six|seven|eight|nine|ten|numbers?|words?|short|future|terms|money|stock|use|touch|red|black|good|writing|pieces?|half|common|yet|already|again|soon|now|today|question|twenty|nineteen|\d+)\b/i;

/** Where payments were made, as the caller says it: "in Paris", "abroad". */
export function placeIn(text: string): string | undefined {
  const [, where] = [...text.matchAll(inPlace)].find(([, name = '']) => !noPlace.test(name)) ?? [];
  return where ? `in ${where}` : away.exec(text)?.[0].toLowerCase();
}

const currencies: readonly (readonly [string, string])[] = [
  ['EUR', 'euros?'],
  ['USD', '(?:us |american )?dollars?'],
  ['GBP', '(?:british )?pounds?(?: sterling)?|sterling'],
  ['CHF', '(?:swiss )?francs?'],
  ['JPY', '(?:japanese )?yen'],
];

/** In which currency an amount shall be told, as its ISO 4217 code. */
export const currencyIn = (text: string): string | undefined =>
  currencies.find(([, words]) => new RegExp(String.raw`\b(?:in|into|to)\s+(?:${words})\b`, 'i').test(text))?.[0];

const accountNamed =
  /\b(?:my|our|the|a|any)\s+((?:(?!(?:of|on|in|my|our|from|to|for|with|is|at|and|or)\b)\p{L}[\p{L}'’-]*\s+){1,3})accounts?\b/giu;
/** What is no kind of account, and kinds that are known by other words. */
const plainAccount =
  /^(?:(?:my|own|the|bank|other|two|three|second|first|same|whole|entire|main|primary|everyday|current|checking|chequing|savings?|credit|debit|card|cards|of|balance|balances|customer|online|personal|private|that|this|these|both|all|different|new|old|total|money|in|on|from|to|is|and|or|for|with|available|status|amount)\s*)+$/i;
const withoutTheWord =
  /\b(?:my|our|the|a)\s+(pension|isa|ira|401\s?\(?k\)?|mortgage|(?:car |student |personal |home )?loan|investments?|portfolio|shares|stocks|bonds|trust fund|(?:fixed|term) deposit|certificate of deposit)\b/i;

/** A kind of account that a customer here cannot ask for: "joint account", "pension". */
export function otherAccountIn(text: string): string | undefined {
  for (const [, words = ''] of text.matchAll(accountNamed)) {
    if (!plainAccount.test(words.trim())) return `${words.trim().toLowerCase()} account`;
  }
  return withoutTheWord.exec(text)?.[1]?.toLowerCase();
}

/** What may be asked of payments beside their list and their sum. */
export type Figure =
  | 'largest'
  | 'smallest'
  | 'average'
  | 'top-merchant'
  | 'top-kind'
  | 'comparison'
  | 'versus'
  | 'count'
  | 'earliest';

/** "The first payment in October"; "the first one" points at something that was told. */
const theFirst = /\b(?:the |my )?(?:very )?(?:first|earliest|oldest) (?:payment|transaction|purchase|charge|debit)\b/i;
const figures: readonly (readonly [Figure, RegExp])[] = [
  [
    'comparison',
    /\b(?:compared? (?:to|with)|comparison|(?:today|(?:this|last) (?:week|month|year)|january|february|march|april|may|june|july|august|september|october|november|december) (?:vs|versus|against)\b|(?:more|less) (?:\w+ )*than (?:in |on |during )?(?:last|this|the (?:month|week|year)|before|usual|january|february|march|april|may|june|july|august|september|october|november|december)\b)/i,
  ],
  [
    'top-kind',
    /\b(?:which|what) (?:category|categories|kind|kinds|type|types|sort|area)s?\b.*\b(?:most|biggest|largest|highest)\b|\bwhere (?:does|did|is|has) (?:it|(?:all )?(?:of )?(?:my|the|our) money)(?: all)? (?:go|going|gone)\b|\bwhat (?:do|did|have|am) (?:i|we) (?:\w+ )?(?:spend|spent|spending|pay|paid) (?:the )?most (?:\w+ ){0,2}(?:on|for)\b/i,
  ],
  [
    'top-merchant',
    /\b(?:who|whom|where|which (?:shop|store|merchant|company|place)|what (?:shop|store))\b.*\b(?:the )?most\b(?! recent)/i,
  ],
  [
    'largest',
    /\b(?:largest|biggest|highest|most expensive|dearest)\b|\bthe most\b(?! recent)|\b(?:the|any|my) (?:big|large)r? (?:ones|payments|purchases|transactions|expenses|charges)\b/i,
  ],
  ['earliest', theFirst],
  ['smallest', /\b(?:smallest|lowest|cheapest|least expensive)\b/i],
  ['average', /\b(?:on average|average)\b/i],
  [
    'count',
    /\bhow (?:many (?:(?:were|was|are|is) (?:there|they|it|that)\b|times|payments|transactions|purchases|charges|deposits|debits)|often)\b|\bnumber of (?:payments|transactions|purchases)\b|\b(?:go|been|shop|there) (?:\w+ ){0,2}(?:often|a lot)\b/i,
  ],
];
/** "More on groceries or on restaurants?" */
export const comparesTwo = (text: string): boolean =>
  /\b(?:more|less|most|least)\b.*\b(?:or|than)\b|\b(?:versus|vs|compared? (?:to|with))\b|\bcompare\b.*\band\b/i.test(text);

export const figureIn = (text: string): Figure | undefined => figures.find(([, pattern]) => pattern.test(text))?.[0];

const each = /\b(?:per|a|each|every)\s+(day|week|month)\b|\b(daily|weekly|monthly)\b/i;
const usually = /\b(?:average|usually|typically|normally|generally|do i (?:\w+ )?(?:spend|pay|earn|get))\b/i;
const adverbs: Readonly<Record<string, Unit>> = { daily: 'day', weekly: 'week', monthly: 'month' };
export type Unit = 'day' | 'week' | 'month';

/** Of an average: "how much do I spend per week?" */
export function unitIn(text: string): Unit | undefined {
  if (/\bhow much\b.*\b(?:usually|typically|normally)\b/i.test(text) && !each.test(text)) return 'month';
  const [, unitOf] = /\bhow much (?:(?:is|was) (?:it|that) )?(?:a|each|every) (day|week|month)\b/i.exec(text) ?? [];
  if (unitOf) return unitOf.toLowerCase() as Unit;
  const [, unit, adverb] = /\bper (day|week|month)\b/i.exec(text) ?? ((usually.test(text) && each.exec(text)) || []);
  return unit ? (unit.toLowerCase() as Unit) : adverbs[adverb?.toLowerCase() ?? ''];
}

/** "More this month than last month" names two periods, and "than" stands between them. */
export const periodsIn = (text: string): readonly string[] =>
  text.split(/\b(?:than|compared (?:to|with)|vs|versus|against)\b/i, 2);

/** Not booked yet. */
export const asksPending = (text: string): boolean =>
  /\bpending\b|\b(?:not|n['’]t) (?:yet )?(?:been )?(?:booked|cleared|gone through|posted|settled)\b|\bstill (?:open|outstanding)\b/i.test(
    text,
  );

/** Not gone through. */
export const asksFailed = (text: string): boolean => /\b(?:fail(?:ed)?|rejected|bounced|returned|declined|refused)\b/i.test(text);

/** What no records hold yet. */
export const asksAhead = (text: string): boolean =>
  /\bwhen (?:will|do|does|am|is)\b.*\b(?:salary|wages|pay ?(?:day|check|cheque)|pension|rent|(?:get(?:ting)?|be(?:ing)?) paid|next)\b|\bnext (?:salary|wages|pay ?(?:day|check|cheque)|pension|rent|bill|payment|direct debit|instal?ment)\b|\bupcoming\b|\b(?:get|be) paid next\b|\b(?:coming|going) out (?:next|soon|tomorrow)\b/i.test(
    text,
  );

/** "How much have I got altogether?" */
export const asksTogether = (text: string): boolean =>
  /\b(?:in (?:all|total)|altogether|all together|taken together|together|combined|added up|add(?:s)? up|sum(?:med)? (?:up|of)|(?:total|overall) (?:balance|amount|sum|of)|across (?:all )?(?:of )?(?:my|the) accounts|my total)\b/i.test(
    text,
  );

/** A reason, which no bank's records hold. */
export const asksWhy = (text: string): boolean =>
  /^\W*(?:(?:hi|hello|hey|and|but|so|um|uh|ok|okay|well|please|tell|me)\W+)*(?:why|how come|what for)\b|\bwhy\W*$|\b(?:know|tell me|explain|understand|ask|wonder(?:ing)?) (?:me )?(?:why|how come)\b/i.test(
    text,
  );

const theLast =
  /\bwhen (?:did|was|have|has|is)\b.*\b(?:last|latest|most recent(?:ly)?)\b(?! (?:week|month|year|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b)|\bthe last time\b|\b(?:my|the) (?:last|latest|most recent) (?:(?:grocery|food) )?(?:shop(?:ping)?|payment|transaction|charge|debit|purchase|visit|order|bill|meal|trip)\b/i;
const ofPayments =
  /\b(?:last|latest|most recent|recent|past|previous)\s+((?:\p{L}|\d)+)\s+(?:\p{L}+\s+)?(?:payments?|transactions?|purchases?|charges|debits?|entries)\b/iu;

const ofExtreme =
  /\b((?:\p{L}|\d)+)\s+(?:largest|biggest|highest|smallest|lowest|cheapest|most expensive)\b|\btop\s+((?:\p{L}|\d)+)\b/iu;
const ofNext =
  /\b(?:the|next|another)\s+((?:\p{L}|\d)+)\s+(?:before|after) (?:that|those|them)\b|\b(?:next|another)\s+((?:\p{L}|\d)+)\W*$/iu;

/** "What were the big ones?" */
const bigOnes = /\b(?:big|large)r? (?:ones|payments|purchases|transactions|expenses|charges)\b/i;

/** "My last five payments", "the three biggest"; "when did I last pay" is about one. */
export function howManyIn(text: string): number | undefined {
  if (theLast.test(text)) return 1;
  if (bigOnes.test(text)) return 3;
  const named = ofPayments.exec(text) ?? ofExtreme.exec(text) ?? ofNext.exec(text);
  const word = named?.slice(1).find(Boolean) ?? '';
  // The second largest is told after the largest.
  if (ofExtreme.test(text) && ordinalFrom(word)) return ordinalFrom(word);
  const [number] = spokenNumbers(word);
  return number && number.value >= 1 ? Math.floor(number.value) : undefined;
}

/** Relatives and others whose matters are not the caller's. */
const others = new RegExp(
  String.raw`\b(?:my|our|his|her|their)\s+${relatives}(?:['’]s|s['’])\s+(?:\p{L}+\s+)?(?:accounts?|balance|cards?|money|payments?|transactions?|savings|transfers?|salary|spending)\b`,
  'iu',
);
/** Whoever pays the caller is asked about in the caller's own account. */
const otherSpends = new RegExp(
  String.raw`\b(?:does|did|has|is|what|how much)\b.*\b(?:my|his|her|our)\s+(?!(?:employer|colleague|flatmate)\b)${relatives}\s+(?:have|has|spend|spent|owe|owes|got|paid|pay|earn|earns)\b(?!\s+(?:to|me|us|my|our)\b)`,
  'i',
);

const named =
  /\b(?!(?:There|That|What|Where|Here|It|Who|How|Let|She|He|Today|Yesterday|Tomorrow|When)\b)\p{Lu}\p{Ll}+['’]s (?:\p{L}+ )?(?:accounts?|balance|cards?|money|payments?|transactions?|savings|salary|spending|customer number)\b/u;
const theirs =
  /(?<!\b(?:took|take|takes|taken|taking|get|gets|got|want|wants|charged?|had) )\b(?:his|her|their) (?:\p{L}+ )?(?:accounts?|balance|money|payments?|transactions?|savings|salary|spending)\b|\b(?:of|for|from) (?:another |a |the )?(?:customer|client|person|somebody|someone)\b/iu;

/** Whether the caller asks about the accounts of somebody else. */
export const asksOfOthers = (text: string): boolean =>
  others.test(text) || otherSpends.test(text) || named.test(text) || theirs.test(text);
