import { describe, expect, it } from 'vitest';
import { mayBeCached, questionKey } from '../../domain/cache-policy.ts';
import { messageOf, VoicebotError } from '../../domain/errors.ts';
import { intentOf } from '../../domain/intent.ts';
import { checkSentence } from '../../domain/output-guard.ts';
import { fitHistory, promptFor } from '../../domain/persona.ts';
import { redact } from '../../domain/redact.ts';
import { SentenceSplitter, splitSentences } from '../../domain/sentences.ts';
import { parseSessionId } from '../../domain/session-id.ts';

describe('the output guard', () => {
  it.each([
    ['Your number is 1-800-243-5678.', 'number'],
    ['It costs twenty dollars.', 'number'],
    ['That takes one week.', 'number'],
    ['We open on Monday.', 'date'],
    ['It will arrive tomorrow.', 'date'],
    ["I'll block your card right away.", 'claim'],
    ['I have transferred the money.', 'claim'],
    ['Your balance is fine.', 'claim'],
    ['You are eligible for a loan.', 'claim'],
  ])('withholds "%s" when no fact supports it (%s)', (sentence, kind) => {
    expect(checkSentence(sentence, [])?.kind).toBe(kind);
  });

  it.each([
    'Hello! How can I help you today?',
    'One moment, please.',
    'You are very welcome.',
    "I can't help with that yet.",
    'I am doing well.',
  ])('lets "%s" pass', (sentence) => {
    expect(checkSentence(sentence, [])).toBeUndefined();
  });

  it('lets a number pass that a fact contains, and only that one', () => {
    const facts = ['The balance is 1,245.50 dollars.'];
    expect(checkSentence('Your balance is 1245.50 dollars.', facts)).toBeUndefined();
    expect(checkSentence('Your balance is 1246.50 dollars.', facts)).toEqual({ kind: 'number', text: '1246.50' });
  });
});

describe('redaction', () => {
  it('hides card numbers, social security numbers and PINs, and leaves other numbers', () => {
    expect(redact('My card is 4111 1111 1111 1111 and my SSN 123-45-6789.')).toBe('My card is [card number] and my SSN [ssn].');
    expect(redact('My PIN is 1234, please.')).toBe('My PIN is [hidden], please.');
    expect(redact('I paid 1250 dollars on the 3rd.')).toBe('I paid 1250 dollars on the 3rd.');
  });
});

describe('what may be cached', () => {
  const turn = { transcript: 'How are you?', source: 'model', intent: 'small-talk', hadHistory: false } as const;

  it('keeps an impersonal answer of the model', () => {
    expect(mayBeCached(turn)).toBe(true);
  });

  it.each([
    ['a question about the caller', { transcript: 'What is my name?' }],
    ['an answer that followed others', { hadHistory: true }],
    ['approved wording', { source: 'approved' as const }],
    ['banking', { intent: 'banking' as const }],
    ['a question with digits', { transcript: 'What is 2 plus 2?' }],
  ])('never keeps %s', (_name, change) => {
    expect(mayBeCached({ ...turn, ...change })).toBe(false);
  });

  it('gives the same key to the same words in other case and punctuation', () => {
    expect(questionKey('  How ARE you, today? ')).toBe(questionKey('how are you today'));
  });
});

describe('sentences', () => {
  it('come out of a stream as soon as they are complete', () => {
    const splitter = new SentenceSplitter();
    expect(splitter.push('Hello the')).toEqual([]);
    expect(splitter.push('re! How are')).toEqual(['Hello there!']);
    expect(splitter.push(' you? ')).toEqual(['How are you?']);
    expect(splitter.push('Fine')).toEqual([]);
    expect(splitter.flush()).toEqual(['Fine']);
  });

  it('do not end after abbreviations or inside numbers', () => {
    expect(splitSentences('Dr. Smith paid $3.50 to Mr. Jones. Then he left.')).toEqual([
      'Dr. Smith paid $3.50 to Mr. Jones.',
      'Then he left.',
    ]);
  });
});

describe('the prompt', () => {
  const exchange = (n: number) => ({ transcript: `Question number ${n}?`, reply: `Answer number ${n}.` });

  it('keeps the latest exchanges that fit into the token limit', () => {
    const history = Array.from({ length: 10 }, (_, i) => exchange(i));
    const kept = fitHistory(history, 60);
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.length).toBeLessThan(10);
    expect(kept.at(-1)).toEqual(history.at(-1));
    expect(fitHistory(history, 0)).toEqual([]);
  });

  it('ends with what the caller says and begins with the persona', () => {
    const prompt = promptFor('Acme Bank', [exchange(1)], 'Hello?', 1000);
    expect(prompt.at(0)).toMatchObject({ role: 'system', content: expect.stringContaining('Acme Bank') });
    expect(prompt.at(-1)).toEqual({ role: 'user', content: 'Hello?' });
    expect(prompt.at(-2)).toEqual({ role: 'assistant', content: 'Answer number 1.' });
  });
});

describe('intents', () => {
  it.each([
    ['', 'silence'],
    ['What is my balance?', 'banking'],
    ['Please block my card', 'banking'],
    ['Hello there', 'greeting'],
    ['Thank you very much', 'thanks'],
    ['Goodbye', 'goodbye'],
    ['Nice weather today', 'small-talk'],
  ])('"%s" is %s', (transcript, intent) => {
    expect(intentOf(transcript)).toBe(intent);
  });
});

describe('session ids', () => {
  it.each(['a', 'caller-42', 'A.b_c-1', 'x'.repeat(64)])('accepts %s', (id) => {
    expect(parseSessionId(id)).toBe(id);
  });

  it.each(['', '-a', 'a b', 'ä', '../etc', 'x'.repeat(65)])('refuses "%s"', (id) => {
    expect(() => parseSessionId(id)).toThrow(VoicebotError);
  });
});

describe('the message of an error', () => {
  it('of a failed query says what was wrong, and none of its parameters, which may be what a caller said', () => {
    const failed = new Error('Failed query: insert into turns values ($1)\nparams: my number is 48213957', {
      cause: new Error('relation "turns" does not exist'),
    });
    expect(messageOf(failed)).toBe('A query failed: relation "turns" does not exist');
    expect(messageOf('plain')).toBe('plain');
  });
});
