import { describe, expect, it } from 'vitest';
import { decide, type Understood } from '../../domain/dialog/decide.ts';
import type { IntentName } from '../../domain/dialog/intents.ts';
import { slotsIn } from '../../domain/dialog/slots.ts';
import { type DialogState, expectedDigits, newDialog } from '../../domain/dialog/state.ts';
import { yesOrNo } from '../../domain/dialog/yes-no.ts';

const today = '2026-11-24';
const options = { canTransfer: true };
const said = (text: string, intent: IntentName, more: Partial<Understood> = {}): Understood => ({
  text,
  intent,
  sure: true,
  slots: slotsIn(text, today),
  ...more,
});
const verified: DialogState = { ...newDialog, trust: 'verified', customerId: 'c' };
const steppedUp: DialogState = { ...verified, trust: 'stepped-up' };
const digits = (count: number) => ({ sealed: 'sealed', count });

describe('slots', () => {
  it.each([
    ['Move $200 from savings to my checking account', { from: 'savings', to: 'current', amountMinor: 20_000 }],
    ['the card ending in 4321', { lastFour: '4321' }],
    ['what did I spend at Corner Bakery last week?', { merchant: 'Corner Bakery', direction: 'out' }],
    ['I want to dispute a payment to Fresh Market', { merchant: 'Fresh Market' }],
    ['the Netflix charge', { merchant: 'Netflix' }],
    ['block my credit card', { card: 'credit', account: 'credit' }],
  ])('%s', (text, expected) => expect(slotsIn(text, today)).toMatchObject(expected));

  it('a day is no merchant', () => expect(slotsIn('what happened on my account from Monday', today).merchant).toBeUndefined());
});

describe('yes and no', () => {
  it.each(['Yes.', 'yeah, do it', 'Sure, go ahead.', "that's right", 'Okay'])('%s agrees', (text) =>
    expect(yesOrNo(text)).toBe('yes'),
  );
  it.each(['No.', 'nope', 'never mind', "don't", 'No, that is wrong'])('%s does not', (text) => expect(yesOrNo(text)).toBe('no'));
  it.each(['yes but not that one', 'perhaps', 'wait'])('%s is neither', (text) => expect(yesOrNo(text)).toBeUndefined());
});

describe('the conversation', () => {
  it('asks who calls before anything personal', () => {
    const decision = decide(newDialog, said('What is my balance?', 'balance'), options);
    expect(decision).toMatchObject({ kind: 'say', dialog: { pending: { kind: 'identify', need: 'customer-number' } } });
    expect(expectedDigits(decision.dialog)).toBe(8);
  });

  it('takes the number, then the PIN to the bank', () => {
    const asked = decide(newDialog, said('What is my balance?', 'balance'), options).dialog;
    const numbered = decide(asked, said('[hidden]', 'small-talk', { digits: digits(8) }), options);
    expect(numbered).toMatchObject({ kind: 'say', dialog: { customerNumber: 'sealed', pending: { need: 'phone-pin' } } });
    const told = decide(numbered.dialog, said('[hidden]', 'small-talk', { digits: digits(5) }), options);
    expect(told).toMatchObject({ kind: 'bank', step: { kind: 'verify', factor: 'phone-pin' } });
  });

  it('asks again for too few digits, and gives up after the third time', () => {
    let { dialog } = decide(newDialog, said('What is my balance?', 'balance'), options);
    for (const _ of [1, 2]) dialog = decide(dialog, said('[hidden]', 'yes', { digits: digits(3) }), options).dialog;
    expect(dialog.pending).toMatchObject({ asked: 3 });
    expect(decide(dialog, said('[hidden]', 'yes', { digits: digits(3) }), options).dialog.pending).toBeUndefined();
  });

  it('wants the security code before it changes anything', () => {
    expect(decide(verified, said('Block my debit card', 'card-block'), options)).toMatchObject({
      kind: 'say',
      dialog: { pending: { need: 'security-code' } },
    });
    expect(decide(steppedUp, said('Block my debit card', 'card-block'), options)).toMatchObject({
      kind: 'bank',
      step: { kind: 'prepare' },
    });
  });

  const confirming: DialogState = {
    ...steppedUp,
    pending: {
      kind: 'confirm',
      action: { kind: 'card-block', cardId: 'card', card: 'debit', lastFour: '1234' },
      order: 'call-4',
      request: { intent: 'card-block', slots: {} },
      question: 'Shall I?',
      asked: 1,
    },
  };

  it('acts on a yes under the key of the question, and on nothing else', () => {
    expect(decide(confirming, said('Yes.', 'yes'), options)).toMatchObject({
      kind: 'bank',
      step: { kind: 'act', order: 'call-4' },
    });
    expect(decide(confirming, said('No.', 'no'), options)).toMatchObject({ kind: 'say', dialog: {} });
    expect(decide(confirming, said('hm', 'small-talk'), options)).toMatchObject({ kind: 'say', reply: 'Shall I?' });
  });

  it('takes another card as a correction, not as a yes', () => {
    expect(decide(confirming, said('Yes, the credit card', 'yes'), options)).toMatchObject({
      kind: 'bank',
      step: { kind: 'prepare', request: { slots: { card: 'credit' } } },
    });
  });

  it('understands "and the savings one?" from what was talked about', () => {
    const { dialog } = decide(verified, said('What is on my checking account?', 'balance'), options);
    expect(decide(dialog, said('And the savings one?', 'small-talk', { sure: false }), options)).toMatchObject({
      kind: 'bank',
      step: { request: { intent: 'balance', slots: { account: 'savings' } } },
    });
  });

  it('asks back where two things of the bank are near to each other', () => {
    const decision = decide(newDialog, said('money', 'balance', { sure: false, runnerUp: 'move-money' }), options);
    expect(decision).toMatchObject({ kind: 'say', dialog: { pending: { kind: 'choice', options: ['balance', 'move-money'] } } });
    expect(decide(decision.dialog, said('the second one', 'yes', { sure: false }), options)).toMatchObject({
      dialog: { topic: { intent: 'move-money' } },
    });
  });

  it('does nothing for a caller who is locked out', () => {
    expect(decide({ ...newDialog, locked: true }, said('What is my balance?', 'balance'), options)).toMatchObject({
      kind: 'say',
      leadsTo: 'transfer',
    });
  });
});
