import { describe, expect, it } from 'vitest';
import { partsOf, recordedText, saidParts } from '../../domain/messages/parts.ts';

const slots = ['name', 'amount', 'day'];

describe('the parts of a message', () => {
  it('end at clause ends; those with slots are apart from those that are recorded', () => {
    const text = 'Dear {{name}}, thank you for your call. We have received\n{{amount}}; your card is free again. Goodbye.';
    const parts = partsOf(text, slots);
    expect(parts).toEqual([
      { text: 'Dear {{name}},', slots: ['name'] },
      { text: 'thank you for your call.', slots: [] },
      { text: 'We have received {{amount}};', slots: ['amount'] },
      { text: 'your card is free again. Goodbye.', slots: [] },
    ]);
    expect(recordedText(parts)).toBe('thank you for your call. your card is free again. Goodbye.');
  });

  it('are not cut at the points of titles', () => {
    expect(partsOf('Ask Mr. Smith. You owe {{amount}}.', slots).map(({ text }) => text)).toEqual([
      'Ask Mr. Smith.',
      'You owe {{amount}}.',
    ]);
  });

  it('hold what looks like a slot and is none', () => {
    expect(partsOf('Say {{this}}. You owe {{amount}}.', slots)[0]).toEqual({ text: 'Say {{this}}.', slots: [] });
  });
});

describe('the words of each part', () => {
  const parts = partsOf('Dear {{name}}, you owe {{amount}} since {{day}}. Please pay, or call us. {{name}}, goodbye.', slots);

  it('are found in what was said, whatever the values are', () => {
    expect(
      saidParts(parts, 'Dear Dr. No, you owe 1,200.50 dollars since May 3. Please pay, or call us. Dr. No, goodbye.'),
    ).toEqual(['Dear Dr. No, you owe 1,200.50 dollars since May 3.', 'Please pay, or call us.', 'Dr. No,', 'goodbye.']);
  });

  it.each([
    'Dear , you owe 5 since May. Please pay, or call us. Ann, goodbye.',
    'Dear Ann, you owe 5 since May. Please pay or call us. Ann, goodbye.',
    'Dear Ann, you owe 5 since May. Please pay, or call us. Ann, goodbye. And more.',
    'Oh dear. Dear Ann, you owe 5 since May. Please pay, or call us. Ann, goodbye.',
    '',
  ])('are none where something else was said: %s', (said) => {
    expect(saidParts(parts, said)).toBeUndefined();
  });

  it('are found where a message begins or ends with a slot', () => {
    const ends = partsOf('{{name}}, hello. You owe {{amount}}', slots);
    expect(saidParts(ends, 'Ann, hello. You owe 5')).toEqual(['Ann,', 'hello.', 'You owe 5']);
    expect(saidParts(ends, ', hello. You owe 5')).toBeUndefined();
    expect(saidParts(ends, 'Ann, hello. You owe ')).toBeUndefined();
  });

  // A pattern that tries every split of the text would not come to an end.
  it('are looked for in one pass, however often a text repeats itself', () => {
    const text = `${'{{name}} a '.repeat(20)}{{amount}}. Bye.`;
    expect(saidParts(partsOf(text, slots), `${'a '.repeat(5_000)}. Buy.`)).toBeUndefined();
  });
});
