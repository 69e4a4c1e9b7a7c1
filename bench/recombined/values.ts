import type { AccountKind, MerchantCategory } from '../../domain/bank/bank.ts';
import { addDays, type Day, type DayRange } from '../../domain/language/dates.ts';

/** Ways to say a value, with the value. Worked out here, and not by what is tested. */
export type Said<T> = readonly [words: string, value: T];

const monthOf = (day: Day, back: number): DayRange => {
  const [year, month] = day.split('-').map(Number) as [number, number];
  const first = new Date(Date.UTC(year, month - 1 - back, 1)).toISOString().slice(0, 10);
  const next = new Date(Date.UTC(year, month - back, 1)).toISOString().slice(0, 10);
  return { from: first, to: back === 0 ? day : addDays(next, -1) };
};

const mondayOf = (day: Day) => addDays(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7));

export function periods(today: Day): readonly Said<DayRange>[] {
  const monday = mondayOf(today);
  const twoBack = monthOf(today, 2);
  const name = new Date(`${twoBack.from}T00:00:00Z`).toLocaleString('en', { month: 'long', timeZone: 'UTC' });
  const yesterday = addDays(today, -1);
  return [
    ['last month', monthOf(today, 1)],
    ['in the last month', monthOf(today, 1)],
    ['this month', monthOf(today, 0)],
    ['so far this month', monthOf(today, 0)],
    ['yesterday', { from: yesterday, to: yesterday }],
    ['the day before yesterday', { from: addDays(today, -2), to: addDays(today, -2) }],
    ['last week', { from: addDays(monday, -7), to: addDays(monday, -1) }],
    ['this week', { from: monday, to: today }],
    [`in ${name}`, twoBack],
    [`during ${name}`, twoBack],
    ['today', { from: today, to: today }],
  ];
}

export const kinds: readonly Said<MerchantCategory>[] = [
  ['groceries', 'groceries'],
  ['petrol', 'fuel'],
  ['fuel', 'fuel'],
  ['eating out', 'restaurants'],
  ['restaurants', 'restaurants'],
  ['coffee', 'restaurants'],
  ['public transport', 'transport'],
  ['taxis', 'transport'],
  ['rent', 'housing'],
  ['clothes', 'clothing'],
  ['insurance', 'insurance'],
  ['books', 'books'],
  ['flights', 'travel'],
  ['medicine', 'health'],
];

/** Names, some of which the bank has never seen. */
export const merchants: readonly string[] = [
  'Fresh Market',
  'Corner Bakery',
  'Blue Door Cafe',
  'Harbor Books',
  'City Transit',
  'Northside Fuel',
  'Zorblatt and Sons',
  'Quickle',
  'Netflix',
  'Amazon',
  'Tandoor Palace',
  'Brindle Brothers',
];

/** What the bank cannot tell apart. */
export const purposes: readonly string[] = [
  'toys',
  'tattoos',
  'firewood',
  'wedding rings',
  'fishing gear',
  'stamps',
  'candles',
  'balloons',
];
export const places: readonly string[] = ['in Paris', 'in Chicago', 'abroad', 'in New York', 'in Spain'];
export const persons: readonly Said<string>[] = [
  ['my sister', 'sister'],
  ['my friend', 'friend'],
  ['my neighbour', 'neighbour'],
  ['my daughter', 'daughter'],
];

export const accounts: readonly Said<AccountKind>[] = [
  ['savings', 'savings'],
  ['my savings account', 'savings'],
  ['checking', 'current'],
  ['my checking account', 'current'],
  ['my current account', 'current'],
];

export const amounts: readonly Said<number>[] = [
  ['fifty dollars', 5_000],
  ['$20', 2_000],
  ['100 dollars', 10_000],
  ['a hundred bucks', 10_000],
  ['twelve dollars fifty', 1_250],
  ['two hundred and fifty dollars', 25_000],
  ['$75.40', 7_540],
  ['one thousand two hundred dollars', 120_000],
  ['thirty five dollars', 3_500],
  ['eighty', 8_000],
  ['a grand', 100_000],
];

export const times: readonly Said<string>[] = [
  ['at ten', '10:00'],
  ['at half past two', '14:30'],
  ['at noon', '12:00'],
  ['at twenty past nine', '09:20'],
  ['at quarter to four', '15:45'],
  ['at 11 am', '11:00'],
];

export function futureDays(today: Day): readonly Said<Day>[] {
  const next = (weekday: number) => {
    const now = new Date(`${today}T00:00:00Z`).getUTCDay();
    return addDays(today, (weekday - now + 7) % 7 || 7);
  };
  return [
    ['tomorrow', addDays(today, 1)],
    ['on Monday', next(1)],
    ['on Tuesday', next(2)],
    ['on Thursday', next(4)],
    ['the day after tomorrow', addDays(today, 2)],
  ];
}
