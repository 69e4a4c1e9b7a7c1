import type { Account, AccountKind, Card } from '../bank/bank.ts';
import { addDays, type Day, type DayRange, spokenDay, writtenDay } from '../language/dates.ts';

export const kindNames: Readonly<Record<AccountKind, string>> = {
  current: 'current account',
  savings: 'savings account',
  credit: 'credit card account',
};

export const kindOrder: readonly AccountKind[] = ['current', 'savings', 'credit'];

export const accountName = ({ kind, lastFour }: Account) => `${kindNames[kind]} ending in ${lastFour}`;
export const cardName = ({ kind, lastFour }: Pick<Card, 'kind' | 'lastFour'>) => `${kind} card ending in ${lastFour}`;
export const list = (items: readonly string[], word: 'and' | 'or' | 'or the' = 'and') =>
  items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} ${word} ${items.at(-1)}`;

/** "Today", "yesterday", "on Tuesday, November 17". */
export const dayText = (day: Day, today: Day) =>
  day === today || day === addDays(today, -1) ? spokenDay(day, today) : `on ${writtenDay(day, today)}`;

/** Days from, to, in words: "on Tuesday, November 17", "from … to …". */
export function daysText({ from, to }: DayRange, today: Day): string {
  if (from === to) return dayText(from, today);
  return `from ${writtenDay(from, today)} to ${to === today ? 'today' : writtenDay(to, today)}`;
}
