import { describe, expect, it } from 'vitest';
import { amountIn, moneyText } from '../../domain/bank/money.ts';
import { daysIn, spokenTime, timeIn, writtenDay } from '../../domain/language/dates.ts';
import { hideNumbers, spokenDigits } from '../../domain/language/numbers.ts';

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
  ])('%s', (text, minor) => expect(amountIn(text)).toBe(minor));

  it.each([
    ['two hundred', 20_000],
    ['make it 75.50', 7_550],
    ['one thousand two hundred', 120_000],
  ])('a bare number is an amount where one was asked for: %s', (text, minor) => {
    expect(amountIn(text)).toBeUndefined();
    expect(amountIn(text, { bare: true })).toBe(minor);
  });

  it('days are no amount', () => expect(amountIn('the last 3 days', { bare: true })).toBeUndefined());
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
  ])('%s', (text, from, to) => expect(daysIn(text, today)).toEqual({ from, to }));

  it.each([
    ['tomorrow at 3 pm', '2026-11-25', '15:00'],
    ['next Monday at ten in the morning', '2026-11-30', '10:00'],
    ['Thursday at half', '2026-11-26', undefined],
    ['Friday at 3:30 p.m.', '2026-11-27', '15:30'],
    ['Thursday afternoon', '2026-11-26', '14:00'],
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
