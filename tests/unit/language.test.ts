import { describe, expect, it } from 'vitest';
import { amountsIn, moneyText } from '../../domain/bank/money.ts';
import { daysIn, writtenDay } from '../../domain/language/dates.ts';
import { correctedDigits, hideNumbers, spokenDigits } from '../../domain/language/numbers.ts';
import { spokenTime, timeIn } from '../../domain/language/times.ts';

/** A Tuesday. */
const today = '2026-11-24';

describe('amounts', () => {
  it.each([
    ['move $200 to savings', 20_000],
    ['two hundred and fifty dollars please', 25_000],
    ['1,234.50 dollars', 123_450],
    ['fifty bucks', 5_000],
    ['twelve dollars and fifty cents', 1_250],
    ['a hundred dollars', 10_000],
    ['two grand', 200_000],
    ['half a grand to savings', 50_000],
    ['5k please', 500_000],
    ['two and a half thousand dollars', 250_000],
    ['one and a half grand', 150_000],
    ['fifteen hundred dollars', 150_000],
    ['one thousand two hundred and thirty four dollars', 123_400],
    ['twelve dollars fifty', 1_250],
    ['ninety nine cents', 99],
    ['a hundred and twenty quid', 12_000],
    ['eleven fifty dollars', 115_000],
    ['three point five million dollars', 350_000_000],
    ['£20.05', 2_005],
    ['twenty-five dollars', 2_500],
    ['send 40 dollars and two to Anna', 4_000],
  ])('%s', (text, minor) => expect(amountsIn(text)).toEqual([minor]));

  it.each([
    ['two hundred', 20_000],
    ['make it 75.50', 7_550],
    ['one thousand two hundred', 120_000],
  ])('a bare number is an amount where one was asked for: %s', (text, minor) => {
    expect(amountsIn(text)).toEqual([]);
    expect(amountsIn(text, { bare: true })).toEqual([minor]);
  });

  it.each([
    ['eleven fifty', [1_150, 115_000]],
    ['two fifty', [250, 25_000]],
    ['nineteen ninety nine', [1_999, 199_900]],
    ['nine oh five', [905, 90_500]],
  ])('may be either where they are said like prices: %s', (text, minors) => {
    expect(amountsIn(text)).toEqual([]);
    expect(amountsIn(text, { bare: true })).toEqual(minors);
  });

  it.each(['a couple of hundred dollars', 'a few grand', 'several thousand', 'a couple of hundred', 'a few'])(
    'are asked for where nobody knows how much: %s',
    (text) => expect(amountsIn(text, { bare: true })).toEqual([]),
  );

  it.each([
    'the last 3 days',
    'at ten am',
    'five percent',
    'the 3rd',
    'at 11:50',
    'in two weeks',
    'one two three four',
    'half past',
  ])('are not what counts something else: %s', (text) => expect(amountsIn(text)).toEqual([]));
  it.each(['the last 3 days', 'ten am', 'five percent', 'the 3rd', '11:50', 'two weeks', 'my two accounts', '3 transfers'])(
    'nor where one was asked for: %s',
    (text) => expect(amountsIn(text, { bare: true })).toEqual([]),
  );
  it('are read aloud as they are written', () => expect(moneyText({ minor: -123_456, currency: 'USD' })).toBe('-$1,234.56'));
});

describe('days', () => {
  it.each([
    ['last Tuesday', '2026-11-17', '2026-11-17'],
    ['on Monday', '2026-11-23', '2026-11-23'],
    ['yesterday', '2026-11-23', '2026-11-23'],
    ['last week', '2026-11-16', '2026-11-22'],
    ['this month', '2026-11-01', '2026-11-24'],
    ['last month', '2026-10-01', '2026-10-31'],
    ['on March 3rd', '2026-03-03', '2026-03-03'],
    ['the third of March', '2026-03-03', '2026-03-03'],
    ['in the last ten days', '2026-11-14', '2026-11-24'],
    ['since Friday', '2026-11-20', '2026-11-24'],
    ['in December', '2025-12-01', '2025-12-31'],
    ['two days ago', '2026-11-22', '2026-11-22'],
    ['a week ago', '2026-11-17', '2026-11-17'],
    ['a couple of weeks ago', '2026-11-10', '2026-11-10'],
    ['three months ago', '2026-08-24', '2026-08-24'],
    ['over the weekend', '2026-11-21', '2026-11-22'],
    ['this year', '2026-01-01', '2026-11-24'],
    ['last year', '2025-01-01', '2025-12-31'],
    ['since March', '2026-03-01', '2026-11-24'],
    ['since the third of December', '2025-12-03', '2026-11-24'],
    ['in the last couple of weeks', '2026-11-10', '2026-11-24'],
  ])('%s', (text, from, to) => expect(daysIn(text, today)).toEqual({ from, to }));

  it.each([
    ['tomorrow at 3 pm', '2026-11-25', '15:00'],
    ['next Monday at ten in the morning', '2026-11-30', '10:00'],
    ['Thursday at half', '2026-11-26', undefined],
    ['Friday at 3:30 p.m.', '2026-11-27', '15:30'],
    ['Thursday afternoon', '2026-11-26', '14:00'],
    ['the day after tomorrow at twenty past nine', '2026-11-26', '09:20'],
    ['Friday week at noon', '2026-12-04', '12:00'],
    ['a week on Monday at half past four', '2026-12-07', '16:30'],
    ['in three days at a quarter to five', '2026-11-27', '16:45'],
    ['in a week at ten to nine in the morning', '2026-12-01', '08:50'],
    ['tomorrow at 12', '2026-11-25', '12:00'],
    ['tomorrow at midnight', '2026-11-25', '00:00'],
    ['Friday at 9 15', '2026-11-27', '09:15'],
  ])('of an appointment lie ahead: %s', (text, day, time) => {
    expect(daysIn(text, today, { future: true })?.from).toBe(day);
    expect(timeIn(text)).toBe(time);
  });

  it('are spoken with the year where it is another one', () => {
    expect(writtenDay('2026-11-17', today)).toBe('Tuesday, November 17');
    expect(writtenDay('2025-12-01', today)).toBe('Monday, December 1, 2025');
    expect(spokenTime('15:30')).toBe('3:30 PM');
  });
});

describe('digits that are told', () => {
  it.each([
    ['one two three four five six seven eight', '12345678'],
    ['1-2-3-4-5', '12345'],
    ['12,345,678', '12345678'],
    ['it is double four, oh, nine', '4409'],
    ['twelve thirty-four', '1234'],
    ['My number is 1002 0034.', '10020034'],
    ['no digits at all', ''],
  ])('%s', (text, digits) => expect(spokenDigits(text)).toBe(digits));

  it.each(['one two three', 'my pin is 24680', 'triple seven and 12', 'forty-two'])(
    'leave nothing when they are hidden: %s',
    (text) => {
      expect(spokenDigits(hideNumbers(text))).toBe('');
    },
  );
});

describe('digits that are corrected in the same breath', () => {
  const lengths = [5, 6, 8];
  it.each([
    ['4821 no sorry 4821 3957', '48213957'],
    ['four eight two one three nine five six, no, seven', '48213957'],
    ['48213956, I mean 57', '48213957'],
    ['48213957', '48213957'],
    ['two four six eight, wait, two four six eight zero', '24680'],
    ['no, it is 48213957', '48213957'],
  ])('%s', (text, digits) => expect(correctedDigits(text, lengths)).toBe(digits));
});
