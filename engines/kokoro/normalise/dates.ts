import type { Accent } from '../voices.ts';

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const shortMonths = 'Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec';

const units = [
  '',
  'first',
  'second',
  'third',
  'fourth',
  'fifth',
  'sixth',
  'seventh',
  'eighth',
  'ninth',
  'tenth',
  'eleventh',
  'twelfth',
];
const teens = ['thirteenth', 'fourteenth', 'fifteenth', 'sixteenth', 'seventeenth', 'eighteenth', 'nineteenth'];

/** A day of the month as a word: 23 → "twenty-third". */
function dayWord(day: number): string {
  if (day <= 12) return units[day] ?? '';
  if (day <= 19) return teens[day - 13] ?? '';
  if (day === 20) return 'twentieth';
  if (day === 30) return 'thirtieth';
  return `${day < 30 ? 'twenty' : 'thirty'}-${units[day % 10]}`;
}

/** 2026 → "20 26", 2005 → "2005", 1900 → "19 hundred": as years are said. */
function yearWords(year: string): string {
  if (year.length !== 4) return year;
  const [high, low] = [year.slice(0, 2), year.slice(2)];
  if (year.startsWith('200')) return year;
  if (low === '00') return `${high} hundred`;
  return low.startsWith('0') ? `${high} oh ${low[1]}` : `${high} ${low}`;
}

function say(day: number, month: number, year: string | undefined, original: string): string {
  const name = months[month - 1];
  if (!name || day < 1 || day > 31) return original;
  return `${name} ${dayWord(day)}${year ? `, ${yearWords(year.length === 2 ? `20${year}` : year)}` : ''}`;
}

/** Dates and times of day. Numeric dates are month first in American English, day first in British. */
export function spellDates(text: string, accent: Accent): string {
  const monthNames = `${months.join('|')}|${shortMonths}`;
  const monthNumber = (name: string) => months.findIndex((month) => month.startsWith(name.slice(0, 3))) + 1;
  return text
    .replace(/\b(\d{4})-(\d{2})-(\d{2})\b/g, (all, year, month, day) => say(Number(day), Number(month), year, all))
    .replace(/\b(\d{1,2})[/.](\d{1,2})[/.](\d{4}|\d{2})\b/g, (all, first, second, year) => {
      const dayFirst = accent === 'en-gb' || Number(first) > 12;
      return say(Number(dayFirst ? first : second), Number(dayFirst ? second : first), year, all);
    })
    .replace(
      new RegExp(`\\b(${monthNames})\\.?\\s+(\\d{1,2})(?:st|nd|rd|th)?(?:,?\\s+(\\d{4}))?\\b`, 'g'),
      (all, name, day, year) => say(Number(day), monthNumber(name), year, all),
    )
    .replace(
      new RegExp(`\\b(\\d{1,2})(?:st|nd|rd|th)?\\s+(?:of\\s+)?(${monthNames})\\b\\.?(?:,?\\s+(\\d{4}))?`, 'g'),
      (all, day, name, year) => say(Number(day), monthNumber(name), year, all),
    )
    .replace(/\b([01]?\d|2[0-3]):([0-5]\d)(?:\s*([ap])\.?m\b\.?)?/gi, (_all, hour: string, minute: string, half?: string) => {
      const minutes = minute === '00' ? (half ? '' : " o'clock") : ` ${minute.startsWith('0') ? `oh ${minute[1]}` : minute}`;
      return `${Number(hour)}${minutes}${half ? ` ${half.toUpperCase()} M` : ''}`;
    })
    .replace(/\b(\d{1,2})\s*([ap])\.?m\b\.?/gi, (_all, hour: string, half: string) => `${hour} ${half.toUpperCase()} M`)
    .replace(/\b(?:in|since|year|of|until|by)\s+(1[5-9]\d{2}|20\d{2})\b/gi, (all, year: string) =>
      all.replace(year, yearWords(year)),
    );
}
