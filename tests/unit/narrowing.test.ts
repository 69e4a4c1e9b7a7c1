import { describe, expect, it } from 'vitest';
import { continued, isBareValue } from '../../domain/dialog/ellipsis.ts';
import { paysOthers, shareIn, turnedRound } from '../../domain/dialog/move-money.ts';
import { paymentReferredTo } from '../../domain/dialog/references.ts';
import { joinSlots, slotsIn } from '../../domain/dialog/slots.ts';
import { unexplainedIn, unexplainedText } from '../../domain/dialog/unexplained.ts';
import { periodIn } from '../../domain/language/periods.ts';
import { assistant, say } from '../support/assistant.ts';

const today = '2026-11-25';
const slots = (text: string) => slotsIn(text, today);

describe('what narrows a question', () => {
  it.each(['Who did I pay the most to last month?', 'Did I pay the same in May?', 'Can I pay the credit card off?'])(
    'names nobody: %s',
    (text) => expect(slotsIn(text, today).merchant).toBeUndefined(),
  );

  it.each([
    ['What did I spend on petrol and groceries?', { kinds: ['groceries', 'fuel'] }],
    ['How much went to the supermarket?', { kinds: ['groceries'] }],
    ['Did I pay my rent?', { kinds: ['housing'] }],
    ['What did I spend at Fresh Market and Corner Bakery?', { merchants: ['Fresh Market', 'Corner Bakery'] }],
    ['How much did Amazon take this month?', { merchant: 'Amazon' }],
    ['payments to uber', { merchant: 'uber' }],
    ['What did I pay in Paris?', { place: 'in Paris' }],
    ['How much have I spent abroad?', { place: 'abroad' }],
    ['What is my balance in euros?', { currency: 'EUR' }],
    ['What is on my joint account?', { otherAccount: 'joint account' }],
    ['How much is in my pension?', { otherAccount: 'pension' }],
    ['Did my transfer to my sister arrive?', { person: 'sister' }],
    ['How many payments did I make?', { figure: 'count' }],
    ['What was the first payment in October?', { figure: 'earliest' }],
    ['How much do I spend per week?', { figure: 'average', per: 'week' }],
    ['When did I last go to the supermarket?', { howMany: 1 }],
    ['Is any payment still pending?', { pending: true }],
    ['Who paid me?', { direction: 'in' }],
    ['Have I been paid yet?', { direction: 'in' }],
    ["I'd like to know if the plumber's been paid", { direction: 'out', merchant: 'plumber' }],
    ['Has Anna Schmidt been paid?', { direction: 'out', merchant: 'Anna Schmidt' }],
    ['Has my rent been paid?', { direction: 'out', kinds: ['housing'] }],
    ['Did I pay the gardener last week?', { direction: 'out', merchant: 'gardener' }],
    ['What was my second biggest purchase?', { figure: 'largest', howMany: 2 }],
    ['Did I spend more on groceries or on petrol?', { figure: 'versus' }],
    ['Did I spend more on groceries and petrol than last month?', { figure: 'comparison' }],
    ['Which of my transfers failed?', { failed: true }],
    ['Why is my balance so low?', { why: true }],
    ['a charge of about ten dollars', { bounds: { overMinor: 800, underMinor: 1_200 } }],
    ['the credit one', { card: 'credit' }],
    ['Block both my cards', { all: true }],
  ])('%s', (text, expected) => expect(slots(text)).toMatchObject(expected));

  it.each([
    'Sorry to bother you, what is my balance?',
    'What is on my savings account?',
    'Can I have the details in writing?',
    'What did I spend in October?',
    'Tell me the balance of my own account.',
  ])('is not in "%s"', (text) => {
    const { merchant, place, otherAccount } = slots(text);
    expect({ merchant, place, otherAccount }).toEqual({ merchant: undefined, place: undefined, otherAccount: undefined });
  });
});

describe('words that nothing explains', () => {
  const left = (text: string) => unexplainedIn(assistant, text, slots(text));
  it.each([
    ['What fees did I pay last month?', ['fees']],
    ['Has the tax office paid me?', ['tax', 'office']],
    ['What recurring payments do I have?', ['recurring']],
    ['What did I buy on Black Friday?', ['black']],
    ['Did the refund from the airline arrive?', ['refund']],
  ])('are named: %s', (text, words) => expect(left(text)).toEqual(words));

  it.each([
    'Good afternoon, I was wondering if you could tell me how much I have got left in the bank.',
    'Hiya, can you just have a quick look at what is in my account please love?',
    'I am standing in a shop because my dog ran away, how much money do I have?',
    "So yeah basically I need to know if my wages haven't gone in.",
    'Did I spend more than two hundred dollars at Fresh Market last Tuesday?',
    'What did I spend on Lego?',
    'And yesterday?',
  ])('are not in "%s"', (text) => expect(left(text)).toEqual([]));

  it('are owned up to in the answer', () => {
    expect(unexplainedText(say, { unexplained: ['fees'] })).toBe('I could not take the word fees into account.');
    expect(unexplainedText(say, { unexplained: ['a', 'b', 'c', 'd'] })).toBe('I may have missed a part of that.');
    expect(unexplainedText(say, {})).toBe('');
  });
});

