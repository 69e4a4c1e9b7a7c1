import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { asideOf } from '../../domain/dialog/asides.ts';
import { otherLanguageOf } from '../../domain/dialog/other-languages.ts';
import { recordingWish } from '../../domain/dialog/recording.ts';
import { asksOfOthers } from '../../domain/dialog/restrictions.ts';
import { guardInput } from '../../domain/input-guard.ts';
import { intentOf } from '../../domain/intent.ts';
import { hideNumbers } from '../../domain/language/numbers.ts';
import { checkSentence } from '../../domain/output-guard.ts';
import { redact } from '../../domain/redact.ts';
import { splitSentences } from '../../domain/sentences.ts';
import { normalise } from '../../engines/kokoro/normalise/normalise.ts';
import { patterns } from '../patterns/collect.ts';
import { say } from '../support/assistant.ts';

const verdicts = JSON.parse(readFileSync(new URL('../vectors/patterns.json', import.meta.url), 'utf8')) as Record<string, string>;

describe('regular expressions that see the words of strangers', () => {
  it('are all known not to take a time without bounds (npm run check:patterns judges new ones)', async () => {
    const unjudged = [...(await patterns())].filter(([written]) => verdicts[written] === undefined);
    expect(unjudged).toEqual([]);
    const slow = Object.entries(verdicts).filter(([, verdict]) => !/^(?:safe|square|undecided)$/.test(verdict));
    expect(slow).toEqual([]);
  });

  /** The longest text that a caller may write, of what makes patterns go back and try again. */
  const longest = 2_000;
  const hostile = [
    'a ',
    'x',
    '.',
    ',',
    ' ',
    '- ',
    'the ',
    'one ',
    'and ',
    'who the ',
    'A b ',
    "don't ",
    'is the ',
    '1',
    '1,',
    '@a.',
    '*',
    '((',
    '[a](',
  ];
  const readers: Readonly<Record<string, (text: string) => unknown>> = {
    redact,
    guardInput,
    checkSentence: (text) => checkSentence(text, []),
    splitSentences,
    intentOf,
    hideNumbers,
    recordingWish,
    asksOfOthers,
    otherLanguageOf,
    asideOf: (text) => asideOf(say, text, { asked: true, wishes: false, told: true }),
    normalise: (text) => normalise(text, 'en-us'),
  };

  it.each(Object.keys(readers))(
    '%s comes to an end with texts that are made to be slow',
    (name) => {
      for (const part of hostile)
        for (const end of ['', '!', '\n', 'z'])
          expect(() => readers[name]?.(part.repeat(longest / part.length) + end), JSON.stringify(part)).not.toThrow();
    },
    20_000,
  );
});
