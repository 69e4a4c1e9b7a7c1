import { describe, expect, it } from 'vitest';
import { asideOf } from '../../domain/dialog/asides.ts';
import { decide } from '../../domain/dialog/decide.ts';
import type { Understood } from '../../domain/dialog/decision.ts';
import { graveMatterIn } from '../../domain/dialog/grave-matters.ts';
import { slotsIn } from '../../domain/dialog/slots.ts';
import { type DialogState, newDialog } from '../../domain/dialog/state.ts';
import { yesOrNo } from '../../domain/dialog/yes-no.ts';
import { withApostrophes } from '../../domain/language/contractions.ts';
import { context as options, say } from '../support/assistant.ts';
import { said, steppedUp, today, verified } from '../support/caller.ts';

const ask = (dialog: DialogState, text: string, intent: string, more: Partial<Understood> = {}) =>
  decide(dialog, said(text, intent, more), options);
const requestOf = (dialog: DialogState, text: string, intent: string, more: Partial<Understood> = {}) => {
  const decision = ask(dialog, text, intent, more);
  return decision.kind === 'bank' && 'request' in decision.step ? decision.step.request : decision;
};

describe('what a comparison is of', () => {
  const october = { from: '2026-10-01', to: '2026-10-31' };
  it('is what was talked about, where the caller says "it" or "that"', () => {
    const { dialog } = ask(verified, 'What did I pay to Harbor Books in October?', 'transactions');
    expect(requestOf(dialog, 'Was that more than the month before?', 'spending')).toMatchObject({
      slots: { figure: 'comparison', merchant: 'Harbor Books', days: october, against: { from: '2026-09-01', to: '2026-09-30' } },
    });
    const salary = ask(verified, 'Has my salary come in?', 'transactions').dialog;
    expect(requestOf(salary, 'How much was it compared with last month?', 'spending')).toMatchObject({
      slots: { figure: 'comparison', kinds: ['salary'], against: october },
    });
  });

  it('is what is named, where something is', () => {
    const { dialog } = ask(verified, 'What did I pay to Harbor Books in October?', 'transactions');
    const { slots } = requestOf(dialog, 'Did I spend more on fuel this month than last month?', 'spending') as { slots: object };
    expect(slots).not.toHaveProperty('merchant');
  });
});

describe('money that comes in', () => {
  it.each([
    ['When do I get paid next?', { direction: 'in', kinds: ['salary'], ahead: true }],
    ['Have I been paid yet?', { direction: 'in', kinds: ['salary'] }],
    ['When will my salary come?', { direction: 'in', kinds: ['salary'], ahead: true }],
    ['How much do I usually get?', { direction: 'in', per: 'month' }],
    ['Where did I spend the most money in November?', { direction: 'out', figure: 'top-merchant' }],
  ])('%s', (text, slots) => expect(slotsIn(text, today)).toMatchObject(slots));

  it('is no salary where somebody pays something back', () =>
    expect(slotsIn('Did I get paid back by Anna?', today)).not.toHaveProperty('kinds'));

  it('asks of what is booked, and not of what was pending before', () => {
    const pending = ask(verified, 'Is anything pending?', 'transactions').dialog;
    expect(requestOf(pending, 'ok and when do I get paid next?', 'transactions')).not.toMatchObject({ slots: { pending: true } });
    expect(requestOf(pending, 'and at Amazon?', 'transactions')).toMatchObject({ slots: { pending: true, merchant: 'Amazon' } });
  });
});

describe('a merchant that was told', () => {
  const told = { ...ask(verified, 'Where did I spend the most in October?', 'spending').dialog, merchant: 'Oak Property' };
  it('is meant by "there" and "them"', () => {
    expect(requestOf(told, 'How often was I there?', 'spending')).toMatchObject({
      slots: { merchant: 'Oak Property', figure: 'count', days: { from: '2026-10-01' } },
    });
    const spent = requestOf(told, 'What did I pay to them?', 'spending');
    expect(spent).toMatchObject({ slots: { merchant: 'Oak Property' } });
    expect(spent).not.toMatchObject({ slots: { figure: 'top-merchant' } });
  });

  it('is not meant where something else is', () => {
    expect(requestOf(told, 'Is there anything pending?', 'transactions')).not.toMatchObject({
      slots: { merchant: 'Oak Property' },
    });
    expect(ask(told, 'Is there a limit on transfers?', 'transfer-status')).toMatchObject({ kind: 'knowledge' });
    expect(requestOf(told, 'Did they charge me at Netflix?', 'transactions')).toMatchObject({ slots: { merchant: 'Netflix' } });
  });
});

