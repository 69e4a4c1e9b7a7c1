import { describe, expect, it } from 'vitest';
import { decide } from '../../domain/dialog/decide.ts';
import { slotsIn } from '../../domain/dialog/slots.ts';
import type { DialogState } from '../../domain/dialog/state.ts';
import { context as options, say } from '../support/assistant.ts';
import { said, steppedUp, today, verified } from '../support/caller.ts';

describe('what was talked about', () => {
  it('keeps to whoever was talked about in "how often did they charge me?" and "when was the last one?"', () => {
    const ask = (dialog: DialogState, text: string, intent: string) => decide(dialog, said(text, intent), options).dialog;
    const spent = ask(verified, 'How much did I pay Netflix this year?', 'spending');
    const counted = ask(spent, 'How often did they charge me?', 'transactions');
    expect(counted.topic?.slots).toMatchObject({ merchant: 'Netflix', figure: 'count', days: { from: '2026-01-01' } });
    const last = ask(counted, 'When was the last one?', 'transactions').topic?.slots;
    expect(last).toMatchObject({ merchant: 'Netflix', howMany: 1 });
    expect(last).not.toHaveProperty('figure');
  });

  it('blocks the card that was talked about, and does not say "all right" to it', () => {
    const { dialog } = decide(steppedUp, said('Is my credit card blocked?', 'card-status'), options);
    for (const text of ['Block it', 'Yes please, cancel that card']) {
      const decision = decide(dialog, said(text, 'cancel'), options);
      expect(decision, text).toMatchObject({
        kind: 'bank',
        step: { request: { intent: 'card-block', slots: { card: 'credit' } } },
      });
    }
  });

  it('leaves it to a colleague to take a payment back, and lets other things be', () => {
    const toldOf = (text: string, intent: string) => decide(verified, said(text, intent), options).dialog;
    const paid = toldOf('When did Netflix last charge me?', 'transactions');
    expect(decide(paid, said('Cancel it', 'cancel'), options)).toMatchObject({
      reply: `${say('beyond')} ${say('offer-person')}`,
    });
    for (const text of ['Stop', 'Cancel'])
      expect(decide(paid, said(text, 'cancel'), options), text).toMatchObject({ reply: say('anything-else') });
    const balance = toldOf('What is my balance?', 'balance');
    expect(decide(balance, said('Cancel that', 'cancel'), options)).toMatchObject({ reply: say('anything-else') });
  });

  it('does not tell of one transfer where another one is asked about', () => {
    const { dialog } = decide(verified, said('Has my transfer to Anna gone through?', 'transfer-status'), options);
    const decision = decide(dialog, said('And the one to my brother?', 'transfer-status'), options);
    expect(decision).toMatchObject({ step: { request: { slots: { person: 'brother' } } } });
    expect(decision).not.toMatchObject({ step: { request: { slots: { merchant: 'Anna' } } } });
  });

  it.each([
    ['What did I spend last month without groceries?', { kinds: ['groceries'], merchants: [] }],
    ['How much did I pay, except for rent and fuel, in October?', { kinds: ['fuel', 'housing'], merchants: [] }],
    ['My spending excluding Fresh Market since June', { kinds: [], merchants: ['Fresh Market'] }],
    ['Can I pay without a card?', undefined],
    ['What else did I buy other than that?', undefined],
  ])('leaves out what is named so: %s', (text, except) => {
    const slots = slotsIn(text, today);
    expect(slots.except).toEqual(except);
    expect([slots.kinds, slots.merchant]).toEqual([undefined, undefined]);
    if (except) expect(decide(verified, said(text, 'spending'), options).dialog.topic?.slots).not.toHaveProperty('unexplained');
  });

  it('goes on without something, and with something else', () => {
    const ask = (dialog: DialogState, text: string) => decide(dialog, said(text, 'spending', { sure: false }), options).dialog;
    const spent = decide(verified, said('What did I spend last month?', 'spending'), options).dialog;
    const apart = ask(spent, 'without groceries');
    expect(apart.topic?.slots).toMatchObject({ except: { kinds: ['groceries'] }, days: spent.topic?.slots.days });
    expect(ask(apart, 'And on fuel?').topic?.slots).not.toHaveProperty('except');
  });

  it('says of a balance of before that it only knows the one of today', () => {
    const { dialog } = decide(verified, said('What is on my savings account?', 'balance'), options);
    const asked = decide(dialog, said('How much was it a month ago?', 'spending'), options);
    expect(asked).toMatchObject({ step: { request: { intent: 'balance', slots: { account: 'savings' } } } });
  });

  it('asks of a figure what was talked about, unless the caller says of what', () => {
    const fuel = decide(verified, said('How much did I spend on fuel this year?', 'spending'), options).dialog;
    const slotsOf = (text: string) => decide(fuel, said(text, 'spending'), options).dialog.topic?.slots;
    expect(slotsOf('What was the average?')).toMatchObject({ figure: 'average', kinds: ['fuel'] });
    expect(slotsOf('How many were there?')).toMatchObject({ figure: 'count', kinds: ['fuel'] });
    expect(slotsOf('What was my largest payment?')).not.toHaveProperty('kinds');
  });

  it('pays the credit card off, where it was told what is owed on it', () => {
    const { dialog } = decide(steppedUp, said('What do I owe on my credit card?', 'balance'), options);
    const decision = decide(dialog, said('Pay it off from checking', 'move-money'), options);
    expect(decision).toMatchObject({ step: { request: { slots: { from: 'current', to: 'credit' } } } });
  });

  it('tells once more when something that was talked about will be there', () => {
    const { dialog } = decide(verified, said('Has my transfer to Anna gone through?', 'transfer-status'), options);
    expect(decide(dialog, said('When will it arrive?', 'outside'), options)).toMatchObject({
      step: { request: { intent: 'transfer-status' } },
    });
  });

  it('understands "and the savings one?" from what was talked about', () => {
    const { dialog } = decide(verified, said('What is on my checking account?', 'balance'), options);
    expect(decide(dialog, said('And the savings one?', 'small-talk', { sure: false }), options)).toMatchObject({
      kind: 'bank',
      step: { request: { intent: 'balance', slots: { account: 'savings' } } },
    });
  });

  it('compares what was told last with what was told before it, once, and nothing where nothing is compared', () => {
    const ask = ({ dialog }: { readonly dialog: DialogState }, text: string, intent = 'spending') =>
      decide(dialog, said(text, intent), options);
    const [july, august] = ['2026-07', '2026-08'].map((month) => ({ from: `${month}-01`, to: `${month}-31` }));
    const told = ask(ask({ dialog: verified }, 'What did I spend on groceries in July?'), 'And in August?');
    const compared = ask(told, 'So how much more is that?');
    const both = { figure: 'comparison', kinds: ['groceries'], days: august, beside: { days: july } };
    expect(compared).toMatchObject({ step: { request: { intent: 'spending', slots: both } } });
    const other = ask(told, 'More than on restaurants?');
    expect(other).toMatchObject({
      step: { request: { slots: { ...both, beside: { days: august, kinds: ['restaurants'] } } } },
    });
    const next = ask(compared, 'And in July?');
    expect(next).toMatchObject({ step: { request: { slots: { kinds: ['groceries'], days: july } } } });
    expect(next).not.toMatchObject({ step: { request: { slots: { figure: 'comparison' } } } });
    for (const text of ['How much more do I have to pay?', 'What is the difference between checking and savings?'])
      expect(ask(told, text, 'information'), text).not.toMatchObject({
        step: { request: { slots: { figure: 'comparison' } } },
      });
  });
});
