import { ordinalFrom } from './numbers.ts';

const hours = String.raw`(\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)`;
const minutes = String.raw`(?:[:.\s](\d{2})|\s+(thirty|fifteen|forty-five|ten|twenty|fifty|forty))?`;
const half = "(am|pm|o'clock|in the (?:morning|afternoon|evening)|at night)";

/** "Twenty past nine", "a quarter to five", "half past four". */
const relative = new RegExp(
  String.raw`\b(?:a\s+)?(half|quarter|\d{1,2}|five|ten|twenty(?:[- ]five)?)(?:\s+minutes?)?\s+(past|after|to|till|before)\s+${hours}\b(?:\s*${half})?`,
);
const withHalf = new RegExp(String.raw`\b(?:at\s+|around\s+)?${hours}${minutes}\s*${half}`);
const between = new RegExp(String.raw`\b(?:between|from|after|around|about)\s+${hours}${minutes}(?=\s+(?:and|to|or)\b)`);
const afterAt = new RegExp(String.raw`\bat\s+${hours}${minutes}\b`);
const minuteWords: Readonly<Record<string, number>> = {
  fifteen: 15,
  thirty: 30,
  'forty-five': 45,
  ten: 10,
  twenty: 20,
  forty: 40,
  fifty: 50,
};

/** "Half three" is half past it. */
const halfHour = new RegExp(String.raw`\bhalf\s+${hours}\b(?:\s*${half})?`);
/** "In an hour", "in 20 minutes". */
const soon = /\bin\s+(?:about\s+)?(half an|an?|a quarter of an|\d{1,3}|\p{L}+(?:[- ]\p{L}+)?)\s+(hour|minute)s?\b/u;

/** A time of day, `HH:MM`; undefined where none is named. */
export function timeIn(text: string): string | undefined {
  const lower = text.toLowerCase().replace(/\b([ap])\.\s?m\./g, '$1m');
  if (/\b(?:noon|midday)\b/.test(lower)) return '12:00';
  if (/\bmidnight\b/.test(lower)) return '00:00';
  const [, distance = '', side, hour = '', part = ''] = relative.exec(lower) ?? [];
  if (side) {
    const away = distance === 'half' ? 30 : distance === 'quarter' ? 15 : (ordinalFrom(distance) ?? 0);
    const full = hourOf(ordinalFrom(hour) ?? 0, part);
    if (full === undefined) return undefined;
    return clock(full * 60 + (side === 'past' || side === 'after' ? away : -away));
  }
  const [, halved = '', of = ''] = halfHour.exec(lower) ?? [];
  const before = halved && hourOf(ordinalFrom(halved) ?? 0, of);
  if (before) return clock(before * 60 + 30);
  const match = withHalf.exec(lower) ?? afterAt.exec(lower) ?? between.exec(lower);
  if (match) {
    const full = hourOf(ordinalFrom(match[1] ?? '') ?? 0, match[4] ?? '');
    const past = Number(match[2] ?? minuteWords[match[3] ?? ''] ?? 0);
    return full === undefined || past > 59 ? undefined : clock(full * 60 + past);
  }
  if (/\bmorning\b/.test(lower)) return '10:00';
  if (/\bafternoon\b/.test(lower)) return '14:00';
  return undefined;
}

/** How many minutes from now, for "in an hour"; undefined where that is not said. */
export function minutesAhead(text: string): number | undefined {
  const [, count = '', unit] = soon.exec(text.toLowerCase()) ?? [];
  const parts: Readonly<Record<string, number>> = { 'half an': 0.5, 'a quarter of an': 0.25, an: 1, a: 1 };
  const number = parts[count] ?? ordinalFrom(count.replace(' ', '-'));
  return unit && number !== undefined ? number * (unit === 'hour' ? 60 : 1) : undefined;
}

/** A time of day later, and how many days later that is. @param now `HH:MM` */
export function later(now: string, minutes: number): { readonly time: string; readonly days: number } {
  const at = Number(now.slice(0, 2)) * 60 + Number(now.slice(3, 5)) + Math.round(minutes);
  return { time: clock(at % 1440), days: Math.floor(at / 1440) };
}

/** The hour of 24; without a half of the day, those that offices keep. */
function hourOf(hour: number, part: string): number | undefined {
  if (hour > 24) return undefined;
  if (hour > 12) return hour;
  const afternoon = /pm|afternoon|evening|night/.test(part) || (!/am|morning/.test(part) && hour >= 1 && hour <= 7);
  return (hour % 12) + (afternoon || (hour === 12 && !/am|morning|night/.test(part)) ? 12 : 0);
}

const clock = (sinceMidnight: number): string => {
  const minute = (sinceMidnight + 1440) % 1440;
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
};

/** "3:30 PM". */
export function spokenTime(time: string): string {
  const [hour = 0, minute = '00'] = [Number(time.slice(0, 2)), time.slice(3, 5)];
  return `${hour % 12 || 12}:${minute} ${hour < 12 ? 'AM' : 'PM'}`;
}
