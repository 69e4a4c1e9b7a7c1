import { ordinalFrom } from './numbers.ts';

/** A day, as `YYYY-MM-DD`. */
export type Day = string;

/** Days from one to the other, both included. */
export interface DayRange {
  readonly from: Day;
  readonly to: Day;
}

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const months = 'january february march april may june july august september october november december'.split(' ');
const dayMs = 86_400_000;

const at = (day: Day) => new Date(`${day}T00:00:00Z`);
const dayOf = (date: Date): Day => date.toISOString().slice(0, 10);
export const addDays = (day: Day, days: number): Day => dayOf(new Date(at(day).getTime() + days * dayMs));
const one = (day: Day): DayRange => ({ from: day, to: day });
const weekdayOf = (day: Day) => at(day).getUTCDay();

/** "Tuesday, March 3", with the year where it is another one than today's. */
export function spokenDay(day: Day, today: Day): string {
  if (day === today) return 'today';
  if (day === addDays(today, -1)) return 'yesterday';
  if (day === addDays(today, 1)) return 'tomorrow';
  return writtenDay(day, today);
}

/** As `spokenDay`, never "today" or the like. */
export function writtenDay(day: Day, today: Day): string {
  const date = at(day);
  const month = months[date.getUTCMonth()] ?? '';
  const named = `${month.charAt(0).toUpperCase()}${month.slice(1)} ${date.getUTCDate()}`;
  const year = day.slice(0, 4) === today.slice(0, 4) ? '' : `, ${day.slice(0, 4)}`;
  const weekday = weekdays[date.getUTCDay()] ?? '';
  return `${weekday.charAt(0).toUpperCase()}${weekday.slice(1)}, ${named}${year}`;
}

const weekdayPattern = new RegExp(
  String.raw`\b(?:(last|past|previous|this|next|on)\s+)?(?!\s)(?<!(?:black|good|cyber|easter|ash|shrove|whit)\s)(${weekdays.join('|')})\b`,
  'i',
);
const monthPattern = new RegExp(
  String.raw`\b(?:the\s+)?(?:(\d{1,2}(?:st|nd|rd|th)?|(?:twenty|thirty)[- ][a-z]+|[a-z]+)\s+(?:of\s+)?)?(${months.join('|')})(?:\s+(?:the\s+)?(\d{1,2}(?:st|nd|rd|th)?|(?:twenty|thirty)[- ][a-z]+|[a-z]+))?\b`,
  'i',
);
const lastDays = /\b(?:last|past|previous)\s+(\d{1,2}|(?:a\s+)?couple(?:\s+of)?|[a-z]+)\s+(day|week|month)s?\b/i;

/** From a day on; "since my wife asked" is a reason. */
export const sinceThen = (text: string): boolean =>
  /\bsince\b(?!\s+(?:i|we|my|our|you|your|it|he|she|they|his|her|their)\b)/i.test(text);

/**
 * The days that a caller means. A day without "next" lies in the past, as of payments; with `future` it lies ahead, as of appointments.
 * @param today in the bank's time zone.
 */
export function daysIn(text: string, today: Day, { future = false } = {}): DayRange | undefined {
  const lower = text.toLowerCase();
  if (/\btoday\b|\bthis (?:morning|afternoon|evening)\b/.test(lower)) return one(today);
  if (/\ba fortnight ago\b/.test(lower)) return one(addDays(today, -14));
  if (/\bday before yesterday\b/.test(lower)) return one(addDays(today, -2));
  if (/\byesterday\b|\blast night\b/.test(lower)) return one(addDays(today, -1));
  if (/\bday after tomorrow\b/.test(lower)) return one(addDays(today, 2));
  if (/\btomorrow\b/.test(lower)) return one(addDays(today, 1));
  return (
    counted(lower, today, future) ??
    namedWeekday(lower, today, future) ??
    spans(lower, today) ??
    calendarDay(lower, today, future)
  );
}

const dayCount = String.raw`(\d{1,3}|an?|a couple of|[a-z]+(?:-[a-z]+)?)`;
const ago = new RegExp(String.raw`\b${dayCount}\s+(day|week|month)s?\s+(?:ago|back)\b`);
const ahead = new RegExp(String.raw`\bin\s+${dayCount}\s+(day|week)s?\b(?!\s+time\s+ago)`);
const weekLater = new RegExp(String.raw`\b(${weekdays.join('|')})\s+week\b|\b(?:a )?week on (${weekdays.join('|')})\b`);

/** "Two days ago", "in a week", "Friday week". */
function counted(text: string, today: Day, future: boolean): DayRange | undefined {
  const [, back = '', backUnit] = ago.exec(text) ?? [];
  const before = countOf(back);
  if (backUnit === 'month' && before !== undefined) return one(addMonths(today, -before));
  if (backUnit && before !== undefined) return one(addDays(today, -before * (backUnit === 'week' ? 7 : 1)));
  const [, on = '', onUnit] = ahead.exec(text) ?? [];
  const after = countOf(on);
  // "What do I spend in a week?" lies behind.
  if (future && onUnit && after !== undefined) return one(addDays(today, after * (onUnit === 'week' ? 7 : 1)));
  const [, first, second] = weekLater.exec(text) ?? [];
  const name = first ?? second;
  if (!name) return undefined;
  return one(addDays(today, ((weekdays.indexOf(name) - weekdayOf(today) + 7) % 7 || 7) + 7));
}

