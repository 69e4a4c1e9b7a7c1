import { describe, expect, it } from 'vitest';
import { splitClauses } from '../../engines/kokoro/clauses.ts';
import { normalise } from '../../engines/kokoro/normalise/normalise.ts';
import { phonemesOf } from '../../engines/kokoro/phonemes.ts';
import { maxTokens, tokenIds } from '../../engines/kokoro/symbols.ts';
import { kokoroVoices, resolveAccent, resolveVoice } from '../../engines/kokoro/voices.ts';

describe('text as a bank says it', () => {
  it.each([
    ['Your balance is $1,245.50.', 'Your balance is 1245 dollars and 50 cents.'],
    ['$1 and $0.99 and £1.01', '1 dollar and 99 cents and 1 pound and 1 penny'],
    ['-$20 or €2.5m or $3 million', 'minus 20 dollars or 2.5 million euros or 3 million dollars'],
    ['20 USD, EUR 5', '20 dollars, 5 euros'],
    ['3.75% APR', '3.75 percent A P R'],
    ['ending in 4321', 'ending in 4 3 2 1'],
    ['card **** 1234', 'card ending in 1 2 3 4'],
    ['Call +1 (555) 123-4567.', 'Call plus 1, 5 5 5, 1 2 3, 4 5 6 7.'],
    ['Call 1-800-555-0199.', 'Call 1, 8 0 0, 5 5 5, 0 1 9 9.'],
    ['sort code 12-34-56', 'sort code 1 2, 3 4, 5 6'],
    ['account number 00123456', 'account number 0 0 1 2 3 4 5 6'],
    ['on 11/23/2026', 'on November twenty-third, 20 26'],
    ['on 2026-01-02', 'on January second, 20 26'],
    ['on Nov 3rd', 'on November third'],
    ['at 9:30 am', 'at 9 30 A M'],
    ['1,245 people', '1245 people'],
    ['Dr. Smith and Mr. Jones, e.g. today', 'Doctor Smith and Mister Jones, for example today'],
    ['Use the ATM with your PIN.', 'Use the A T M with your pin.'],
    ['help@bank.com or www.bank.com', 'help at bank dot com or bank dot com'],
    ['Monday - Friday, 9-5, 24/7', 'Monday to Friday, 9 to 5, twenty-four seven'],
    ['**Bold** and `code` 🙂', 'Bold and code'],
  ])('"%s" is said "%s"', (text, said) => {
    expect(normalise(text, 'en-us')).toBe(said);
  });

  it('reads numeric dates day first in British English', () => {
    expect(normalise('05/06/2026', 'en-us')).toBe('May sixth, 20 26');
    expect(normalise('05/06/2026', 'en-gb')).toBe('June fifth, 20 26');
  });
});

describe('clauses', () => {
  it('begin early in a long first sentence and are whole sentences afterwards', () => {
    const clauses = splitClauses(
      'If you would like to know more about this, please tell me which one you mean. I will gladly explain it.',
    );
    expect(clauses.map((c) => c.text)).toEqual([
      'If you would like to know more about this,',
      'please tell me which one you mean.',
      'I will gladly explain it.',
    ]);
    expect(clauses[0]?.pauseMs).toBeLessThan(clauses[1]?.pauseMs ?? 0);
  });

  it('keep every word, and none is longer than the model takes', () => {
    const text = 'word '.repeat(400).trim();
    const clauses = splitClauses(text);
    expect(clauses.map((c) => c.text).join(' ')).toBe(text);
    expect(Math.max(...clauses.map((c) => c.text.length))).toBeLessThanOrEqual(240);
  });
});

describe('phonemes', () => {
  it('use the symbols of the model and keep punctuation', async () => {
    expect(await phonemesOf('Hello, world.', 'en-us')).toBe('həlˈO, wˈɜɹld.');
    expect(await phonemesOf('Hello', 'en-gb')).toBe('həlˈQ');
  });

  it('leave a number with a point in one piece', async () => {
    expect(await phonemesOf('3.75', 'en-us')).toMatch(/^\S+ pYnt \S+ \S+$/);
  });

  it('have one id each, and too many are refused', () => {
    expect(tokenIds('həlˈO.')).toEqual([50, 83, 54, 156, 31, 4]);
    expect(() => tokenIds('a'.repeat(maxTokens + 1))).toThrow(/511 phonemes/);
  });
});

describe('voices', () => {
  it('have aliases, and an unknown one is refused with the list', () => {
    expect(kokoroVoices.length).toBe(28);
    expect(resolveVoice('default')).toBe('af_bella');
    expect(resolveVoice('male')).toBe('am_michael');
    expect(() => resolveVoice('bob')).toThrow(expect.objectContaining({ hint: expect.stringContaining('af_bella') }));
  });

  it('speak English; other languages are refused clearly', () => {
    expect(resolveAccent('en', 'bf_emma')).toBe('en-gb');
    expect(resolveAccent('en', 'af_bella')).toBe('en-us');
    expect(() => resolveAccent('fr', 'af_bella')).toThrow(expect.objectContaining({ code: 'unsupported' }));
  });
});
