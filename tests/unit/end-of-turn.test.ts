import { describe, expect, it } from 'vitest';
import { releaseMsFor } from '../../domain/endpointing/completeness.ts';
import { EndOfTurn } from '../../domain/endpointing/end-of-turn.ts';
import { endOfTurnFeatures, featureNames, type TurnEvidence } from '../../domain/endpointing/evidence.ts';
import { endOfTurnParameters } from '../../domain/endpointing/parameters.ts';

const bounds = { minMs: 320, maxMs: 1400 };
const model = new EndOfTurn();
/** As Whisper tells of words that are whole … */
const closed = { mean: -0.2, lastWord: -0.05, closed: -0.2, comma: -3, dash: -8, ellipsis: -6, end: -0.1 };
/** … and of words that break off. */
const open = { mean: -0.5, lastWord: -0.8, closed: -2.5, comma: -1.5, dash: -2.5, ellipsis: -2, end: -1 };
const heard = (words: string | undefined, more: Partial<TurnEvidence> = {}): TurnEvidence => ({
  words,
  ending: closed,
  voice: 0.5,
  turnMs: 2_000,
  hesitationsMs: [],
  ...more,
});
const releaseMs = (words: string | undefined, more: Partial<TurnEvidence> = {}) => model.releaseMs(bounds, heard(words, more));

describe('the end of a turn, learnt', () => {
  it('has parameters that belong to its features, and say how they were made', () => {
    expect(endOfTurnParameters.features).toEqual(featureNames);
    expect(endOfTurnParameters.logistic.weights).toHaveLength(featureNames.length + 1);
    expect(endOfTurnParameters.madeFrom).toMatch(/turns, sets \d+:\d+/);
    expect(endOfTurnFeatures(heard('Hello.'))).toHaveLength(featureNames.length);
  });

  it.each([
    ['I want to move some', 'I want to move some money.'],
    ['I would like to block um', 'I would like to block my card.'],
    ['Can you tell me about the', 'Can you tell me about the fees.'],
  ])('takes "%s" for less likely to be over than "%s"', (begun, whole) => {
    expect(model.probability(heard(begun, { ending: open }))).toBeLessThan(model.probability(heard(whole)) ?? 0);
    expect(releaseMs(begun, { voice: 0.1, ending: open })).toBeGreaterThan(bounds.minMs);
  });

  it('listens to how sure the transcriber was of the end, where the words could be all', () => {
    const words = 'How can I close them?';
    expect(model.probability(heard(words, { ending: open }))).toBeLessThan(model.probability(heard(words)) ?? 0);
  });

  it('waits after words that something must follow, however sure voice and transcriber are', () => {
    expect(releaseMs('I would like to.', { voice: 0.99, turnMs: 3_000 })).toBeGreaterThan(2 * bounds.minMs);
    expect(releaseMs('I would like to pay.', { voice: 0.99, turnMs: 3_000 })).toBeLessThan(2 * bounds.minMs);
  });

  it('believes more in a voice that sounds finished', () => {
    const evidence = { ending: open, turnMs: 3_000 };
    const words = 'I have a question';
    const over = (voice: number) => model.probability(heard(words, { ...evidence, voice })) ?? Number.NaN;
    expect(over(0.999)).toBeGreaterThan(over(0.001));
  });

  it('ends at once where all digits that were asked for are there, and waits where they break off', () => {
    const expected = { kind: 'digits', count: 8 } as const;
    expect(releaseMs('', { expected, digits: 8, voice: 0.1 })).toBe(bounds.minMs);
    expect(releaseMs('', { expected, digits: 4, voice: 0.9 })).toBe(bounds.maxMs);
    const misheard = heard('', { expected, digits: 9 });
    expect(model.probability(misheard), 'more than were asked for').toBeGreaterThan(0);
    expect(model.probability(misheard)).toBeLessThan(1);
  });

  it('is surer of a yes where that was asked', () => {
    const asked = model.probability(heard('Yes.', { expected: { kind: 'yes-or-no' }, turnMs: 400 }));
    expect(asked).toBeGreaterThan(model.probability(heard('Yes.', { turnMs: 400 })) ?? 1);
  });

  it('gives a caller who has paused for long before the same time again, while it is not sure that they are done', () => {
    const words = 'I want to transfer';
    const slow = releaseMs(words, { voice: 0.3, ending: open, hesitationsMs: [1_200] });
    expect(slow).toBeGreaterThanOrEqual(1_200);
    expect(slow).toBeLessThanOrEqual(bounds.maxMs);
    const done = 'Thank you very much for your help, goodbye.';
    expect(releaseMs(done, { voice: 0.99, hesitationsMs: [1_200], turnMs: 4_000 })).toBe(bounds.minMs);
  });

  it('stays within its bounds, whatever is heard', () => {
    for (const words of ['', '…', 'um', 'a '.repeat(500), '🙂', '12345 67890', "i'm", 'Ja, guten Tag']) {
      for (const voice of [undefined, 0, 1, Number.NaN]) {
        const ms = releaseMs(words, { voice });
        expect(ms, `${words.slice(0, 20)} at ${voice}`).toBeGreaterThanOrEqual(bounds.minMs);
        expect(ms).toBeLessThanOrEqual(bounds.maxMs);
      }
    }
  });

  it('falls back to the rules while words and ending are not known, and without parameters that fit', () => {
    const unknown = { ending: undefined, voice: 0.9 };
    expect(releaseMs(undefined, unknown)).toBe(releaseMsFor(bounds, 0.9, undefined));
    expect(releaseMs('Hello.', unknown)).toBe(releaseMsFor(bounds, 0.9, 'Hello.'));
    const without = new EndOfTurn({ ...endOfTurnParameters, features: ['another'] });
    expect(without.probability(heard('Hello.'))).toBeUndefined();
    expect(without.releaseMs(bounds, heard('I want to', { voice: 0.1 }))).toBe(releaseMsFor(bounds, 0.1, 'I want to'));
  });
});
