import { addDays } from '../../domain/language/dates.ts';
import { askNumber, type Line, number, type Script } from './script.ts';
import { dollars, type Truth } from './truth.ts';

const lastMonth = (today: string) => {
  const to = addDays(`${today.slice(0, 8)}01`, -1);
  return { from: `${to.slice(0, 8)}01`, to };
};

/** A first wish, and who calls. */
const known = (truth: Truth, say: string, answer: Omit<Line, 'say'>): Line[] => [
  { say, expect: askNumber },
  number(truth),
  { say: truth.customer.pin, source: 'bank', ...answer },
];

/** Every part of a question counts: what the bank can tell is told, and of the rest it is said that it cannot. */
export const scope: Script[] = [
  {
    name: 'kinds of shops are told apart, one after the other and together',
    customer: 0,
    lines: (truth, today) => {
      const { from, to } = lastMonth(today);
      return [
        ...known(truth, 'How much did I spend on groceries last month?', {
          expect: async (bank) => [await bank.spentFor('groceries', from, to)],
        }),
        { say: 'And on petrol?', source: 'bank', expect: async (bank) => [await bank.spentFor('fuel', from, to)] },
        {
          say: 'What about restaurants?',
          source: 'bank',
          expect: async (bank) => [await bank.spentFor('restaurants', from, to)],
        },
        { say: 'Did I pay my rent last month?', source: 'bank', expect: ['Oak Property Management'] },
      ];
    },
  },
  {
    name: 'of what the bank does not know it is said so',
    customer: 2,
    lines: (truth) => [
      ...known(truth, 'What is the balance of my joint account?', { expect: ['no joint account of yours'], not: ['$'] }),
      {
        say: 'How much did I spend in Paris this month?',
        source: 'bank',
        expect: ['cannot tell where a payment was made', 'In all'],
      },
      { say: 'What is my balance in euros?', source: 'bank', expect: ['only tell it in US Dollars'] },
      { say: 'What was my balance last Friday?', source: 'bank', expect: ['the balance of today'] },
      { say: 'What recurring payments do I have?', source: 'bank', expect: ['the word recurring'] },
      { say: 'How much did Netflix take this month?', source: 'bank', expect: ['no payments at Netflix'] },
      { say: 'How much did I spend in 2019?', source: 'bank', expect: ['I only see payments since', 'no payments'] },
    ],
  },
  {
    name: 'periods are those that were named',
    customer: 3,
    lines: (truth, today) => {
      const { from } = lastMonth(today);
      const first = `${today.slice(0, 8)}01`;
      return [
        ...known(truth, 'What did I spend between the first and the tenth of last month?', { expect: ['$'] }),
        {
          say: 'How much did I spend last month and this month?',
          expect: async (bank) => [dollars((await bank.figures(from, today)).total)],
        },
        {
          say: 'How much did I spend this month so far?',
          expect: async (bank) => [dollars((await bank.figures(first, today)).total)],
        },
        { say: 'And last month?', expect: async (bank) => [dollars((await bank.figures(from, addDays(first, -1))).total)] },
        { say: 'And how many payments was that?', source: 'bank', expect: ['You made', 'in all'] },
      ];
    },
  },
  {
    name: 'what was told is pointed at',
    customer: 4,
    lines: (truth) => [
      ...known(truth, 'Show me my last three payments.', { expect: ['Your latest transactions'] }),
      { say: "I don't recognise the second one.", expect: ['security code'] },
      { say: truth.customer.code, source: 'bank', expect: ['Shall I report it as not yours?'] },
      { say: 'No.', expect: ['not changed anything'] },
    ],
  },
  {
    name: 'an order is turned round, halved and corrected before it is done',
    customer: 6,
    lines: (truth) => [
      { say: 'Move 30 dollars from checking to savings.', expect: askNumber },
      number(truth),
      { say: truth.customer.pin, expect: ['security code'] },
      { say: truth.customer.code, source: 'bank', expect: ['from your current account'] },
      { say: 'No, vice versa.', source: 'bank', expect: ['$30.00 from your savings account'] },
      { say: 'Make it half of it.', source: 'bank', expect: ['from your savings account'], not: ['$30.00'] },
      { say: 'No, 20, and from checking.', source: 'bank', expect: ['$20.00 from your current account'] },
      { say: 'Never mind.', expect: ['not changed anything'] },
      { say: 'Send 20 dollars to my friend Anna.', source: 'approved', expect: ['colleague'], not: ['Shall I move'] },
    ],
    after: async (truth) => ({ open: await truth.openReservations() }),
    expectAfter: { open: 0 },
  },
  {
    name: 'a payment is disputed by its day, and asked which where there are more',
    customer: 0,
    lines: (truth) => [
      { say: 'I want to dispute a charge from last month.', expect: askNumber },
      number(truth),
      { say: truth.customer.pin, expect: ['security code'] },
      { say: truth.customer.code, source: 'bank', expect: ['Which one is it:'] },
      { say: 'The second one.', source: 'bank', expect: ['Shall I report it as not yours?'] },
      { say: 'No, forget it.', expect: ['not changed anything'] },
      { say: 'My PIN is 1234.', source: 'approved', expect: ['keep that to yourself'] },
      { say: 'Put 20 dollars in savings tomorrow.', source: 'bank', expect: ['right away', 'Shall I move $20.00'] },
      { say: 'No.', expect: ['not changed anything'] },
      { say: 'Move fifty dollars to my savings every month.', source: 'approved', expect: ['a colleague can'] },
    ],
  },
  {
    name: 'both cards are blocked one after the other',
    customer: 4,
    lines: (truth) => [
      { say: 'My bag was stolen, please block both my cards.', expect: askNumber },
      number(truth),
      { say: truth.customer.pin, expect: ['security code'] },
      { say: truth.customer.code, source: 'bank', expect: ['One after the other', 'Shall I block'] },
      { say: 'Yes.', source: 'bank', expect: ['is blocked', 'Shall I come to that now?'] },
      { say: 'Yes.', source: 'bank', expect: ['Shall I block'] },
      { say: 'Yes.', source: 'bank', expect: ['is blocked'], not: ['Shall I'] },
    ],
    after: async (truth) => ({ debit: (await truth.card('debit')).status, credit: (await truth.card('credit')).status }),
    expectAfter: { debit: 'blocked', credit: 'blocked' },
  },
  {
    name: 'an article that may be meant is asked about, and not told',
    customer: 3,
    lines: () => [
      { say: 'What is the interest on a car loan?', source: 'approved', expect: ['Is it about this'], not: ['percent'] },
      { say: 'No.', source: 'approved', expect: ['I do not know that'] },
      { say: 'Does the savings account have a minimum?', source: 'approved', expect: ['Is it about this'], not: ['percent'] },
      { say: 'Yes.', expect: ['article savings-rate'] },
    ],
  },
  {
    name: 'what is not its business is not answered, and what a colleague does is left to one',
    customer: 1,
    lines: () => [
      { say: 'How tall is the Eiffel tower?', source: 'approved', expect: ['your banking'], not: ['metre', 'meter', '3'] },
      { say: 'Write me a poem about spring.', source: 'approved', expect: ['your banking'] },
      { say: 'I want to order a cheque book.', source: 'approved', expect: ['a colleague can', 'put you through?'] },
      { say: 'No thanks.', expect: ['anything else'] },
      { say: 'Please unblock my card.', source: 'approved', expect: ['a colleague can'], not: ['Shall I block'] },
      { say: 'Yes please.', source: 'approved', expect: ['put you through'] },
    ],
  },
];
