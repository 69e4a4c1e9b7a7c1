import { describe, expect, it } from 'vitest';
import { comeBack, possibleWishes } from '../../domain/dialog/agenda.ts';
import { asideOf, asksIdentity } from '../../domain/dialog/asides.ts';
import { decide } from '../../domain/dialog/decide.ts';
import { identify } from '../../domain/dialog/identification.ts';
import { wantedPart } from '../../domain/dialog/negation.ts';
import { otherLanguageOf } from '../../domain/dialog/other-languages.ts';
import { asksOfOthers } from '../../domain/dialog/restrictions.ts';

import { slotsIn } from '../../domain/dialog/slots.ts';
import { type DialogState, expectedDigits, newDialog } from '../../domain/dialog/state.ts';
import { yesOrNo } from '../../domain/dialog/yes-no.ts';
import { periodBefore } from '../../domain/language/dates.ts';
import { wording } from '../../domain/wording.ts';
import { assistant, context as options, say } from '../support/assistant.ts';
import { said, steppedUp, today, verified } from '../support/caller.ts';

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

  it.each([
    ['how much did I spend on petrol last month', { kinds: ['fuel'] }],
    ['What did I pay for my gym membership?', { kinds: ['sports'] }],
    ['What did I spend on Lego?', { purpose: 'lego' }],
    ['payments under ten dollars', { bounds: { underMinor: 1_000 } }],
    ['anything I paid over $100 this week', { bounds: { overMinor: 10_000 } }],
    ['what did I spend between 20 and 50 dollars', { bounds: { overMinor: 2_000, underMinor: 5_000 } }],
    ['not more than a hundred', { bounds: { underMinor: 10_000 } }],
  ])('restrict: %s', (text, expected) => expect(slotsIn(text, today)).toMatchObject(expected));

  it.each([
    'What did I spend on Monday?',
    'How much did I pay for that?',
    'What did I spend on my credit card?',
    'How much did I spend in the last month?',
    'Did I pay more than three times?',
    'What did I spend on the weekend?',
    'I see a payment on my statement',
    'Please check my payment on the exchange rate',
  ])('restrict nothing by a purpose or a bound: %s', (text) => {
    expect(slotsIn(text, today).purpose).toBeUndefined();
    expect(slotsIn(text, today).bounds).toBeUndefined();
  });

  it.each([
    "What is Anna's balance?",
    'Give me her balance.',
    'We need the balance of another customer.',
    "What is my sister's balance?",
    'How much does my wife have?',
    "Show me my boss's last payments",
  ])('know the matters of others: %s', (text) => expect(asksOfOthers(text)).toBe(true));
  it.each([
    'What did I send to my sister?',
    'Send fifty dollars to my wife',
    'What is my balance?',
    'My husband lost his card',
    "There's a payment I do not know",
    'How old does my daughter have to be?',
  ])('and the own ones: %s', (text) => expect(asksOfOthers(text)).toBe(false));

  it('a day is no merchant', () => expect(slotsIn('what happened on my account from Monday', today).merchant).toBeUndefined());
});

describe('yes and no', () => {
  it.each(['Yes.', 'yeah, do it', 'Sure, go ahead.', "that's right", 'Okay'])('%s agrees', (text) =>
    expect(yesOrNo(text)).toBe('yes'),
  );
  it.each(['No.', 'nope', 'never mind', "don't", 'No, that is wrong'])('%s does not', (text) => expect(yesOrNo(text)).toBe('no'));
  it.each(['yes but not that one', 'perhaps', 'wait'])('%s is neither', (text) => expect(yesOrNo(text)).toBeUndefined());
});

describe('what is not wanted', () => {
  it.each([
    ['I do not want to block my card, I want to know whether it is blocked.', 'I want to know whether it is blocked.'],
    ["I'm not asking to move money but what is my balance?", 'what is my balance?'],
    ["Please don't block it, just send me a new one", 'Please , just send me a new one'],
    ["Don't transfer anything.", ''],
    ['No, I am not asking you to cancel my card!', ''],
    ["I don't want to dispute it", ''],
  ])('is left out of "%s"', (text, left) => expect(wantedPart(text)).toBe(left));

  it.each([
    'I do not recognise this payment',
    'I never asked for this transfer',
    'Block my card',
    'I cannot pay with it',
    'Why was it not blocked?',
    '',
  ])('is nothing in "%s"', (text) => expect(wantedPart(text)).toBe(text));
});

