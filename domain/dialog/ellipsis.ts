import type { Assistant } from '../assistant/assistant.ts';
import type { Behaviour } from '../assistant/behaviours.ts';
import { periodBefore } from '../language/dates.ts';
import { spokenNumbers } from '../language/spoken-numbers.ts';
import { wordCount } from '../language/words.ts';
import { besideOf, comparedDays, comparesIt, comparisonOf } from './comparison.ts';
import type { Understood } from './decision.ts';
import { amountOfThat, supposed } from './enough.ts';
import { goesFurther, thatPlace } from './references.ts';
import { hasSlots, joinSlots, type Slots } from './slots.ts';
import { type Request, without } from './state.ts';

/** How people go on with what was talked about. */
const followsUp =
  /^\W*(?:(?:wait|oh|um|uh|well|hang on|hmm|ah|okay|ok)\W+)*(?:and|what about|how about|or|only|just|but|same for|no\W+(?:the|my|i meant)|no\W+not|i meant|i mean|actually|sorry\W+i meant)\b/i;

/** "How often did they charge me?" is about whoever was talked about. */
const refersBack = new RegExp(
  String.raw`${thatPlace}|\b(?:then|them|those|that one|this one|same)\b|\bthey\b.*\b(?:charge[ds]?|bill(?:ed)?|debit(?:ed)?|take|took|taken|paid|pay)\b`,
  'i',
);

/** "How much was it?" asks once more for what was just talked about. */
const asksOfThat =
  /^\W*(?:(?:and|so|but|ok|okay|sorry|um|uh)\W+)*(?:how much|how many|how high|when|what (?:day|date|time)|where|which (?:account|card))\s+(?:exactly\s+)?(?:was|were|is|are|did|does|do|will|should)\s+(?:it|that|this|they|those|these)\b(?:\s+(?:again|exactly|happen|cost|for|paid|be|there|get|go|come|arrive|land|through|clear|finally|then))*(?:\s+(?:(?:a|one|two|three|last|this|the)\s+)?(?:day|week|month|year)s?(?: ago| before)?|\s+yesterday)?\W*$/i;

const time =
  'days?|weeks?|months?|years?|weekend|quarter|today|yesterday|tomorrow|tonight|january|february|march|april|may|june|july|august|september|october|november|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday';
const besideTime =
  'a|an|the|and|or|what|how|about|but|for|in|on|at|of|since|from|to|all|whole|this|last|past|previous|next|that|before|after|ago|so|far|morning|afternoon|evening|please|um|uh|er|oh|ok|okay|well';
const money = 'dollars?|cents?|euros?|pounds?|bucks|st|nd|rd|th';
const namesTime = new RegExp(String.raw`\b(?:${time})\b`, 'i');
const onlyValue = new RegExp(String.raw`^(?:[^\p{L}]|\b(?:${time}|${besideTime}|${money})\b)*$`, 'iu');

/** A time, and nothing beside it: "and last year?" */
const isTimeAlone = (text: string): boolean => namesTime.test(text) && onlyValue.test(text);

/** Nothing but an amount, a number or a time: it answers what was asked, and by itself asks for nothing. */
export function isBareValue(text: string): boolean {
  const numbers = spokenNumbers(text);
  const rest = numbers.reduceRight((left, { start, end }) => `${left.slice(0, start)} ${left.slice(end)}`, text);
  return (numbers.length > 0 || namesTime.test(text)) && onlyValue.test(rest);
}

/** What of a question says by itself what it is about. */
const subjects: readonly (readonly [Behaviour, RegExp])[] = [
  ['balances', /\b(?:balance|do i have|is (?:there )?(?:on|in) my)\b/i],
  ['spending', /\b(?:spen[dt]|spending|in (?:total|all)|altogether)\b/i],
  ['payments', /\b(?:payments?|transactions?|paid|pay|buy|bought|charged|charges)\b/i],
];
const namedIn = (text: string): Behaviour | undefined => subjects.find(([, pattern]) => pattern.test(text))?.[0];

/** Words by which something is asked or wanted: without them, a few words are a part of what was said before. */
const asking =
  /\b(?:what|which|who|how|when|where|why|is|are|was|were|do|does|did|has|have|can|could|would|will|tell|show|give|want|need|like|please|block|move|transfer|send|call|book|lost|stolen)\b/i;
