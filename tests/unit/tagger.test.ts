import { describe, expect, it } from 'vitest';
import { slotsIn } from '../../domain/dialog/slots.ts';
import { unreadOf } from '../../domain/dialog/unread.ts';
import { RestrictionTagger } from '../../domain/understanding/restriction-tagger.ts';
import { taughtSentences } from '../../domain/understanding/taught-sentences.ts';
import { assistant } from '../support/assistant.ts';
import { randomFrom } from '../support/random.ts';

const restrictions = assistant.restrictions ?? { names: {}, templates: [] };
const vocabulary = ['zebra', 'ladder', 'velvet', 'pickle'];

describe('sentences that the tagger is taught', () => {
  const sentences = taughtSentences(restrictions, vocabulary, 400);

  it('are the same in every run, and come from all templates', () => {
    expect(taughtSentences(restrictions, vocabulary, 400)).toEqual(sentences);
    expect(new Set(sentences.map(({ template }) => template)).size).toBe(restrictions.templates.length);
  });

  it('mark what stands for a name, and nothing else', () => {
    for (const { words, restricts, template } of sentences) {
      expect(words.length).toBe(restricts.length);
      const named = /\{/.test(restrictions.templates[template] ?? '');
      expect(restricts.includes(true)).toBe(named);
    }
    expect(sentences.some(({ words, restricts }) => words.some((word, i) => vocabulary.includes(word) && restricts[i]))).toBe(
      true,
    );
  });
});

describe('the tagger', () => {
  // A stand-in for the encoder: noisy states of which one dimension tells.
  const random = randomFrom(5);
  const statesOf = (restricts: readonly boolean[]) =>
    Float32Array.from(restricts.flatMap((does) => [random() + (does ? 1.5 : 0), random(), random() * 40]));
  const sentences = taughtSentences(restrictions, vocabulary, 300);
  const tagger = RestrictionTagger.learn(
    sentences,
    sentences.map(({ restricts }) => statesOf(restricts)),
  );

  it('finds what restricts, and reports what it misses on templates that it was not taught', () => {
    expect(tagger.parameters.falseAlarms).toBeLessThan(0.03);
    expect(tagger.parameters.missed).toBeLessThan(0.1);
    const words = ['spent', 'on', 'velvet'];
    expect(tagger.restricting({ words, states: statesOf([false, false, true]) })).toEqual(['velvet']);
  });
});

describe('what was noticed and not read', () => {
  const today = '2026-11-25';
  it.each([
    ['How much did I spend at Fresh Market last month?', ['Fresh', 'Market', 'last', 'month'], []],
    ['How much did I spend while I was sick?', ['sick'], ['sick']],
    ['What is in my yacht fund?', ['yacht', 'fund'], ['yacht', 'fund']],
    ['Show me payments over 50 dollars', ['over', '50', 'dollars'], []],
    ['How much have I spent on my llama since the eclipse', ['llama', 'eclipse'], ['eclipse']],
    ['How much money do I have', ['money', 'have'], []],
    ['How much did I spend, because I want to plan my budget', ['budget'], []],
    ["Did I spend more than last month's total?", ["month's"], []],
    ["What did the llama's food cost?", ["llama's"], ["llama's"]],
    ['My name is Ann Miller and I want my transactions', ['Ann', 'Miller'], []],
  ])('of "%s"', (text, noticed, unread) => expect(unreadOf(noticed, text, slotsIn(text, today))).toEqual(unread));
});