describe('payments that were told', () => {
  it('are added up where nothing was said of which', () => {
    const told = ['a', 'b', 'c'];
    const list = { ...ask(verified, 'What are my latest payments?', 'transactions').dialog, told };
    expect(requestOf(list, "What's the total of those?", 'spending')).toMatchObject({ slots: { these: told } });
    const scoped = { ...ask(verified, 'What did I pay to Netflix?', 'transactions').dialog, told };
    expect(requestOf(scoped, 'How much is that in total?', 'spending')).not.toMatchObject({ slots: { these: told } });
  });

  it('are disputed without being named again, where there is one', () => {
    const dialog = { ...ask(steppedUp, 'What was my largest payment?', 'transactions').dialog, told: ['a'] };
    expect(requestOf(dialog, "I don't think that was me", 'dispute')).toMatchObject({ slots: { transactionId: 'a' } });
  });

  it('have no more to be told about', () =>
    expect(asideOf(say, 'And who is that?', { asked: false, wishes: false, told: true })).toEqual({ reply: say('on-record') }));
});

describe('an order that was done', () => {
  const moved = ask(steppedUp, 'Move fifty dollars out of savings', 'move-money', {
    slots: slotsIn('Move fifty dollars out of savings', today, { amount: true }),
  }).dialog;
  it('is done the other way round, as a new one, where the money shall go back', () => {
    for (const text of ['Actually put it back', 'Please undo that'])
      expect(ask(moved, text, 'cancel'), text).toMatchObject({
        step: {
          kind: 'prepare',
          request: { intent: 'move-money', slots: { from: 'current', to: 'savings', amountMinor: 5_000 } },
        },
      });
  });

  it('is amended by a colleague', () => {
    const booked = ask(steppedUp, 'Call me tomorrow at three', 'call-back').dialog;
    for (const text of ['Actually make that 4', 'Change it to Friday'])
      expect(ask(booked, text, 'yes', { sure: false }), text).toMatchObject({ reply: `${say('beyond')} ${say('offer-person')}` });
    expect(ask(booked, 'Make it quick', 'yes', { sure: false })).not.toMatchObject({ reply: say('beyond') });
  });
});

describe('what is supposed', () => {
  const enough = ask(verified, 'Do I have enough to pay a 300 dollar bill?', 'balance').dialog;
  it('moves nothing: another balance is asked about', () =>
    expect(requestOf(enough, 'And if I take it from savings?', 'move-money')).toMatchObject({
      intent: 'balance',
      slots: { account: 'savings', amountMinor: 30_000 },
    }));

  it('is moved when the caller says so', () => {
    const supposed = ask({ ...enough, trust: 'stepped-up' }, 'And if I take it from savings?', 'move-money').dialog;
    expect(requestOf(supposed, 'Ok, move it then', 'move-money')).toMatchObject({
      intent: 'move-money',
      slots: { from: 'savings', amountMinor: 30_000 },
    });
  });

  it('owns up to no word that does not matter', () => expect(enough.topic?.slots).not.toHaveProperty('unexplained'));
});

describe('what a router takes for something near it', () => {
  it('a card that was declined is asked about, and not blocked', () => {
    for (const text of ['My card got declined at the supermarket, what is going on?', "Why didn't my card work?"])
      expect(requestOf(verified, text, 'card-block'), text).toMatchObject({ intent: 'card-status' });
    for (const text of ['My card was stolen and declined', 'Block my card, it does not work'])
      expect(ask(steppedUp, text, 'card-block'), text).toMatchObject({ step: { request: { intent: 'card-block' } } });
  });

  it('what was left at a branch is for a colleague, unless cards may be in it', () => {
    expect(ask(verified, 'I left my umbrella in your branch', 'card-block')).toMatchObject({
      reply: `${say('beyond')} ${say('offer-person')}`,
    });
    expect(requestOf(steppedUp, 'I left my purse at the bank', 'card-block')).toMatchObject({ intent: 'card-block' });
  });

  it('trouble with the app is looked up, and then left to a colleague', () => {
    for (const text of ["My app isn't working", 'Is the website down?', "I can't log in to online banking"])
      expect(ask(newDialog, text, 'outside'), text).toMatchObject({ kind: 'knowledge', otherwise: { kind: 'say' } });
    expect(ask(newDialog, 'How do I set up online banking?', 'information')).not.toHaveProperty('otherwise');
  });
});