const doing =
  /\b(?:move|moving|transfer|send|put|shift|pay|block|cancel|freeze|lock|lost|lose|stolen|stole|dispute|report|recognise|recognize|call|ring|book|want|need)\b/i;

/** More words than these say by themselves what is wanted. */
const longEllipsis = 6;

/** "How much is that in total?" */
const sumsThat =
  /\b(?:that|it|they|those|these|this)\b.*\b(?:in (?:all|total)|altogether|(?:taken )?together|add(?:s|ed)? up|come to|comes to|summed up)\b|\b(?:total|sum) of (?:that|those|these|them|it|both)\b/i;

/** Whether the caller goes on with what was talked about: "and in August?" */
function goesOn(assistant: Assistant, topic: Request, { text, intent, sure, slots }: Understood): boolean {
  const [of, now] = [assistant.intent(topic.intent), assistant.intent(intent)];
  if ((of.does === 'payments' || of.does === 'balances') && sumsThat.test(text)) return true;
  if (asksOfThat.test(text)) return of.kind === 'query';
  const ofPayments = of.does === 'payments' || of.does === 'spending';
  if (ofPayments && comparesIt(text, slots)) return true;
  // "Do I go there often?"
  if (ofPayments && !sure && slots.figure !== undefined && refersBack.test(text)) return true;
  // "Which one is the highest?"
  if (slots.figure !== undefined && /\bones?\b/i.test(text) && !assistant.isPersonal(intent)) return of.kind === 'query';
  const isFragment = of.kind === 'query' && wordCount(text) <= 4 && hasSlots(slots) && !asking.test(text);
  if (!followsUp.test(text) && !isFragment) return false;
  // One order is not another.
  const same = now.kind === 'action' ? intent === topic.intent : of.kind === now.kind;
  const { kind, does } = now;
  // A plain wish for something else is no ellipsis, however short it is.
  if (
    sure &&
    !same &&
    ((kind === 'action' && (doing.test(text) || wordCount(text) > longEllipsis)) ||
      (kind === 'beyond' && !isTimeAlone(text)) ||
      does === 'person' ||
      does === 'end')
  )
    return false;
  const short = wordCount(text) <= 6;
  if (hasSlots(slots)) return !sure || same || short;
  return short && sure && same && does !== 'balances';
}

/** A balance is of today; whoever names a day or a shop asks for payments. */
function aboutDays(does: Behaviour, { days, merchant, kinds }: Slots): Behaviour {
  return does === 'balances' && (days || merchant || kinds) ? 'payments' : does;
}

/** A new account, day or merchant takes the place of the old one; what belongs together goes together. */
function merged({ slots: before }: Request, now: Slots): Slots {
  const { account, merchant, merchants, kinds, purpose, person, except, beside, ...others } = without(
    before,
    ...(['unexplained', 'after', 'these', 'why', 'ahead', 'together'] as const),
  );
  // A comparison was asked for once; "the last one" is none of a figure.
  const isOver = (beside && others.figure === 'comparison') || (now.howMany !== undefined && !now.figure);
  const kept = isOver ? without(others, 'figure') : others;
  const named = now.merchant ?? now.kinds ?? now.purpose ?? now.person;
  const of = {
    ...(merchant ? { merchant } : {}),
    ...(merchants ? { merchants } : {}),
    ...(kinds ? { kinds } : {}),
    ...(purpose ? { purpose } : {}),
    ...(person ? { person } : {}),
    ...(except ? { except } : {}),
  };
  const days = now.earlier && before.days ? { days: periodBefore(before.days) } : {};
  // "And both together?"
  const oneAccount = account && !now.merchant && !now.all ? { account } : {};
  const merged = joinSlots({ ...kept, ...(named ? {} : of), ...oneAccount, ...days }, now);
  const changes = named !== undefined || now.days !== undefined || days.days !== undefined;
  return changes && !now.figure ? { ...merged, beside: besideOf(before) } : merged;
}

