import { addDays } from '../../domain/language/dates.ts';
import { askNumber, number, type Script } from './script.ts';

export const blockCalls: Script[] = (
  [
    ['I lost my card.', 1],
    ['My card was stolen!', 3],
    ['Please block my card right away.', 5],
    ['Somebody took my wallet with my card.', 7],
  ] as const
).map(([say, customer]) => ({
  name: `block a card: ${say}`,
  customer,
  lines: (truth) => [
    { say, expect: askNumber },
    number(truth),
    { say: truth.customer.pin, expect: ['security code'] },
    { say: truth.customer.code, expect: async (known) => ['Shall I block', (await known.card('debit')).lastFour] },
    { say: 'Yes, please.', expect: async (known) => ['is blocked', (await known.card('debit')).lastFour] },
    { say: 'Is my card blocked?', source: 'bank', expect: ['is blocked'] },
  ],
  after: async (truth) => ({ status: (await truth.card('debit')).status }),
  expectAfter: { status: 'blocked' },
}));

export const chooseCard: Script[] = (
  [
    ['the debit card', 'debit', 0],
    ['the credit card', 'credit', 2],
  ] as const
).map(([answer, kind, customer]) => ({
  name: `block a card, one of two: ${answer}`,
  customer,
  lines: (truth) => [
    { say: 'I cannot find my card.', expect: askNumber },
    number(truth),
    { say: truth.customer.pin, expect: ['security code'] },
    {
      say: truth.customer.code,
      expect: async (known) => ['Which card', (await known.card('debit')).lastFour, (await known.card('credit')).lastFour],
    },
    { say: answer, expect: async (known) => ['Shall I block', (await known.card(kind)).lastFour] },
    { say: 'Yes.', expect: ['is blocked'] },
  ],
  after: async (truth) => ({ status: (await truth.card(kind)).status }),
  expectAfter: { status: 'blocked' },
}));

export const moveCalls: Script[] = (
  [
    ['Move two hundred dollars to my savings account.', '$200.00', 2],
    ['Transfer 75 dollars from savings to checking.', '$75.00', 3],
    ['Can you put fifty dollars into savings?', '$50.00', 4],
    ['I want to move $120.50 to my savings.', '$120.50', 5],
  ] as const
).map(([say, amount, customer]) => ({
  name: `move money: ${say}`,
  customer,
  lines: (truth) => [
    { say, expect: askNumber },
    number(truth),
    { say: truth.customer.pin, expect: ['security code'] },
    { say: truth.customer.code, expect: ['Shall I move', amount] },
    {
      say: 'Yes, go ahead.',
      source: 'bank',
      expect: async (known) => ['Done', amount, await known.balance('savings'), await known.balance('current')].slice(0, 2),
    },
    {
      say: 'What is my balance now?',
      source: 'bank',
      expect: async (known) => [await known.balance('current'), await known.balance('savings')],
    },
  ],
  after: async (truth) => ({ open: await truth.openReservations() }),
  expectAfter: { open: 0 },
}));

export const disputes: Script[] = (
  [
    ['I do not recognise a charge at Harbor Books.', 'Harbor Books', 4],
    ['I did not make the payment at Corner Bakery.', 'Corner Bakery', 6],
    ['I want to dispute a payment to Fresh Market.', 'Fresh Market', 7],
  ] as const
).map(([say, merchant, customer]) => ({
  name: `dispute: ${say}`,
  customer,
  lines: (truth) => [
    { say, expect: askNumber },
    number(truth),
    { say: truth.customer.pin, expect: ['security code'] },
    { say: truth.customer.code, expect: async (known) => [merchant, (await known.lastPayment(merchant)).amount] },
    { say: 'Yes.', expect: ['reported', 'reference'] },
  ],
  after: async (truth) => ({ status: (await truth.lastPayment(merchant)).status }),
  expectAfter: { status: 'disputed' },
}));

/** The next day from Monday to Friday. */
const workingDay = (today: string): string => {
  for (let day = addDays(today, 1); ; day = addDays(day, 1)) {
    const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
    if (weekday >= 1 && weekday <= 5) return day;
  }
};
const weekdayName = (day: string) =>
  new Date(`${day}T00:00:00Z`).toLocaleDateString('en-US', { weekday: 'long', timeZone: 'UTC' });

export const callBacks: Script[] = [0, 3, 6].map((customer) => ({
  name: `call-back for customer ${customer}`,
  customer,
  lines: (truth, today) => {
    const day = weekdayName(workingDay(today));
    return [
      { say: 'Can somebody call me back?', expect: askNumber },
      number(truth),
      { say: truth.customer.pin, expect: ['which day'] },
      { say: `On ${day}.`, expect: ['what time', day] },
      { say: 'At three in the afternoon.', expect: ['Shall I book', day, '3:00 PM'] },
      { say: 'Yes please.', expect: ['will call you', day, '3:00 PM'] },
    ];
  },
  after: async (truth) => ({ booked: (await truth.callBacks()).length }),
  expectAfter: { booked: 1 },
}));
