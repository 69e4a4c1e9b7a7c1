import type { Assistant } from '../assistant/assistant.ts';
import { periodBefore } from '../language/dates.ts';
import type { Understood } from './decision.ts';
import type { Slots } from './slots.ts';
import { type Request, without } from './state.ts';

/** What a later comparison needs of a request. */
export const besideOf = ({ days, merchant, kinds }: Slots): NonNullable<Slots['beside']> => ({
  ...(days ? { days } : {}),
  ...(merchant ? { merchant } : {}),
  ...(kinds ? { kinds } : {}),
});

/** "And how much more is that?", of what was told last and what was told before it. */
const comparesThat =
  /\bhow much (?:more|less)\b(?!.*\b(?:do|did|can|could|should|would|will|have|has|i|we)\b)|\bwhich (?:one |of (?:them|the two) )?(?:was|is) (?:the )?(?:more|less|higher|lower|bigger|larger|smaller)\b|\b(?:is|was) (?:that|it|this) (?:any |much |a lot )?(?:more|less)\b|\bis (?:that|it) the same(?: amount| as before)?\W*$|\bdifference(?: then| between (?:them|those|these|the two|both))?\W*$|\bhow (?:do|does) (?:that|it|they|those|the two) compare\b/i;

/** "More than on restaurants?", of what was told last and what is named now. */
const comparesWith =
  /^\W*(?:(?:and|so|but|ok|okay|well|hm|hmm|is|was|that|it)\W+)*(?:(?:any |much |a lot |even )?(?:more|less) )?than\b/i;

/** What a sum that was told is to be compared with; undefined where it is not to be compared. */
export function comparisonOf(
  assistant: Assistant,
  { intent, slots: topic }: Request,
  { text, slots }: Understood,
): Slots | undefined {
  if (assistant.does(intent) !== 'spending' || (topic.figure ?? 'comparison') !== 'comparison') return undefined;
  const { days, merchant, kinds, against } = slots;
  const named = merchant ?? kinds;
  if (comparesWith.test(text) && (named ?? days)) {
    const beside = besideOf({ ...(named ? without(topic, 'merchant', 'kinds') : topic), ...besideOf(slots) });
    return { figure: 'comparison', beside };
  }
  if (!comparesThat.test(text)) return undefined;
  // "How much more is that than in August?"
  return { figure: 'comparison', ...(against ? { against } : topic.beside ? { beside: topic.beside } : {}) };
}

/** "How much was it compared with last month?" compares what was talked about. */
export const comparesIt = (text: string, slots: Slots): boolean =>
  slots.figure === 'comparison' &&
  (slots.merchant ?? slots.kinds ?? slots.purpose) === undefined &&
  /\b(?:it|that|this|they|those|these)\b/i.test(text);

/** "More than the month before" compares the days that were talked about with those before them. */
export function comparedDays({ slots: before }: Request, slots: Slots): Slots {
  if (slots.figure !== 'comparison' || !slots.earlier || !before.days) return slots;
  return { ...without(slots, 'earlier'), against: periodBefore(before.days) };
}
