import { addDays } from '../../domain/language/dates.ts';
import { askNumber, number, type Script, spaced, words } from './script.ts';
import type { Truth } from './truth.ts';

const lastWeek = (today: string) => {
  const weekday = (new Date(`${today}T00:00:00Z`).getUTCDay() + 6) % 7;
  const monday = addDays(today, -weekday - 7);
  return { from: monday, to: addDays(monday, 6) };
};

export const balanceCalls: Script[] = (
  [
    ['What is my balance?', 0],
    ['How much money do I have?', 1],
    ['Can you tell me how much is in my account?', 2],
    ["I'd like to know my balance, please.", 3],
    ['Do I have any money left?', 4],
    ['balance please', 5],
  ] as const
).map(([say, customer]) => ({
  name: `balance: ${say}`,
  customer,
  lines: (truth) => [
    { say, expect: askNumber, not: ['$'] },
    { say: spaced(truth.customer.number), expect: ['PIN'], not: ['$'] },
    {
      say: words(truth.customer.pin),
      source: 'bank',
      expect: async (known) => [known.customer.name, await known.balance('current'), await known.balance('savings')],
    },
    {
      say: 'And the savings one?',
      source: 'bank',
      expect: async (known) => [await known.balance('savings'), await known.account('savings')],
    },
  ],
}));

export const spendingCalls: Script[] = (
  [
    ['How much did I spend at Fresh Market last month?', 'Fresh Market', 0],
    ['What did I spend at Corner Bakery last month?', 'Corner Bakery', 1],
    ['How much have I paid to City Transit last month?', 'City Transit', 2],
    ['In total, how much did I spend at Blue Door Cafe last month?', 'Blue Door Cafe', 3],
    ['How much did I spend at Northside Fuel last month?', 'Northside Fuel', 4],
  ] as const
).map(([say, merchant, customer]) => ({
  name: `spending: ${say}`,
  customer,
  lines: (truth, today) => {
    const end = addDays(`${today.slice(0, 8)}01`, -1);
    const start = `${end.slice(0, 8)}01`;
    const spent = async (known: Truth, where: string) => {
      const { total, count } = await known.spent(where, start, end);
      return count === 0 ? ['no payments'] : [total, count === 1 ? 'one payment' : `${count} payments`];
    };
    return [
      { say, expect: askNumber },
      number(truth),
      { say: truth.customer.pin, source: 'bank', expect: (known) => spent(known, merchant) },
      { say: 'And at Harbor Books?', source: 'bank', expect: (known) => spent(known, 'Harbor Books') },
    ];
  },
}));

export const transactionCalls: Script[] = (
  [
    ['What did I pay last week?', 0],
    ['Which payments went out last week?', 5],
    ['Show me the transactions of last week.', 6],
    ['Can you read me what came off my account last week?', 7],
  ] as const
).map(([say, customer]) => ({
  name: `transactions: ${say}`,
  customer,
  lines: (truth, today) => {
    const { from, to } = lastWeek(today);
    const yesterday = addDays(today, -1);
    return [
      { say, expect: askNumber },
      number(truth),
      { say: truth.customer.pin, source: 'bank', expect: (known) => known.payments(from, to) },
      { say: 'And yesterday?', source: 'bank', expect: (known) => known.payments(yesterday, yesterday) },
      { say: 'Has my salary come in?', source: 'bank', expect: async (known) => [await known.salary()] },
    ];
  },
}));

export const transferCalls: Script[] = [
  'Where is my transfer?',
  'Has my transfer arrived yet?',
  'I sent money three days ago and it is still not there.',
].map((say, customer) => ({
  name: `transfer status: ${say}`,
  customer,
  lines: (truth) => [
    { say, expect: askNumber },
    number(truth),
    { say: truth.customer.pin, source: 'bank', expect: async (known) => [await known.pendingTransfer(), 'pending'] },
    { say: 'Thank you, goodbye.' },
  ],
}));

/** The same again, in other words and by other callers. */
export const balanceCallsAgain: Script[] = (
  [
    ['Could you check what I have in my savings?', 6],
    ['Do I still have any money on my account?', 7],
    ['How much do I have in total right now?', 1],
    ['Tell me my account balance.', 2],
    ['What is left on my account?', 3],
  ] as const
).map(
  ([say, customer]): Script => ({
    name: `balance again: ${say}`,
    customer,
    lines: (truth) => [
      { say: 'Hello.' },
      { say, expect: askNumber },
      number(truth),
      { say: truth.customer.pin, source: 'bank', expect: async (known) => [await known.balance('savings')] },
      { say: 'Who won the football match?', not: ['$'] },
    ],
  }),
);
