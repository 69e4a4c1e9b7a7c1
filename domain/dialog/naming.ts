import type { Say } from '../assistant/wording-keys.ts';
import type { Account, AccountKind, Card } from '../bank/bank.ts';
import { addDays, type Day, type DayRange, spokenDay, writtenDay } from '../language/dates.ts';

export const kindName = (say: Say, kind: AccountKind): string => say(`account-${kind}`);

export const kindOrder: readonly AccountKind[] = ['current', 'savings', 'credit'];

export const accountName = (say: Say, { kind, lastFour }: Account): string =>
  say('account-named', { account: kindName(say, kind), digits: lastFour });
export const cardName = (say: Say, { kind, lastFour }: Pick<Card, 'kind' | 'lastFour'>): string =>
  say('card-named', { card: say(`card-${kind}`), digits: lastFour });
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

/** Sentences one after the other; those that are empty are none. */
export const sentences = (...parts: readonly string[]): string => parts.filter(Boolean).join(' ');