const countOf = (text: string): number | undefined =>
  text === 'a' || text === 'an' ? 1 : /\bcouple\b/.test(text) ? 2 : ordinalFrom(text);

/** The same day of another month, or its last one. */
function addMonths(day: Day, months: number): Day {
  const date = at(firstOfMonth(day));
  date.setUTCMonth(date.getUTCMonth() + months);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  return `${dayOf(date).slice(0, 8)}${String(Math.min(last, Number(day.slice(8)))).padStart(2, '0')}`;
}

function namedWeekday(text: string, today: Day, future: boolean): DayRange | undefined {
  const [, which, name = ''] = weekdayPattern.exec(text) ?? [];
  if (!name) return undefined;
  const target = weekdays.indexOf(name);
  const since = (weekdayOf(today) - target + 7) % 7;
  const ahead = (target - weekdayOf(today) + 7) % 7;
  const past = which === 'last' || which === 'past' || which === 'previous' || (!future && which !== 'next');
  const day = past ? addDays(today, -(since || 7)) : addDays(today, ahead || 7);
  if (sinceThen(text)) return { from: day, to: today };
  return one(day);
}

function spans(text: string, today: Day): DayRange | undefined {
  const [, count = '', unit] = lastDays.exec(text) ?? [];
  const number = count === 'few' ? 3 : countOf(count);
  if (unit && number !== undefined) {
    const days = unit === 'day' ? number : unit === 'week' ? number * 7 : number * 30;
    return { from: addDays(today, -days), to: today };
  }
  const monday = startOfWeek(today);
  if (/\bthis week\b/.test(text)) return { from: monday, to: today };
  // Recognisers write "last month's" as "last months".
  if (/\b(?:last|past|previous) weeks?\b/.test(text)) return { from: addDays(monday, -7), to: addDays(monday, -1) };
  if (/\bnext week\b/.test(text)) return { from: addDays(monday, 7), to: addDays(monday, 13) };
  if (/\bthis weekend\b/.test(text)) return { from: addDays(monday, 5), to: addDays(monday, 6) };
  if (/\b(?:last|over the|at the|on the) weekend\b/.test(text)) return { from: addDays(monday, -2), to: addDays(monday, -1) };
  if (/\bthis month\b/.test(text)) return thisMonth(today);
  if (/\b(?:last|past|previous) months?\b/.test(text)) return periodBefore(thisMonth(today));
  const year = Number(today.slice(0, 4));
  if (/\bthis year\b/.test(text)) return { from: `${year}-01-01`, to: today };
  if (/\b(?:last|past|previous) years?\b/.test(text)) return { from: `${year - 1}-01-01`, to: `${year - 1}-12-31` };
  return undefined;
}

function calendarDay(text: string, today: Day, future: boolean): DayRange | undefined {
  const [, before, name = '', after] = monthPattern.exec(text) ?? [];
  // "may" is a verb more often than a month.
  if (!name || (name === 'may' && !before && !after)) return undefined;
  const number = ordinalFrom(after ?? '') ?? ordinalFrom(before ?? '');
  if (name === 'may' && number === undefined) return undefined;
  const month = String(months.indexOf(name) + 1).padStart(2, '0');
  const build = (year: number): DayRange => {
    if (number !== undefined) return one(`${year}-${month}-${String(number).padStart(2, '0')}`);
    const next =
      months.indexOf(name) === 11 ? `${year + 1}-01-01` : `${year}-${String(months.indexOf(name) + 2).padStart(2, '0')}-01`;
    return { from: `${year}-${month}-01`, to: addDays(next, -1) };
  };
  if (number !== undefined && (number < 1 || number > 31)) return undefined;
  const [, named] = /\b((?:19|20)\d\d)\b/.exec(text) ?? [];
  if (named) return build(Number(named));
  const year = Number(today.slice(0, 4));
  const range = build(year);
  if (sinceThen(text)) return { from: range.from > today ? build(year - 1).from : range.from, to: today };
  if (!future && range.from > today) return build(year - 1);
  if (future && range.to < today) return build(year + 1);
  return range;
}

/** Its Monday. */
export const startOfWeek = (day: Day): Day => addDays(day, -((weekdayOf(day) + 6) % 7));

const firstOfMonth = (day: Day): Day => `${day.slice(0, 8)}01`;

/** From its first day until today. */
export const thisMonth = (today: Day): DayRange => ({ from: firstOfMonth(today), to: today });

/** How many days it has. */
export const daysOf = ({ from, to }: DayRange): number => Math.round((at(to).getTime() - at(from).getTime()) / dayMs) + 1;

/** As long as this one and right before it; before a month that has begun on its first day, the whole month before. */
export function periodBefore({ from, to }: DayRange): DayRange {
  const last = addDays(from, -1);
  const oneMonth = from === firstOfMonth(to);
  const days = Math.round((at(to).getTime() - at(from).getTime()) / dayMs);
  return { from: oneMonth ? firstOfMonth(last) : addDays(last, -days), to: last };
}

/** What day and what time it is at the bank. */
export interface BankClock {
  today(): Day;
  /** `HH:MM` */
  timeOfDay(): string;
}

/** Of an IANA time zone. */
export function bankClock(timeZone: string, now: () => Date = () => new Date()): BankClock {
  const time = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  // Canada writes days as ISO 8601 does.
  const day = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  return { today: () => day.format(now()), timeOfDay: () => time.format(now()) };
}