describe('what is asked of payments', () => {
  it.each([
    ['Which category did I spend the most on?', 'top-kind'],
    ['What do I spend the most money on?', 'top-kind'],
    ['Which kind of shop was the biggest?', 'top-kind'],
    ['What was the most expensive thing I bought?', 'largest'],
    ['Who did I pay the most?', 'top-merchant'],
  ])('%s: %s', (text, figure) => expect(slotsIn(text, today).figure).toBe(figure));

  it.each([
    ['Who did I pay the most last month?', 'top-merchant'],
    ['Where do I spend the most?', 'top-merchant'],
    ['What was my biggest payment?', 'largest'],
    ['What did I spend the most?', 'largest'],
    ['my cheapest purchase', 'smallest'],
    ['What do I spend on average?', 'average'],
    ['Did I spend more this month than last month?', 'comparison'],
    ['How much did I spend compared to October?', 'comparison'],
    ['my most recent payments', undefined],
    ['at most fifty dollars', undefined],
    ['payments of more than a hundred dollars', undefined],
  ])('%s: %s', (text, figure) => expect(slotsIn(text, today).figure).toBe(figure));

  it('names two periods where two are compared', () => {
    const { days, against } = slotsIn('Did I spend more this month than in September?', today);
    expect({ days, against }).toMatchObject({ days: { from: '2026-11-01' }, against: { from: '2026-09-01', to: '2026-09-30' } });
    expect(periodBefore({ from: '2026-03-01', to: '2026-03-31' })).toEqual({ from: '2026-02-01', to: '2026-02-28' });
    expect(periodBefore({ from: '2026-11-01', to: today })).toEqual({ from: '2026-10-01', to: '2026-10-31' });
    expect(periodBefore({ from: '2026-11-10', to: '2026-11-16' })).toEqual({ from: '2026-11-03', to: '2026-11-09' });
  });

  it.each([
    ['my last seven transactions', 7],
    ['the latest 4 card payments', 4],
    ['my last payment', 1],
    ['my last payments', undefined],
    ['payments of the last two weeks', undefined],
  ])('%s: %s', (text, howMany) => expect(slotsIn(text, today).howMany).toBe(howMany));
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

  it.each(['Are you a robot?', 'Am I talking to a real person?', 'Who are you?', 'What is your name?', 'Is this a recording?'])(
    'says that it is no person: %s',
    (text) => expect(decide(newDialog, said(text, 'person'), options)).toMatchObject({ kind: 'say', reply: say('identity') }),
  );

  it('says so in between, and asks again what it had asked', () => {
    const { dialog } = decide(newDialog, said('What is my balance?', 'balance'), options);
    const decision = decide(dialog, said('Wait, are you a human being?', 'small-talk'), options);
    expect(decision).toMatchObject({ kind: 'say', reply: `${say('identity')} ${identify.ask(say, 'customer-number')}`, dialog });
  });

  it.each(['Can I talk to a person?', 'I want a human', 'Is this account open?', 'What are you charging me?'])(
    'does not take "%s" for a question about itself',
    (text) => expect(asksIdentity(text)).toBe(false),
  );

  const besides = (text: string, known = { asked: false, wishes: false }) => asideOf(say, text, known)?.reply;

  it.each([
    'I want to kill myself',
    "I don't want to live any more.",
    'He is forcing me to send the money',
    'She is going to hurt me',
  ])('has calm words and a person for "%s"', (text) => {
    const decision = decide(newDialog, said(text, 'transactions'), options);
    expect(decision).toMatchObject({ kind: 'say', reply: `${say('distress')} ${wording.transfer}`, leadsTo: 'transfer' });
    expect(decide(newDialog, said(text, 'transactions'), { ...options, canTransfer: false })).toMatchObject({
      reply: say('distress'),
    });
  });

  it.each([
    ['bereavement', 'My mum passed away and she banked with you'],
    ['bereavement', 'My husband has died, what do I have to do?'],
    ['bereavement', 'I want to report a death'],
    ['fraud', "I think I've been scammed"],
    ['fraud', 'I sent two hundred dollars to a scammer'],
    ['fraud', 'Someone called, and I gave him the code'],
    ['fraud', 'I told my PIN to somebody on the phone'],
    ['fraud', 'Somebody has got into my account'],
    ['fraud', 'My account was hacked'],
  ] as const)('has words of %s and a person for "%s"', (matter, text) => {
    const decision = decide(newDialog, said(text, 'transactions'), options);
    expect(decision).toMatchObject({ kind: 'say', reply: `${say(matter)} ${wording.transfer}`, leadsTo: 'transfer' });
    const alone = decide(newDialog, said(text, 'transactions'), { ...options, canTransfer: false });
    expect(alone).toMatchObject({ reply: `${say(matter)} ${say('grave-alone')}` });
    expect(alone).not.toHaveProperty('leadsTo');
  });

  it.each([
    'My phone died in the middle of the call.',
    'He said the card is dead.',
    'Somebody called and wanted a code.',
    'I already gave you my PIN.',
    'How do I know that this text is no scam?',
    'How much did I spend on the funeral?',
    'These fees are killing me.',
    'I want to invest my life savings, or take my life savings out.',
    "I don't want to live in Berlin, can I change my address?",
    'Should I call the police about this payment?',
    'My battery is dead.',
    'They are holding my payment.',
  ])('hears no distress in "%s"', (text) => expect(besides(text)).toBeUndefined());

  it.each([
    ['Quiero hablar con alguien en español', 'es'],
    ['Je voudrais parler français', 'fr'],
    ['Ich möchte mein Konto sehen', 'de'],
    ['Vorrei parlare italiano, per favore', 'it'],
    ['Quero falar português', 'pt'],
  ] as const)('says in their language that it only speaks English: %s', (text, code) =>
    expect(besides(text)).toBe(`${say(`only-language-${code}`)} ${say('only-language')}`),
  );

  it.each([
    'o o o five four',
    'I will die on this hill',
    'A payment to Los Pollos in El Paso',
    'no',
    'La la la',
    '10 per cent of it',
    'Ok',
  ])('hears English in "%s"', (text) => expect(otherLanguageOf(text)).toBeUndefined());

  it('tells why it asks, and asks again; takes its time; tells what it can do', () => {
    const { dialog } = decide(newDialog, said('What is my balance?', 'balance'), options);
    const answer = (text: string) => decide(dialog, said(text, 'information'), options);
    for (const text of ['Why?', 'Why do you need that?', 'Why do I have to tell you this?']) {
      expect(answer(text), text).toMatchObject({ reply: `${say('why')} ${identify.ask(say, 'customer-number')}`, dialog });
    }
    for (const text of ['Hold on.', 'One moment please, let me find it', 'wait a second']) {
      expect(answer(text), text).toMatchObject({ reply: say('take-your-time'), dialog });
    }
    expect(answer('What can you do?')).toMatchObject({ reply: `${say('abilities')} ${identify.ask(say, 'customer-number')}` });
    expect(besides('Why was I charged this fee?', { asked: true, wishes: false })).toBeUndefined();
    for (const text of ['Wait, move it to savings.', 'Hold on, I want to block my card', 'One moment, is it blocked?']) {
      expect(besides(text), text).toBeUndefined();
    }
    expect(besides("Hang on, I'm looking for it")).toBe(say('take-your-time'));
  });

  it.each([
    ['What is my balance and when are you open?', ['What is my balance', 'when are you open?']],
    ['I lost my card. Also, how much did I spend?', ['I lost my card.', 'how much did I spend?']],
    ['Move money between savings and current', ['Move money between savings and current']],
    ['What did I spend on food and drinks in March?', ['What did I spend on food and drinks in March?']],
    ['Hello', ['Hello']],
  ])('may hold more than one wish: %s', (text, parts) => expect(possibleWishes(text)).toEqual(parts));

  it('comes back to what is open once the matter before is at its end, and not before', () => {
    const open = [{ intent: 'balance', text: 'my balance' }] as const;
    const at = (dialog: DialogState, leadsTo?: 'end') =>
      comeBack(assistant, say, {
        dialog,
        guards: [],
        next: { kind: 'said', source: 'bank', reply: 'Done. Is there anything else?', ...(leadsTo ? { leadsTo } : {}) },
      });
    expect(at({ ...verified, open })).toMatchObject({
      next: { reply: `Done. ${say('offer-matter', { matter: assistant.intent('balance').says })}` },
      dialog: { pending: { kind: 'offer', matter: open[0] } },
    });
    expect(at({ ...verified, open }).dialog).not.toHaveProperty('open');
    expect(at({ ...verified, open }, 'end').next).toMatchObject({ reply: 'Done. Is there anything else?' });
    const asking = decide({ ...newDialog, open }, said('Block my card', 'card-block'), options).dialog;
    expect(at(asking).dialog).toEqual(asking);
    const offered = at({ ...verified, open }).dialog;
    expect(decide(offered, said('No, thanks.', 'no'), options)).toMatchObject({ reply: say('anything-else'), dialog: verified });
    expect(decide(offered, said('Is my card blocked?', 'card-status'), options)).toMatchObject({ kind: 'bank' });
  });

  it('asks for its order again after a question in between, so that no "yes" is taken for something else', () => {
    const request = { intent: 'move-money', slots: slotsIn('Move 20 dollars from savings to checking', today) };
    const accounts = { fromId: 'a', toId: 'b', from: 'savings', to: 'checking' };
    const action = { kind: 'move-money', ...accounts, amount: { minor: 2_000, currency: 'USD' } } as const;
    const question = 'Shall I move $20.00?';
    const pending = { kind: 'confirm', action, order: 'key', request, question, asked: 1 } as const;
    const asked = decide({ ...steppedUp, pending }, said('What would be left?', 'balance'), options);
    expect(asked).toMatchObject({ kind: 'bank', step: { kind: 'query' }, dialog: { interrupted: pending } });
    const told = { dialog: asked.dialog, guards: [], next: { kind: 'said', source: 'bank', reply: 'It is $5.00.' } } as const;
    const back = comeBack(assistant, say, told);
    expect(back).toMatchObject({ next: { reply: `It is $5.00. ${question}` }, dialog: { pending, topic: request } });
    expect(back.dialog).not.toHaveProperty('interrupted');
    expect(decide(back.dialog, said('Yes', 'yes'), options)).toMatchObject({ step: { kind: 'act', order: 'key' } });
    // Another order, or a no, gives it up.
    const other = decide({ ...steppedUp, pending }, said('Block my credit card', 'card-block'), options);
    expect(other.dialog).not.toHaveProperty('interrupted');
    const no = decide({ ...steppedUp, pending }, said('No, I only want to know my balance now', 'balance'), options);
    expect(no.dialog).not.toHaveProperty('interrupted');
    const instead = decide({ ...steppedUp, pending }, said('Actually, just tell me my balance', 'balance'), options);
    expect(instead.dialog).not.toHaveProperty('interrupted');
    const code = { kind: 'identify', need: 'security-code', request, asked: 1 } as const;
    const between = decide({ ...verified, pending: code }, said('What is in my savings account now?', 'balance'), options);
    expect(comeBack(assistant, say, { ...told, dialog: between.dialog })).toMatchObject({
      next: { reply: `It is $5.00. ${identify.ask(say, 'security-code')}` },
      dialog: { pending: code },
    });
  });

  it('stays calm when it is insulted, but hears the wish first', () => {
    expect(besides('You are a stupid bot')).toBe(say('calm'));
    const wish = decide(newDialog, said('You useless machine, what is my balance?', 'balance'), options);
    expect(wish).toMatchObject({ dialog: { pending: { kind: 'identify' } } });
    expect(besides('The cash machine took my card')).toBeUndefined();
  });

  it('makes a new order where one is to be done again, and does not read the last one out', () => {
    const topic = { intent: 'move-money', slots: { from: 'savings', to: 'current', amountMinor: 5_000 } } as const;
    const done = { ...steppedUp, topic };
    const again = decide(done, said('Do that again please', 'repeat', { lastReply: 'Done. I moved $50.00.' }), options);
    expect(again).toMatchObject({ kind: 'bank', step: { kind: 'prepare', request: topic } });
    const more = decide(done, said('Send it again, but twenty dollars', 'move-money'), options);
    expect(more).toMatchObject({ step: { request: { slots: { amountMinor: 2_000, from: 'savings' } } } });
    const heard = decide(done, said('Say that again please', 'repeat', { lastReply: 'Done. I moved $50.00.' }), options);
    expect(heard).toMatchObject({ kind: 'say', reply: 'Done. I moved $50.00.' });
  });

  it('takes the amount that the caller points at, where two were possible, and forgets both for a third', () => {
    const pending = {
      kind: 'slot',
      need: 'amount',
      question: 'Is that $11.50, or $1,150.00?',
      asked: 1,
      request: { intent: 'move-money', slots: { from: 'savings', to: 'current', amountEither: [1_150, 115_000] } },
    } as const;
    const answer = (text: string) => {
      const slots = slotsIn(text, today, { amount: true });
      const decision = decide({ ...steppedUp, pending }, said(text, 'small-talk', { sure: false, slots }), options);
      return decision.kind === 'bank' && decision.step.kind === 'prepare' ? decision.step.request.slots : decision;
    };
    const accounts = { from: 'savings', to: 'current' };
    expect(answer('the second one')).toEqual({ ...accounts, amountMinor: 115_000 });
    expect(answer('the smaller')).toEqual({ ...accounts, amountMinor: 1_150 });
    expect(answer('eleven dollars and fifty cents')).toEqual({ ...accounts, amountMinor: 1_150 });
    expect(answer('twenty')).toEqual({ ...accounts, amountMinor: 2_000 });
  });

  it('takes a customer number that is told before it is asked for', () => {
    const told = decide(newDialog, said('My customer number is [hidden].', 'small-talk', { digits: digits(8) }), options);
    expect(told).toMatchObject({ kind: 'say', reply: say('number-taken'), dialog: { customerNumber: 'sealed' } });
    const asked = decide(told.dialog, said('What is my balance?', 'balance'), options);
    expect(asked).toMatchObject({ reply: identify.ask(say, 'phone-pin'), dialog: { pending: { need: 'phone-pin' } } });
    const wrong = decide(newDialog, said('My customer number is [hidden].', 'small-talk', { digits: digits(7) }), options);
    expect(wrong.dialog.customerNumber).toBeUndefined();
  });

  it('asks again for too few digits, and gives up after the third time', () => {
    let { dialog } = decide(newDialog, said('What is my balance?', 'balance'), options);
    for (const _ of [1, 2]) dialog = decide(dialog, said('[hidden]', 'yes', { digits: digits(1) }), options).dialog;
    expect(dialog.pending).toMatchObject({ asked: 3 });
    const given = decide(dialog, said('[hidden]', 'yes', { digits: digits(1) }), options);
    expect(given).toMatchObject({
      reply: `${say('give-up-asking')} ${say('offer-person')}`,
      dialog: { pending: { kind: 'offer' } },
    });
  });

  it('takes a number in parts, and no more of them than fit', () => {
    const asked = decide(newDialog, said('What is my balance?', 'balance'), options).dialog;
    const first = decide(asked, said('[hidden]', 'yes', { digits: { sealed: 'a', count: 5 } }), options);
    expect(first).toMatchObject({
      reply: identify.goOn(say, 'customer-number'),
      dialog: { pending: { asked: 1, part: { count: 5 } } },
    });
    expect(expectedDigits(first.dialog)).toBe(3);
    const whole = decide(first.dialog, said('[hidden]', 'yes', { digits: { sealed: 'b', count: 3 } }), options);
    expect(whole.dialog).toMatchObject({ customerNumber: 'a+b', pending: { need: 'phone-pin' } });
    const again = decide(first.dialog, said('[hidden]', 'yes', { digits: { sealed: 'c', count: 4 } }), options);
    expect(again.dialog.pending).toMatchObject({ asked: 2 });
    expect(again.dialog.pending).not.toHaveProperty('part');
  });

  it('hears of a payment that the caller does not know, and not that they know no number', () => {
    const asked = decide(newDialog, said('There is something wrong with my account', 'balance'), options).dialog;
    const decision = decide(asked, said("There's a payment I don't know", 'transactions'), options);
    expect(decision.dialog.pending).toMatchObject({ kind: 'identify', request: { intent: 'dispute' } });
  });

  it('lets an order be put right while the code for it is asked for', () => {
    const pending = {
      kind: 'identify',
      need: 'security-code',
      request: { intent: 'move-money', slots: slotsIn('Move 20 dollars from savings to checking', today) },
      asked: 1,
    } as const;
    const amended = decide({ ...verified, pending }, said('From checking to savings instead', 'move-money'), options).dialog;
    expect(amended.pending).toMatchObject({
      request: { slots: { from: 'current', to: 'savings', amountMinor: 2_000 } },
      asked: 1,
    });
    const told = decide(
      { ...verified, pending },
      said('make it [hidden]', 'yes', { digits: { sealed: 'a', count: 2 } }),
      options,
    ).dialog;
    expect(told.pending).not.toHaveProperty('part');
  });

  it('takes what an order still lacks while the code for it is asked for', () => {
    const request = { intent: 'card-block', slots: {} };
    const pending = { kind: 'identify', need: 'security-code', request, asked: 1 } as const;
    const told = decide({ ...verified, pending }, said('the debit one', 'small-talk', { sure: false }), options).dialog;
    expect(told.pending).toMatchObject({ request: { slots: { card: 'debit' } }, asked: 1 });
    const elsewhere = said('my debit card is lost as well', 'balance');
    expect(decide({ ...verified, pending }, elsewhere, options).dialog.pending).not.toMatchObject({ need: 'security-code' });
  });

  it('hears a question about another card while an order is to be confirmed, and no correction', () => {
    const request = { intent: 'card-block', slots: { card: 'debit' } } as const;
    const action = { kind: 'card-block', cardId: 'a', card: 'debit', lastFour: '1234' } as const;
    const pending = { kind: 'confirm', action, order: 'key', request, question: 'Shall I?', asked: 1 } as const;
    const ask = (text: string, intent: string) => decide({ ...steppedUp, pending }, said(text, intent), options);
    expect(ask('Is my credit card blocked?', 'card-status')).toMatchObject({ dialog: { interrupted: pending } });
    expect(ask('No, the credit card', 'card-status')).toMatchObject({ step: { request: { slots: { card: 'credit' } } } });
  });

  it('takes an amount that nobody has asked for for no question', () => {
    expect(decide(newDialog, said('a hundred', 'balance'), options)).toMatchObject({ kind: 'say', reply: say('unsure-alone') });
  });

  it.each([
    ["I don't know it", say('cannot-identify')],
    ['I forgot my customer number', say('cannot-identify')],
    ['What number?', identify.which(say, 'customer-number')],
    ['Where do I find it?', identify.which(say, 'customer-number')],
    ['I lost it, hurry up', identify.again(say, 'customer-number')],
    ['No time for this, just block it!', identify.again(say, 'customer-number')],
  ])('helps who cannot tell the number: %s', (text, reply) => {
    const asked = decide(newDialog, said('Block my card', 'card-block'), options).dialog;
    const decision = decide(asked, said(text, 'small-talk', { sure: false }), options);
    expect(decision.kind === 'say' && decision.reply).toContain(reply);
  });

  it('asks for the customer number again where that was wrong', () => {
    const asked = decide(newDialog, said('What is my balance?', 'balance'), options).dialog;
    const { dialog } = decide(asked, said('[hidden]', 'yes', { digits: digits(8) }), options);
    const again = decide(dialog, said('No, that was wrong.', 'no'), options).dialog;
    expect(again.pending).toMatchObject({ need: 'customer-number' });
    expect(again.customerNumber).toBeUndefined();
  });

  it('does not end a call by a word that is no farewell', () => {
    expect(decide(newDialog, said('Go back.', 'goodbye'), options)).toMatchObject({ reply: say('unsure-alone') });
    expect(decide(newDialog, said('No, nothing else.', 'goodbye'), options)).toMatchObject({ leadsTo: 'end' });
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
    expect(decide(confirming, said('hm', 'small-talk'), options)).toMatchObject({
      ...{ kind: 'say', reply: say('again-confirm', { question: 'Shall I?' }) },
    });
  });

  it('names what may be asked where it is lost twice, and offers a person the third time', () => {
    const lost = (dialog: DialogState) => decide(dialog, said('blorb', 'yes', { sure: false }), options);
    const [first, second] = [lost(newDialog), lost(lost(newDialog).dialog)];
    expect([first, second].map((one) => one.kind === 'say' && one.reply)).toEqual([say('unsure-alone'), say('unsure-again')]);
    expect(lost(second.dialog)).toMatchObject({ reply: `${say('unsure-person')} ${say('offer-person')}` });
    const found = decide(second.dialog, said('What is my balance?', 'balance'), options);
    expect(found.dialog).not.toHaveProperty('lost');
  });

  it('takes another card as a correction, not as a yes', () => {
    expect(decide(confirming, said('Yes, the credit card', 'yes'), options)).toMatchObject({
      kind: 'bank',
      step: { kind: 'prepare', request: { slots: { card: 'credit' } } },
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