describe('a question that begins with "ok"', () => {
  it.each([
    ['ok, and personal loans?', undefined],
    ['All right and what about the fee?', undefined],
    ['ok', 'yes'],
    ['Fine, and thanks', 'yes'],
    ['Yes, and block the other one too', 'yes'],
  ])('%s', (text, answer) => expect(yesOrNo(text)).toBe(answer));
});

it('somebody who was called in the name of the bank is put through to a person', () => {
  expect(graveMatterIn('someone called me and said they were from your bank')).toBe('fraud');
  expect(graveMatterIn('Has the bank called me?')).toBeUndefined();
});

it.each([
  ['i dont think thats me', "i don't think that's me"],
  ['whats the total, im sure youve got it', "what's the total, I'm sure you've got it"],
  ['it wont do, were going and the well is in the shell', 'it wont do, were going and the well is in the shell'],
])('reads %s', (text, full) => expect(withApostrophes(text)).toBe(full));

describe('payments that are pointed at', () => {
  const list = { ...ask(verified, 'My last three transactions', 'transactions').dialog, told: ['a', 'b', 'c'] };
  it('are told again by their number, whatever the words are taken for', () =>
    expect(requestOf(list, 'the third one, what was it', 'outside', { sure: false })).toEqual({
      intent: 'transactions',
      slots: { transactionId: 'c' },
    }));

  it('are disputed by "it"', () => {
    const one = { ...list, trust: 'stepped-up' as const, told: ['b'] };
    expect(requestOf(one, 'dispute it', 'dispute')).toMatchObject({ slots: { transactionId: 'b' } });
  });

  it('are stopped and taken back by a colleague', () => {
    for (const text of ['can you stop that', 'I want my money back'])
      expect(ask(list, text, 'cancel', { sure: false }), text).toMatchObject({
        reply: `${say('beyond')} ${say('offer-person')}`,
      });
  });

  it('are counted where the caller asks how often', () => {
    const { dialog } = ask(verified, 'What did I pay at Fresh Market in October?', 'transactions');
    expect(requestOf(dialog, 'do I go there often', 'spending', { sure: false })).toMatchObject({
      slots: { merchant: 'Fresh Market', figure: 'count' },
    });
  });

  it('are no salary of a transfer', () =>
    expect(requestOf(verified, 'My salary has not arrived', 'transfer-status')).toMatchObject({ intent: 'transactions' }));

  it('are told by the month where that is asked of what was told', () => {
    const { dialog } = ask(verified, 'How much did I spend on fuel this year?', 'spending');
    expect(requestOf(dialog, 'so about how much a month', 'spending')).toMatchObject({
      slots: { kinds: ['fuel'], per: 'month' },
    });
  });
});

it('no card is blocked for words that speak of none', () => {
  expect(ask(steppedUp, 'can I take it out whenever i want', 'card-block').kind).not.toBe('bank');
  for (const text of ['Somebody nicked my purse', 'Freeze my Visa', "I've been mugged"])
    expect(ask(steppedUp, text, 'card-block'), text).toMatchObject({ step: { request: { intent: 'card-block' } } });
});

describe('values that are named', () => {
  it.each([
    ['Tell me my balance but not the savings', {}, { exceptAccount: 'savings' }],
    ['Not savings, the current account', {}, { account: 'current' }],
    ['I would like to pay 20 dollars off my credit card', { amount: true }, { to: 'credit', amountMinor: 2_000 }],
    ['Pay off my credit card in full', { amount: true }, { to: 'credit', share: 1 }],
    [
      'How much money went out this week vs last week',
      {},
      { figure: 'comparison', against: { from: '2026-11-16', to: '2026-11-22' } },
    ],
    ['Where does all my money go?', {}, { figure: 'top-kind' }],
    ['How much is it a month?', {}, { per: 'month' }],
  ])('%s', (text, expecting, slots) => expect(slotsIn(text, today, expecting)).toMatchObject(slots));
});

it('a rule is looked up, whoever asks for it', () => {
  const asked = ask(newDialog, 'Is there a limit on how much I can transfer?', 'transfer-status');
  expect(asked).toMatchObject({ kind: 'knowledge', otherwise: { kind: 'say' } });
  expect(ask(verified, 'Is there a payment to Netflix that I made?', 'transactions').kind).toBe('bank');
});

it('where the money goes is told, whatever the words are taken for', () =>
  expect(requestOf(verified, 'Where does all my money go?', 'transfer-status', { sure: false })).toMatchObject({
    intent: 'spending',
    slots: { figure: 'top-kind' },
  }));

it('who says that they are blind hears what the bot can do', () =>
  expect(asideOf(say, "I'm blind, can you help me", { asked: false, wishes: false })).toEqual({ reply: say('abilities') }));
