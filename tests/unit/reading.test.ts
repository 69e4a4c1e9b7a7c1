import { describe, expect, it } from 'vitest';
import { slotsIn } from '../../domain/dialog/slots.ts';
import { readWords } from '../../domain/understanding/reading.ts';

const slotsOf = (text: string) => slotsIn(text, '2026-11-30');
const read = (text: string, { matter = text, unexplained = [] as string[] } = {}) =>
  Object.fromEntries(readWords(text, { matter, slotsOf, unexplained }).map(({ text: word, part }) => [word, part]));

describe('what each word was taken for', () => {
  it('is the value that is not read, or read otherwise, without it', () => {
    const words = read('How much did I spend at Fresh Market last month?');
    expect(words.Fresh).toEqual({ kind: 'value', values: ['merchant'] });
    expect(words['month?']).toMatchObject({ kind: 'value', values: expect.arrayContaining(['days']) });
    expect(words.much).toEqual({ kind: 'plain' });
  });

  it('says which words nothing explains, and which were left out before the wish was looked for', () => {
    const words = read('My dog is ill, what is my shiny balance?', {
      matter: 'what is my shiny balance?',
      unexplained: ['shiny'],
    });
    expect(words.shiny).toEqual({ kind: 'unexplained' });
    expect(words.dog).toEqual({ kind: 'aside' });
    expect(words['balance?']).toEqual({ kind: 'plain' });
  });

  it('takes what was hidden as one word', () => {
    expect(Object.keys(read('my number is [card number] thanks'))).toContain('[card number]');
  });

  it('stops at the length of a story', () => {
    expect(readWords('word '.repeat(500), { matter: '', slotsOf: () => ({}), unexplained: [] })).toHaveLength(120);
  });
});