/** The payments after those that were told, where they are wanted. */
function further({ intent, slots: before }: Request, { text, slots }: Understood, told: readonly string[]): Request | undefined {
  const after = told.at(-1);
  // "And the week before that?" is another period.
  if (after === undefined || !goesFurther(text) || (slots.earlier && before.days)) return undefined;
  const { howMany = /\bone before\b/i.test(text) ? 1 : before.howMany } = slots;
  return { intent, slots: { ...without(before, 'unexplained'), ...(howMany ? { howMany } : {}), after } };
}

/**
 * The request that a caller goes on with, with what is new about it; undefined where they begin anew.
 * @param told payments that the bot has told last.
 */
export function continued(
  assistant: Assistant,
  topic: Request,
  understood: Understood,
  told: readonly string[] = [],
): Request | undefined {
  const more = assistant.does(topic.intent) === 'payments' ? further(topic, understood, told) : undefined;
  if (more) return more;
  const comparison = comparisonOf(assistant, topic, understood);
  if (comparison) {
    const { intent, slots } = topic;
    return { intent, slots: joinSlots(without(slots, 'unexplained', 'against', 'beside'), comparison) };
  }
  const instead = supposed(assistant, topic, understood);
  if (instead) return instead;
  if (!goesOn(assistant, topic, understood)) return undefined;
  const { text, slots: named } = understood;
  const slots = { ...comparedDays(topic, named), ...theseOf(assistant, topic, text, told) };
  const was = assistant.does(topic.intent);
  const sums = was === 'payments' && sumsThat.test(text);
  // "How much was it a month ago?"
  const isOfThat = asksOfThat.test(text);
  const does = sums ? 'spending' : isOfThat ? was : aboutDays(namedIn(text) ?? was, slots);
  const intent = does === was ? topic.intent : (assistant.doing(does)?.name ?? topic.intent);
  // "Ok, and when do I get paid?" asks of what is booked, whatever was asked before.
  const before = sums ? without(topic.slots, 'figure', 'howMany') : topic.slots;
  const begins = namedIn(text) !== undefined && (slots.merchant ?? slots.kinds) !== undefined;
  return { intent, slots: merged({ ...topic, slots: begins ? without(before, 'pending') : before }, slots) };
}

/** The latest three, with nothing said of which: their sum is the sum of those. */
function theseOf(assistant: Assistant, { intent, slots }: Request, text: string, told: readonly string[]): Slots {
  const { days, merchant, kinds, bounds, pending, account, figure, howMany } = slots;
  // The largest, or the latest three, are those; else all are meant of which some were told.
  const isSome = (figure ?? howMany) !== undefined;
  const isScoped = !isSome && (days ?? merchant ?? kinds ?? bounds ?? pending ?? account) !== undefined;
  return assistant.does(intent) === 'payments' && sumsThat.test(text) && !isScoped && told.length > 0 ? { these: told } : {};
}

/** "What was the average?" says of what only where it says more. */
const figureAlone = /^(?!.*\b(?:i|my|me|we|our|payments?|transactions?|purchases?|charges?|spend|spent|pay|paid)\b)/i;
const mostWordsOfFigure = 6;

/** "Pay it off", once it was told what is owed on the credit card. */
const paysThatOff = /\bpay(?:ing)? (?:it|that|this|the (?:card|rest|balance|debt)|all of it)(?: all)?(?: off| down| back)\b/i;

/** What a new request takes over of the one before it: "what was the largest one?" */
export function inherited(topic: Request | undefined, { text, slots }: Understood): Slots {
  if (topic?.slots.account === 'credit' && paysThatOff.test(text)) return { ...slots, to: 'credit' };
  const moved = topic && amountOfThat(topic, text, slots);
  if (moved) return moved;
  const refers =
    refersBack.test(text) ||
    ((slots.figure ?? slots.howMany) !== undefined && /\bones?\b/i.test(text)) ||
    (slots.figure !== undefined && wordCount(text) <= mostWordsOfFigure && figureAlone.test(text));
  return topic && refers ? merged(topic, slots) : slots;
}

/** "And on Sundays?" */
export const isFollowUp = (text: string): boolean => followsUp.test(text);

/** "And how long does it take?" says by itself not what. */
export const pointsBack = (text: string): boolean =>
  followsUp.test(text) || /\b(?:it|that|this|they|them|those|there|one)\b/i.test(text);

/** A few words that go on with something, but not with what is known. */
export const isEllipsis = (text: string): boolean => wordCount(text) <= 3 || followsUp.test(text);