describe('the period of a question', () => {
  it.each([
    ['between the 1st and the 10th of November', '2026-11-01', '2026-11-10'],
    ['from the 3rd to the 9th', '2026-11-03', '2026-11-09'],
    ['from the 20th of October to the 3rd of November', '2026-10-20', '2026-11-03'],
    ['on Monday and Tuesday', '2026-11-23', '2026-11-24'],
    ['from Monday to Wednesday', '2026-11-23', '2026-11-25'],
    ['last week and the week before last', '2026-11-09', '2026-11-22'],
    ['this month and last month', '2026-10-01', '2026-11-25'],
    ['from October until now', '2026-10-01', '2026-11-25'],
    ['before November', '2026-08-03', '2026-10-31'],
    ['since the beginning of the year', '2026-01-01', '2026-11-25'],
    ['this year so far', '2026-01-01', '2026-11-25'],
    ['in 2024', '2024-01-01', '2024-12-31'],
    ['on November 3rd 2025', '2025-11-03', '2025-11-03'],
    ['in the first week of November', '2026-11-01', '2026-11-07'],
    ['at the end of October', '2026-10-21', '2026-10-31'],
    ['the month before last', '2026-09-01', '2026-09-30'],
    ['last quarter', '2026-07-01', '2026-09-30'],
    ['the day before yesterday', '2026-11-23', '2026-11-23'],
  ])('%s', (text, from, to) => expect(periodIn(text, today)).toEqual({ from, to }));

  it.each(['on Black Friday', 'before my holiday', 'move 50 from savings to checking'])('is not named in "%s"', (text) =>
    expect(periodIn(text, today)).toBeUndefined(),
  );
});

describe('going on with what was talked about', () => {
  const topic = { intent: 'spending', slots: slots('How much did I spend at Fresh Market last week?') } as const;
  const goOn = (text: string, intent: string = 'small-talk', sure = false) =>
    continued(assistant, topic, { text, intent, sure, slots: slots(text) });

  it.each([
    ['and the week before?', { days: { from: '2026-11-09', to: '2026-11-15' }, merchant: 'Fresh Market' }],
    ['in October', { days: { from: '2026-10-01', to: '2026-10-31' }, merchant: 'Fresh Market' }],
    ['and on petrol?', { kinds: ['fuel'], days: { from: '2026-11-16', to: '2026-11-22' } }],
    ['only the ones over 20 dollars', { bounds: { overMinor: 2_000 }, merchant: 'Fresh Market' }],
    ['How much was it?', { days: { from: '2026-11-16', to: '2026-11-22' }, merchant: 'Fresh Market' }],
    ['and when was that exactly', { merchant: 'Fresh Market' }],
  ])('%s', (text, expected) => expect(goOn(text)).toMatchObject({ intent: 'spending', slots: expected }));

  it('a time alone is no wish, whatever the router takes it for', () =>
    expect(goOn('and last year?', 'beyond', true)?.slots).toMatchObject({
      days: { from: '2025-01-01', to: '2025-12-31' },
      merchant: 'Fresh Market',
    }));

  it('a new kind of shop takes the place of the shop', () => expect(goOn('and on petrol?')?.slots.merchant).toBeUndefined());
  it('a wish for something else is no ellipsis', () =>
    expect(goOn('and block my debit card', 'card-block', true)).toBeUndefined());
  it('a whole question begins anew', () => expect(goOn('What is my balance?', 'balance', true)).toBeUndefined());
});

it.each([
  ['a hundred', true],
  ['Fifty dollars.', true],
  ['tomorrow', true],
  ['the 3rd of March', true],
  ['What?', false],
  ['Good morning', false],
  ['that', false],
  ['fifty to Anna', false],
  ['yesterday I lost my card', false],
])('"%s" is a value and nothing else: %s', (text, bare) => expect(isBareValue(text)).toBe(bare));

describe('a payment that was told', () => {
  const told = ['a', 'b', 'c'];
  it.each([
    ['the second one was not me', 'b'],
    ['I never made the third payment', 'c'],
    ['the last one', 'a'],
    ['I do not recognise that one', undefined],
    ['what is my balance?', undefined],
    ['the first of October', undefined],
  ])('%s', (text, id) => expect(paymentReferredTo(text, told)).toBe(id));
  it('is that one where it was the only one', () => expect(paymentReferredTo('I do not recognise that one', ['a'])).toBe('a'));
});

describe('an order to move money', () => {
  it('is turned round', () => {
    const order = { from: 'current', to: 'savings', amountMinor: 5_000 } as const;
    expect(turnedRound(order, 'no, vice versa')).toEqual({ from: 'savings', to: 'current', amountMinor: 5_000 });
    expect(turnedRound({ to: 'savings' }, 'the other way round')).toEqual({ from: 'savings', to: 'current' });
    expect(turnedRound(order, 'yes')).toBeUndefined();
  });
  it('changes both ends where one is corrected to the other', () => {
    expect(joinSlots({ from: 'savings', to: 'current' }, { from: 'current' })).toEqual({ from: 'current', to: 'savings' });
    expect(joinSlots({ to: 'savings' }, { from: 'savings' })).toEqual({ from: 'savings' });
  });
  it.each([
    ['half of it', 0.5],
    ['everything', 1],
    ['all my money', 1],
    ['at half past nine', undefined],
    ['fifty dollars', undefined],
  ])('takes a share: %s', (text, share) => expect(shareIn(text)).toBe(share));
  it('forgets the share where an amount is named', () =>
    expect(joinSlots({ share: 0.5, to: 'savings' }, { amountMinor: 100 })).toEqual({ to: 'savings', amountMinor: 100 }));
  it.each([
    'Send 20 dollars to my friend',
    'Pay my electricity bill',
    'Transfer 50 dollars to Anna',
    'Send money to somebody else',
  ])('goes to others: %s', (text) => expect(paysOthers(text)).toBe(true));
  it.each([
    'Move 50 to savings',
    'Send 50 dollars to my Savings account',
    'Pay off my credit card',
    'Put it into Checking on Monday',
  ])('stays with the caller: %s', (text) => expect(paysOthers(text)).toBe(false));
});
