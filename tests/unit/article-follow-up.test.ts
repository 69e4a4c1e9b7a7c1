import { describe, expect, it } from 'vitest';
import { decide } from '../../domain/dialog/decide.ts';
import type { Understood } from '../../domain/dialog/decision.ts';
import { newDialog } from '../../domain/dialog/state.ts';
import { thanksOnly } from '../../domain/dialog/yes-no.ts';
import { answersMore } from '../../domain/knowledge/choose.ts';
import { context as options } from '../support/assistant.ts';
import { said } from '../support/caller.ts';

const told = { ...newDialog, article: 'opening-hours' };
const ask = (text: string, intent: string, more: Partial<Understood> = {}) => decide(told, said(text, intent, more), options);

describe('what is asked after an article', () => {
  it('may be more about it, where it is surely nothing else', () => {
    expect(ask('and on Sundays?', 'outside')).toMatchObject({ kind: 'knowledge', otherwise: { kind: 'say' } });
    expect(ask('where is that?', 'repeat', { sure: false })).toMatchObject({ kind: 'knowledge' });
  });

  it('leaves nothing open of what would have been said or asked otherwise', () => {
    for (const [text, intent] of [
      ['and for cash?', 'beyond'],
      ['and for students?', 'balance'],
    ] as const) {
      const decision = ask(text, intent);
      expect(decision, text).toMatchObject({ kind: 'knowledge', otherwise: { dialog: { pending: {} } } });
      expect(decision.dialog, text).toEqual(told);
    }
  });

  it('takes the place of a wish only where an article surely answers', () => {
    expect(ask('up to how much?', 'spending')).toMatchObject({ kind: 'knowledge', onlySure: true });
    expect(ask('and what is my balance?', 'balance')).toMatchObject({ kind: 'knowledge', onlySure: true });
  });

  it.each([
    ['block my card', 'card-block'],
    ["what's my balance", 'balance'],
    ['thank you', 'thanks'],
    ['goodbye', 'goodbye'],
    ['I would like to talk to a person', 'person'],
  ])('is itself: %s', (text, intent) => expect(ask(text, intent).kind).not.toBe('knowledge'));

  it('is itself where no article was told', () => {
    const decision = decide(newDialog, { text: 'and on Sundays?', intent: 'outside', sure: true, slots: {} }, options);
    expect(decision.kind).toBe('say');
  });
});

it('is answered by the same article only where it is well ahead of others', () => {
  const chosen = { articleId: 'a', sure: false };
  expect(answersMore({ ...chosen, similarity: 0.7, ahead: 0.2 })).toBe(true);
  expect(answersMore({ ...chosen, similarity: 0.7, ahead: 0.04 })).toBe(false);
  expect(answersMore({ ...chosen, similarity: 0.6, ahead: 0.23 })).toBe(false);
});

it.each([
  ['ok thanks', true],
  ["Great, thank you, that's all", true],
  ['ok', false],
  ['yes please, thanks', false],
  ['thanks, do it', false],
])('%s is thanks and nothing else: %s', (text, is) => expect(thanksOnly(text)).toBe(is));
