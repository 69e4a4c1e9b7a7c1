import { date, index, integer, jsonb, pgSchema, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';
import type { MerchantCategory, Outcome } from '../domain/bank/bank.ts';

/** The demo bank's own tables: a bank of its own beside the product's data. */
export const demoBank = pgSchema('demo_bank');

const at = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

export const customers = demoBank.table('customers', {
  id: text('id').primaryKey(),
  /** What the customer names themself by. */
  number: text('number').notNull().unique(),
  name: text('name').notNull(),
  pinHash: text('pin_hash').notNull(),
  codeHash: text('code_hash').notNull(),
  failedTries: integer('failed_tries').notNull().default(0),
  lockedUntil: at('locked_until'),
});

/** Tries at a secret that were counted; the same one is not counted twice. */
export const tries = demoBank.table('tries', {
  key: text('key').primaryKey(),
  status: text('status').$type<'verified' | 'wrong' | 'locked'>().notNull(),
  triesLeft: integer('tries_left').notNull(),
  createdAt: at('created_at').notNull().defaultNow(),
});

export const accounts = demoBank.table(
  'accounts',
  {
    id: text('id').primaryKey(),
    customerId: text('customer_id').notNull(),
    kind: text('kind').$type<'current' | 'savings' | 'credit'>().notNull(),
    lastFour: text('last_four').notNull(),
    balanceMinor: integer('balance_minor').notNull(),
    currency: text('currency').notNull(),
  },
  (table) => [index('accounts_customer').on(table.customerId)],
);

export const cards = demoBank.table(
  'cards',
  {
    id: text('id').primaryKey(),
    customerId: text('customer_id').notNull(),
    kind: text('kind').$type<'debit' | 'credit'>().notNull(),
    lastFour: text('last_four').notNull(),
    status: text('status').$type<'active' | 'blocked' | 'ordered'>().notNull(),
  },
  (table) => [index('cards_customer').on(table.customerId)],
);

export const transactions = demoBank.table(
  'transactions',
  {
    id: text('id').primaryKey(),
    customerId: text('customer_id').notNull(),
    accountId: text('account_id').notNull(),
    day: date('day', { mode: 'string' }).notNull(),
    /** Order within a day. */
    position: integer('position').notNull(),
    merchant: text('merchant').notNull(),
    category: text('category').$type<MerchantCategory>(),
    amountMinor: integer('amount_minor').notNull(),
    currency: text('currency').notNull(),
    status: text('status').$type<'booked' | 'pending' | 'disputed'>().notNull(),
  },
  (table) => [index('transactions_customer_day').on(table.customerId, table.day)],
);

export const transfers = demoBank.table(
  'transfers',
  {
    id: text('id').primaryKey(),
    customerId: text('customer_id').notNull(),
    day: date('day', { mode: 'string' }).notNull(),
    party: text('party').notNull(),
    amountMinor: integer('amount_minor').notNull(),
    currency: text('currency').notNull(),
    status: text('status').$type<'completed' | 'pending' | 'rejected'>().notNull(),
    expected: date('expected', { mode: 'string' }),
  },
  (table) => [index('transfers_customer').on(table.customerId)],
);

export const reservations = demoBank.table(
  'reservations',
  {
    id: text('id').primaryKey(),
    customerId: text('customer_id').notNull(),
    accountId: text('account_id').notNull(),
    amountMinor: integer('amount_minor').notNull(),
    currency: text('currency').notNull(),
    status: text('status').$type<'open' | 'settled' | 'released'>().notNull(),
  },
  (table) => [index('reservations_account').on(table.accountId, table.status)],
);

export const callBacks = demoBank.table('call_backs', {
  id: text('id').primaryKey(),
  customerId: text('customer_id').notNull(),
  at: text('at').notNull(),
  topic: text('topic').notNull(),
});

/** Orders by their keys: the same one again gives the outcome that is here. */
export const orders = demoBank.table(
  'orders',
  {
    customerId: text('customer_id').notNull(),
    key: text('key').notNull(),
    outcome: jsonb('outcome').$type<Outcome>().notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.customerId, table.key] })],
);
