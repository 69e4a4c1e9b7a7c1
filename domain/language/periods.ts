import { addDays, type Day, type DayRange, daysIn, periodBefore, sinceThen, startOfWeek, thisMonth } from './dates.ts';

const ordinal =
  '(?:\\d{1,2}(?:st|nd|rd|th)|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|twenty[- ][a-z]+|thirtieth|thirty[- ]first)';
const monthName = /\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b/i;
const dayOfMonth = new RegExp(String.raw`\b(?:the\s+)?(${ordinal})\b`, 'i');
const joint = /\s+(?:and|to|until|till|through|up to)\s+/gi;
/** A day is named in so many words at the most. */
const mostWords = 5;

/**
 * The days of which a caller asks, as of payments: one, a span, "between the first and the tenth of November", "before October", "since
 * Monday", a year. @param today in the bank's time zone.
 */
export function periodIn(text: string, today: Day): DayRange | undefined {
  return (
    joined(text, today) ??
    open(text, today) ??
    partOfMonth(text, today) ??
    namedSpan(text, today) ??
    daysIn(text, today) ??
    yearIn(text, today)
  );
}

/** Two days with a word between them that joins them. */
function joined(text: string, today: Day): DayRange | undefined {
  for (const match of text.matchAll(joint)) {
    const before = text.slice(0, match.index).split(/\s+/).slice(-mostWords).join(' ');
    const after = text
      .slice(match.index + match[0].length)
      .split(/\s+/)
      .slice(0, mostWords)
      .join(' ');
    const both = ends(before, after, today);
    if (both) return both;
  }
  return undefined;
}

function ends(before: string, after: string, today: Day): DayRange | undefined {
  const until = /^(?:now|today)\b/i.test(after) ? { from: today, to: today } : (namedSpan(after, today) ?? daysIn(after, today));
  const since = namedSpan(before, today) ?? daysIn(before, today);
  if (since && until) {
    // "Monday to Wednesday", said on a Wednesday.
    const oneDay = until.from === until.to;
    const shift = oneDay && until.to < since.from && addDays(until.to, 7) <= today && addDays(until.to, 7) >= since.from ? 7 : 0;
    const from = addDays(until.from, shift);
    const to = addDays(until.to, shift);
    return { from: from < since.from ? from : since.from, to: to > since.to ? to : since.to };
  }
  const [, first] = dayOfMonth.exec(before) ?? [];
  if (!first || !/\b(?:between|from)\b/i.test(before)) return undefined;
  // "The first and the tenth of November": one month for both, or this one.
  const [month] = monthName.exec(after) ?? monthName.exec(before) ?? [];
  if (month && until) return spanOf(daysIn(`${month} ${first}`, today)?.from, until.to);
  const [, second] = dayOfMonth.exec(after) ?? [];
  return second === undefined ? undefined : spanOf(monthsDay(first, today), monthsDay(second, today));
}

const spanOf = (from: Day | undefined, to: Day | undefined): DayRange | undefined =>
  from && to && from <= to ? { from, to } : undefined;

/** The last such day of a month that is not ahead. */
function monthsDay(name: string, today: Day): Day | undefined {
  const months = 'january february march april may june july august september october november december'.split(' ');
  const now = Number(today.slice(5, 7)) - 1;
  return [now, (now + 11) % 12]
    .map((month) => daysIn(`${months[month]} ${name}`, today)?.from)
    .find((day) => day !== undefined && day <= today);
}

/** Spans of which one end is named. */
function open(text: string, today: Day): DayRange | undefined {
  const start =
    /\b(?:since|from) (?:the )?(?:beginning|start) of (?:the|this) (year|month|week)\b|\b(?:the|this) (year|month|week) (?:so far|to date)\b|\b(?:(?:the|this) (?:whole|entire|full)|all(?: of)?(?: this)?) (year|month|week)\b/i.exec(
      text,
    );
  const unit = start?.slice(1).find(Boolean)?.toLowerCase();
  if (unit === 'year') return { from: `${today.slice(0, 4)}-01-01`, to: today };
  if (unit === 'month') return thisMonth(today);
  if (unit === 'week') return { from: startOfWeek(today), to: today };
  const [, word = '', earlier] =
    /(?<!\b(?:day|week|month|year) )\b(before|until|till|up to|prior to)\s+((?:\S+\s*){1,4})/i.exec(text) ?? [];
  const limit = earlier ? daysIn(earlier, today) : undefined;
  if (!limit) return undefined;
  const excluded = /before|prior/i.test(word);
  return { from: addDays(limit.from, -daysBack), to: excluded ? addDays(limit.from, -1) : limit.to };
}

/** How far back "before" goes. */
const daysBack = 90;

/** "The first week of November", "the end of October". */
function partOfMonth(text: string, today: Day): DayRange | undefined {
  const [, part = '', month] =
    /\b(first week|second week|third week|last week|beginning|start|middle|end) (?:of|in) (january|february|march|april|may|june|july|august|september|october|november|december|this month|last month)\b/i.exec(
      text,
    ) ?? [];
  const whole = month && daysIn(month === 'may' ? 'may 1' : month, today);
  if (!whole) return undefined;
  const { from } = month.toLowerCase() === 'may' ? { from: `${whole.from.slice(0, 8)}01` } : whole;
  const last = addDays(`${addDays(from, 31).slice(0, 8)}01`, -1);
  const day = (n: number) => addDays(from, n - 1);
  switch (part.toLowerCase()) {
    case 'second week':
      return { from: day(8), to: day(14) };
    case 'third week':
      return { from: day(15), to: day(21) };
    case 'last week':
      return { from: addDays(last, -6), to: last };
    case 'middle':
      return { from: day(11), to: day(20) };
    case 'end':
      return { from: day(21), to: last };
    case 'first week':
      return { from, to: day(7) };
    default:
      return { from, to: day(10) };
  }
}

function namedSpan(text: string, today: Day): DayRange | undefined {
  const monday = startOfWeek(today);
  if (/\bweek before last\b/i.test(text)) return { from: addDays(monday, -14), to: addDays(monday, -8) };
  if (/\bmonth before last\b/i.test(text)) return periodBefore(periodBefore(thisMonth(today)));
  if (/\b(?:last|past) fortnight\b/i.test(text)) return { from: addDays(today, -14), to: today };
  const quarter = /\b(this|last|past|previous) quarter\b/i.exec(text)?.[1]?.toLowerCase();
  if (!quarter) return undefined;
  const first = Math.floor((Number(today.slice(5, 7)) - 1) / 3) * 3 + 1;
  const start: Day = `${today.slice(0, 4)}-${String(first).padStart(2, '0')}-01`;
  if (quarter === 'this') return { from: start, to: today };
  const end = addDays(start, -1);
  return { from: `${addDays(start, -80).slice(0, 8)}01`, to: end };
}

function yearIn(text: string, today: Day): DayRange | undefined {
  const [, year] = /\b(?:in|during|of|for|since)\s+((?:19|20)\d\d)\b/i.exec(text) ?? [];
  if (!year) return undefined;
  const isThis = year === today.slice(0, 4);
  return { from: `${year}-01-01`, to: isThis || sinceThen(text) ? today : `${year}-12-31` };
}
