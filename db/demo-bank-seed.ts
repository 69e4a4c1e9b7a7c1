import { count } from 'drizzle-orm';
import type { MerchantCategory } from '../domain/bank/bank.ts';
import { addDays, type Day } from '../domain/language/dates.ts';
import { lcg } from '../domain/random.ts';
import { hashSecret } from './demo-bank.ts';
import { accounts, cards, customers, transactions, transfers } from './demo-bank-schema.ts';
import type { Database } from './open.ts';

/** Who can be played on the telephone. These are no secrets: they are the demo bank's, and it holds no money. */
export const demoCustomers = [
  { number: '48213957', name: 'Ms Miller', pin: '24680', code: '135790' },
  { number: '73914628', name: 'Mr Okafor', pin: '11223', code: '445566' },
  { number: '52964817', name: 'Ms Garcia', pin: '50505', code: '606060' },
  { number: '61837294', name: 'Mr Lindqvist', pin: '98712', code: '340912' },
  { number: '29475163', name: 'Ms Chen', pin: '31415', code: '926535' },
  { number: '85316492', name: 'Mr Haddad', pin: '27182', code: '818284' },
  { number: '37528614', name: 'Ms Novak', pin: '16180', code: '339887' },
  { number: '94162738', name: 'Mr Rossi', pin: '14142', code: '135623' },
] as const;

interface Habit {
  readonly merchant: string;
  readonly category: MerchantCategory;
  /** Days between two payments, on average. */
  readonly everyDays: number;
  readonly fromMinor: number;
  readonly toMinor: number;
  readonly credit?: boolean;
}

const habits: readonly Habit[] = [
  { merchant: 'Corner Bakery', category: 'groceries', everyDays: 4, fromMinor: 320, toMinor: 1_450 },
  { merchant: 'Fresh Market', category: 'groceries', everyDays: 5, fromMinor: 1_800, toMinor: 9_600 },
  { merchant: 'City Transit', category: 'transport', everyDays: 7, fromMinor: 275, toMinor: 2_400 },
  { merchant: 'Harbor Books', category: 'books', everyDays: 16, fromMinor: 900, toMinor: 5_200 },
  { merchant: 'Blue Door Cafe', category: 'restaurants', everyDays: 6, fromMinor: 410, toMinor: 1_890 },
  { merchant: 'Northside Fuel', category: 'fuel', everyDays: 12, fromMinor: 3_000, toMinor: 7_400 },
  { merchant: 'Streamline Video', category: 'entertainment', everyDays: 30, fromMinor: 1_299, toMinor: 1_299, credit: true },
  { merchant: 'Skyways Airlines', category: 'travel', everyDays: 45, fromMinor: 12_000, toMinor: 48_000, credit: true },
  { merchant: 'Pine Street Pharmacy', category: 'health', everyDays: 18, fromMinor: 650, toMinor: 4_300, credit: true },
  { merchant: 'Home and Garden', category: 'home', everyDays: 25, fromMinor: 1_500, toMinor: 16_000, credit: true },
];

const parties = ['Anna Keller', 'Oak Property Management', 'Daniel Reyes', 'Sunrise Dental', 'Maya Johnson'] as const;
const historyDays = 90;

/** Fills an empty demo bank with customers, their accounts and cards, and 90 days of what they paid. */
export async function seedDemoBank(db: Database, today: Day): Promise<boolean> {
  const [{ n } = { n: 0 }] = await db.select({ n: count() }).from(customers);
  if (n > 0) return false;
  const people = await Promise.all(
    demoCustomers.map(async ({ number, name, pin, code }, index) => ({
      id: `customer-0${index + 1}`,
      number,
      name,
      pinHash: await hashSecret(pin, `pin-${number}`),
      codeHash: await hashSecret(code, `code-${number}`),
    })),
  );
  await db.transaction(async (tx) => {
    const inserted = await tx.insert(customers).values(people).onConflictDoNothing().returning({ id: customers.id });
    // Another process was faster.
    if (inserted.length === 0) return;
    for (const [index, { id }] of people.entries()) {
      const { accountRows, cardRows, transactionRows, transferRows } = livesOf(id, index, today);
      await tx.insert(accounts).values(accountRows);
      await tx.insert(cards).values(cardRows);
      await tx.insert(transactions).values(transactionRows);
      await tx.insert(transfers).values(transferRows);
    }
  });
  return true;
}

function livesOf(customerId: string, index: number, today: Day) {
  const random = lcg((index + 1) * 7_919);
  const between = (from: number, to: number) => from + Math.floor(random() * (to - from + 1));
  const lastFour = () => String(between(1_000, 9_999));
  const currency = 'USD';
  const account = (kind: 'current' | 'savings' | 'credit', balanceMinor: number) => ({
    ...{ id: `${customerId}-${kind}`, customerId, kind, lastFour: lastFour(), balanceMinor, currency },
  });
  const accountRows = [
    account('current', between(80_000, 620_000)),
    account('savings', between(150_000, 2_400_000)),
    // Every other customer has a credit card as well.
    ...(index % 2 === 0 ? [account('credit', -between(2_000, 90_000))] : []),
  ];
  const cardRows = [
    { id: `${customerId}-debit`, customerId, kind: 'debit' as const, lastFour: lastFour(), status: 'active' as const },
    ...(index % 2 === 0
      ? [
          {
            id: `${customerId}-credit-card`,
            customerId,
            kind: 'credit' as const,
            lastFour: lastFour(),
            status: 'active' as const,
          },
        ]
      : []),
  ];
  const hasCredit = index % 2 === 0;
  const salary = between(280_000, 540_000);
  const rent = between(90_000, 160_000);
  const rows: (typeof transactions.$inferInsert)[] = [];
  for (let back = historyDays; back >= 0; back--) {
    const day = addDays(today, -back);
    let position = 0;
    const add = (kind: 'current' | 'credit', merchant: string, category: MerchantCategory, amountMinor: number) =>
      rows.push({
        id: `${customerId}-t${String(rows.length).padStart(4, '0')}`,
        customerId,
        accountId: `${customerId}-${kind}`,
        day,
        position: position++,
        merchant,
        category,
        amountMinor,
        currency,
        status: back <= 1 && amountMinor < 0 ? 'pending' : 'booked',
      });
    if (day.endsWith('-01')) add('current', 'Oak Property Management', 'housing', -rent);
    if (day.endsWith('-15')) add('current', 'Brightwater Ltd Salary', 'salary', salary);
    for (const { merchant, category, everyDays, fromMinor, toMinor, credit } of habits) {
      if (random() >= 1 / everyDays) continue;
      add(credit && hasCredit ? 'credit' : 'current', merchant, category, -between(fromMinor, toMinor));
    }
  }
  const transferRows = [
    { party: parties[index % 5] as string, back: 3, status: 'pending' as const, expected: addDays(today, 1) },
    { party: parties[(index + 2) % 5] as string, back: 12, status: 'completed' as const, expected: null },
    { party: parties[(index + 3) % 5] as string, back: 20, status: 'rejected' as const, expected: null },
  ].map(({ party, back, status, expected }, n) => ({
    id: `${customerId}-w${n}`,
    customerId,
    day: addDays(today, -back),
    party,
    amountMinor: between(5_000, 90_000),
    currency,
    status,
    expected,
  }));
  return { accountRows, cardRows, transactionRows: rows, transferRows };
}
