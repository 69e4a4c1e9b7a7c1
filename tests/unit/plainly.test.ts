import { describe, expect, it } from 'vitest';
import { decide } from '../../domain/dialog/decide.ts';
import type { Understood } from '../../domain/dialog/decision.ts';
import { type DialogState, newDialog } from '../../domain/dialog/state.ts';
import { context, say } from '../support/assistant.ts';
import { steppedUp as known, said } from '../support/caller.ts';

const asked = (text: string, intent: string, more?: Partial<Understood>, dialog = known) =>
  decide(dialog, said(text, intent, more), context);
const requestOf = (...told: Parameters<typeof asked>) => {
  const decision = asked(...told);
  return decision.kind === 'bank' && 'request' in decision.step ? decision.step.request : undefined;
};

describe('what the words say plainly', () => {
  it.each([
    ['How much is my rent?', 'balance', 'transactions'],
    ['How much goes on subscriptions?', 'balance', 'spending'],
    ['What did I spend on petrol?', 'transactions', 'spending'],
    ['Has the refund from Harbor Books arrived?', 'transfer-status', 'transactions'],
    ['The Netflix people took money twice', 'spending', 'dispute'],
    ['How often did they charge me?', 'dispute', 'transactions'],
    ['That payment on Monday, what was it for?', 'dispute', 'transactions'],
    ['I need to know if I paid my rent already', 'outside', 'transactions'],
  ])('counts: "%s" is no %s, but %s', (text, intent, expected) => expect(requestOf(text, intent)?.intent).toBe(expected));

  it.each([
    ['Do I have enough for my rent?', 'balance'],
    ['What do I owe on my credit card at the moment?', 'balance'],
    ['Is the transfer of 50 dollars to Anna there?', 'transfer-status'],
  ])('leaves as it is: "%s"', (text, intent) => expect(requestOf(text, intent)?.intent).toBe(intent));

  it('another name is for a colleague to write down', () =>
    expect(asked('I got married and need to change my last name', 'transactions')).toMatchObject({
      reply: `${say('beyond')} ${say('offer-person')}`,
    }));

  it('an order to pay somebody is no question about a transfer', () =>
    expect(asked('transfer 100 to my sister', 'transfer-status')).toMatchObject({
      reply: `${say('own-accounts-only')} ${say('offer-person')}`,
    }));

  it('what was taken twice is disputed, also where the router is unsure', () =>
    expect(requestOf('I was charged twice', 'spending', { sure: false, runnerUp: 'transactions' })?.intent).toBe('dispute'));

  it.each([
    ['Cancel my appointment', 'call-back'],
    ['Can you unblock my card?', 'card-block'],
    ['Reactivate my card', 'card-status'],
  ])('the opposite of an intent is left to a colleague: "%s"', (text, intent) =>
    expect(asked(text, intent)).toMatchObject({ reply: `${say('beyond')} ${say('offer-person')}` }),
  );

  it('whether a card is unblocked is asked, and not ordered', () =>
    expect(requestOf('Is my card unblocked?', 'card-status')?.intent).toBe('card-status'));
});

describe('a question about how things are at the bank', () => {
  it('is looked for in the articles before the bank is asked', () =>
    expect(asked('How long does a transfer take?', 'transfer-status')).toMatchObject({
      kind: 'knowledge',
      otherwise: { kind: 'bank' },
    }));

  it('is no question about a balance where it asks for something else', () => {
    const decision = asked('How much is a 20,000 dollar loan?', 'balance');
    expect(decision.kind).toBe('knowledge');
    expect(decision).not.toHaveProperty('otherwise');
  });

  it.each([
    'How long does my transfer take?',
    'Was there a payment yesterday?',
    'What is the balance?',
    'Is there any money left in checking?',
  ])('is not: %s', (text) => expect(asked(text, 'transfer-status').kind).toBe('bank'));

  it('may be what nobody is sure of', () =>
    expect(asked('Is my money safe with you?', 'balance', { sure: false, runnerUp: 'transfer-status' })).toMatchObject({
      kind: 'knowledge',
      otherwise: { kind: 'say', dialog: { pending: { kind: 'choice' } } },
    }));
});

describe('what was told is gone on with', () => {
  const told: DialogState = {
    ...known,
    topic: { intent: 'transactions', slots: { howMany: 5 } },
    told: ['t1', 't2', 't3'],
  };
  it.each([
    ['And the five before that?', 5],
    ['the next two', 2],
    ['Any more?', 5],
    ['go on', 5],
  ])('"%s" are the payments that come after those', (text, howMany) =>
    expect(requestOf(text, 'repeat', { sure: false }, told)?.slots).toMatchObject({ after: 't3', howMany }),
  );

  it('the week before that is another period', () => {
    const week: DialogState = {
      ...told,
      topic: { intent: 'transactions', slots: { days: { from: '2026-11-16', to: '2026-11-22' } } },
    };
    expect(requestOf('And the week before that?', 'transactions', {}, week)?.slots).toMatchObject({
      days: { from: '2026-11-09', to: '2026-11-15' },
    });
  });

  it('both accounts take the place of one', () => {
    const one: DialogState = { ...known, topic: { intent: 'balance', slots: { account: 'savings' } } };
    expect(requestOf('and both together', 'balance', { sure: false }, one)?.slots).not.toHaveProperty('account');
  });
});

describe('beside the matter', () => {
  it('what is no business of the bank is told so, and the number asked for again', () => {
    const waiting: DialogState = {
      ...newDialog,
      pending: { kind: 'identify', need: 'customer-number', request: { intent: 'balance', slots: {} }, asked: 1 },
    };
    const { kind, reply } = asked('Who won the world cup?', 'outside', {}, waiting) as { kind: string; reply: string };
    expect(kind).toBe('say');
    expect(reply).toContain(say('outside-meanwhile'));
    expect(reply).toContain('customer number');
  });

  it('who found something again wants to hear nothing again', () =>
    expect(asked('I found it again', 'repeat', { lastReply: 'Done.' })).toMatchObject({ reply: say('unsure-alone') }));
});
