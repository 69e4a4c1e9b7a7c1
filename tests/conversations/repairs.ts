import { addDays } from '../../domain/language/dates.ts';
import { askNumber, number, type Script, spaced } from './script.ts';
import { dollars } from './truth.ts';

/** What callers take back, leave open, or ask about the bot. */
export const repairs: Script[] = [
  {
    name: 'who asks what the bot is hears it, and is asked again what was open',
    customer: 1,
    lines: (truth) => [
      { say: 'Am I talking to a real person?', source: 'approved', expect: ['not a person'] },
      { say: 'What is my balance?', expect: askNumber },
      { say: 'Wait, are you a robot?', source: 'approved', expect: ['not a person', ...askNumber] },
      number(truth),
      { say: truth.customer.pin, source: 'bank', expect: async (known) => [await known.balance('current')] },
    ],
  },
  {
    name: 'what is not wanted is not done',
    customer: 3,
    lines: (truth) => [
      { say: 'I am not asking to block my card, I want to know whether it is blocked.', expect: askNumber, not: ['Shall I'] },
      number(truth),
      { say: truth.customer.pin, source: 'bank', expect: ['is active'] },
      { say: 'Please do not block it.', expect: ['leave that as it is'], not: ['Shall I', 'security code'] },
      { say: "I don't want to move any money.", expect: ['leave that as it is'], not: ['Shall I'] },
    ],
    after: async (truth) => ({ status: (await truth.card('debit')).status }),
    expectAfter: { status: 'active' },
  },
  {
    name: 'an amount that may be two is asked back, and done again it is another order',
    customer: 2,
    lines: (truth) => [
      { say: 'Move eleven fifty to my savings account.', expect: askNumber },
      number(truth),
      { say: truth.customer.pin, expect: ['security code'] },
      { say: truth.customer.code, source: 'bank', expect: ['Is that $11.50, or $1,150.00?'] },
      { say: 'The smaller one.', expect: ['Shall I move $11.50'] },
      { say: 'Yes.', source: 'bank', expect: ['Done', '$11.50'] },
      { say: 'Do that again please.', source: 'bank', expect: ['Shall I move $11.50'], not: ['Done'] },
      { say: 'No.', expect: ['not changed anything'] },
      { say: 'Move a couple of hundred to my savings.', source: 'bank', expect: ['How much'], not: ['$100', '$200'] },
      { say: 'Never mind.', expect: ['not changed anything'] },
    ],
  },
  {
    name: 'a customer number that is told before it is asked for is taken, and not written down',
    customer: 6,
    lines: (truth) => [
      { say: `My customer number is ${truth.customer.number}.`, source: 'approved', expect: ['I have your customer number'] },
      { say: 'What is my balance?', expect: ['telephone PIN'], not: askNumber },
      { say: truth.customer.pin, source: 'bank', expect: async (known) => [await known.balance('current')] },
    ],
  },
  {
    name: 'so is one that is told with the wish',
    customer: 7,
    lines: (truth) => [
      { say: `Hello, customer number ${spaced(truth.customer.number)}, is my card blocked?`, expect: ['telephone PIN'] },
      { say: truth.customer.pin, source: 'bank', expect: ['is active'] },
    ],
  },
  {
    name: 'what was asked is answered, with what it could not be narrowed to',
    customer: 1,
    lines: (truth) => [
      { say: 'How much did I spend on petrol last month?', expect: askNumber },
      number(truth),
      {
        say: truth.customer.pin,
        source: 'bank',
        expect: ['for fuel from'],
      },
      {
        say: 'And on Lego?',
        source: 'bank',
        expect: ['I cannot tell lego from other payments. In all, you spent'],
      },
      { say: 'How much did I spend under ten dollars last month?', source: 'bank', expect: ['under $10.00'] },
      { say: 'Show me my payments over a million dollars.', source: 'bank', expect: ['no transactions over $1,000,000.00'] },
      { say: "What is my sister's balance?", source: 'approved', expect: ['your own accounts'], not: ['$'] },
    ],
  },
  {
    name: 'two wishes in one breath are both served, the urgent one first, and one identification does for both',
    customer: 5,
    lines: (truth) => [
      { say: 'What is my balance, and somebody stole my card, please block it!', expect: askNumber },
      number(truth),
      { say: truth.customer.pin, expect: ['security code'] },
      { say: truth.customer.code, source: 'bank', expect: ['Shall I'] },
      { say: 'The debit card.', source: 'bank', expect: ['Shall I block'] },
      { say: 'Yes.', source: 'bank', expect: ['is blocked', 'You also spoke of your account balance'] },
      { say: 'Yes please.', source: 'bank', expect: async (known) => [await known.balance('current')], not: askNumber },
    ],
  },
  {
    name: 'what was put aside is left where it is not wanted any more',
    customer: 6,
    lines: (truth) => [
      { say: 'How much did I spend last month and when is the branch open on Saturday?', expect: askNumber },
      number(truth),
      { say: truth.customer.pin, source: 'bank', expect: ['spent', 'Shall I come to that now?'] },
      { say: 'No thanks.', expect: ['anything else'], not: ['Saturday'] },
    ],
  },
  {
    name: 'what is said beside the matter is answered in approved words, and the matter stays open',
    customer: 7,
    lines: (truth) => [
      { say: 'What is my balance?', expect: askNumber },
      { say: 'Why do you need that?', source: 'approved', expect: ['nobody else can hear', ...askNumber] },
      { say: 'Hold on, let me find it.', source: 'approved', expect: ['take your time'] },
      number(truth),
      { say: truth.customer.pin, source: 'bank', expect: async (known) => [await known.balance('current')] },
      { say: 'Quiero hablar en español.', source: 'approved', expect: ['solo hablo inglés'] },
      { say: 'You are a stupid bot.', source: 'approved', expect: ['a colleague can help'] },
      { say: 'What can you do?', source: 'approved', expect: ['block a card'] },
      { say: "I don't want to live any more.", source: 'approved', expect: ['emergency number'], not: ['leave that as it is'] },
    ],
  },
  {
    name: 'what is asked of payments is answered, and not their list or their sum',
    customer: 2,
    lines: (truth, today) => {
      const end = addDays(`${today.slice(0, 8)}01`, -1);
      const month = [`${end.slice(0, 8)}01`, end] as const;
      const figures = (of: readonly [string, string] = month) => truth.figures(...of);
      const before = addDays(month[0], -1);
      return [
        { say: 'Who did I pay the most last month?', expect: askNumber },
        number(truth),
        {
          say: truth.customer.pin,
          source: 'bank',
          expect: async () => ['You paid the most to', (await figures()).top, (await figures()).topTotal],
        },
        {
          say: 'What was my largest payment last month?',
          expect: async () => ['Your largest payment', (await figures()).largest],
        },
        { say: 'And the smallest?', expect: async () => ['Your smallest payment', (await figures()).smallest] },
        {
          say: 'Did I spend more last month than the month before?',
          expect: async () => [
            dollars((await figures()).total),
            dollars((await figures([`${before.slice(0, 8)}01`, before])).total),
          ],
        },
        { say: 'Show me my last seven transactions.', source: 'bank', expect: ['; ', 'Your latest transactions'] },
      ];
    },
  },
  {
    name: 'an appointment in the words that people use',
    customer: 4,
    lines: (truth) => [
      { say: 'Call me back Friday week at twenty past nine.', expect: askNumber },
      number(truth),
      { say: truth.customer.pin, source: 'bank', expect: ['Friday', '9:20 AM'] },
      { say: 'No, the day after tomorrow at half past four.', source: 'bank', expect: ['4:30 PM'] },
      { say: 'Forget it.', expect: ['not changed anything'] },
    ],
  },
];
