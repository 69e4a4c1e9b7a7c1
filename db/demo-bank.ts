import { createHash, randomUUID, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { and, desc, eq, gte, ilike, lte, sql } from 'drizzle-orm';
import type {
  Account,
  Bank,
  Card,
  IdentityClaim,
  OperationAnswer,
  OperationCall,
  Order,
  Outcome,
  Transaction,
  TransactionFilter,
  Verification,
} from '../domain/bank/bank.ts';
import type { Money } from '../domain/bank/money.ts';
import { VoicebotError } from '../domain/errors.ts';
import {
  accounts,
  callBacks,
  cards,
  customers,
  orders,
  reservations,
  transactions,
  transfers,
  tries,
} from './demo-bank-schema.ts';
import type { Database } from './open.ts';

const maxTries = 3;
const lockMs = 24 * 3_600_000;
/** A cheque book comes by post. */
const chequeBookMs = 7 * 24 * 3_600_000;
const derive = promisify(scrypt) as (secret: string, salt: string, length: number) => Promise<Buffer>;

export async function hashSecret(secret: string, salt: string): Promise<string> {
  return `${salt}:${(await derive(secret, salt, 32)).toString('hex')}`;
}

async function matches(secret: string, hash: string): Promise<boolean> {
  const [salt = '', hex = ''] = hash.split(':');
  const expected = Buffer.from(hex, 'hex');
  const actual = await derive(secret, salt, 32);
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

/** A hash that fits nothing: an unknown number takes as long as a known one. */
const nobody = `none:${'0'.repeat(64)}`;

/** A small bank in Postgres, for trying the bot and testing it: the same rules as a real one, and no real money. */
export class DemoBank implements Bank {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async verify({ customerNumber, factor, value, key }: IdentityClaim): Promise<Verification> {
    const [customer] = await this.#db.select().from(customers).where(eq(customers.number, customerNumber));
    const right = await matches(value, (factor === 'phone-pin' ? customer?.pinHash : customer?.codeHash) ?? nobody);
    return this.#db.transaction(async (tx) => {
      // Who is unknown has tries too, counted by what they call themself.
      const [locked] = customer ? await tx.select().from(customers).where(eq(customers.id, customer.id)).for('update') : [];
      const [known] = await tx.select().from(tries).where(eq(tries.key, key));
      const verified = (): Verification => ({ status: 'verified', customerId: customer?.id ?? '', name: customer?.name ?? '' });
      if (known) {
        if (known.status === 'verified') return verified();
        return known.status === 'locked' ? { status: 'locked' } : { status: 'wrong', triesLeft: known.triesLeft };
      }
      const until = locked?.lockedUntil;
      const isLocked = until != null && until > new Date();
      const failed = isLocked ? maxTries : right ? 0 : (until ? 0 : (locked?.failedTries ?? 0)) + 1;
      const status = isLocked || failed >= maxTries ? 'locked' : right ? 'verified' : 'wrong';
      await tx.insert(tries).values({ key, status, triesLeft: maxTries - failed });
      if (customer && !isLocked) {
        const lockedUntil = status === 'locked' ? new Date(Date.now() + lockMs) : null;
        await tx.update(customers).set({ failedTries: failed, lockedUntil }).where(eq(customers.id, customer.id));
      }
      if (status === 'verified') return verified();
      return status === 'locked' ? { status } : { status, triesLeft: maxTries - failed };
    });
  }

  async accounts(customerId: string): Promise<readonly Account[]> {
    return accountsOf(this.#db, customerId);
  }

  async cards(customerId: string): Promise<readonly Card[]> {
    const rows = await this.#db.select().from(cards).where(eq(cards.customerId, customerId)).orderBy(cards.kind, cards.lastFour);
    return rows.map(({ customerId: _, ...card }) => card);
  }

  async transactions(customerId: string, filter: TransactionFilter): Promise<readonly Transaction[]> {
    const { accountId, days, merchant, amountMinor, direction, limit } = filter;
    const rows = await this.#db
      .select()
      .from(transactions)
      .where(
        and(
          eq(transactions.customerId, customerId),
          accountId ? eq(transactions.accountId, accountId) : undefined,
          days ? and(gte(transactions.day, days.from), lte(transactions.day, days.to)) : undefined,
          merchant ? ilike(transactions.merchant, `%${merchant.replace(/[%_\\]/g, '\\$&')}%`) : undefined,
          amountMinor === undefined ? undefined : eq(sql`abs(${transactions.amountMinor})`, amountMinor),
          direction === 'in' ? sql`${transactions.amountMinor} > 0` : undefined,
          direction === 'out' ? sql`${transactions.amountMinor} < 0` : undefined,
        ),
      )
      .orderBy(desc(transactions.day), desc(transactions.position))
      .limit(limit);
    return rows.map(transactionOf);
  }

  async transfers(customerId: string) {
    const rows = await this.#db
      .select()
      .from(transfers)
      .where(eq(transfers.customerId, customerId))
      .orderBy(desc(transfers.day), transfers.id);
    return rows.map(({ customerId: _, amountMinor, currency, expected, ...transfer }) => ({
      ...transfer,
      amount: { minor: amountMinor, currency },
      ...(expected ? { expected } : {}),
    }));
  }

  async blockCard(order: Order & { readonly cardId: string }): Promise<Card> {
    const outcome = await this.#once(order, async (tx) => {
      const mine = and(eq(cards.id, order.cardId), eq(cards.customerId, order.customerId));
      const [card] = await tx.update(cards).set({ status: 'blocked' }).where(mine).returning();
      if (!card) throw new VoicebotError('not-found', 'There is no such card.');
      const { customerId: _, ...shown } = card;
      return { kind: 'card', card: shown };
    });
    return outcome.card;
  }

  async disputeTransaction(order: Order & { readonly transactionId: string }) {
    const outcome = await this.#once(order, async (tx) => {
      const { transactionId } = order;
      const mine = and(eq(transactions.id, transactionId), eq(transactions.customerId, order.customerId));
      const [row] = await tx.update(transactions).set({ status: 'disputed' }).where(mine).returning();
      if (!row) throw new VoicebotError('not-found', 'There is no such payment.');
      return { kind: 'dispute', dispute: { id: randomUUID(), transactionId, reference: referenceOf(order.key) } };
    });
    return outcome.dispute;
  }

  async reserve(order: Order & { readonly accountId: string; readonly amount: Money }) {
    const outcome = await this.#once(order, async (tx) => {
      const { accountId, amount, customerId } = order;
      await tx.select().from(accounts).where(eq(accounts.id, accountId)).for('update');
      const account = (await accountsOf(tx, customerId)).find(({ id }) => id === accountId);
      if (!account) throw new VoicebotError('not-found', 'There is no such account.');
      if (amount.minor <= 0 || amount.currency !== account.available.currency) {
        throw new VoicebotError('conflict', 'This amount cannot be moved.');
      }
      if (account.available.minor < amount.minor)
        throw new VoicebotError('conflict', 'There is not enough money in the account.');
      const row = { id: randomUUID(), customerId, accountId, amountMinor: amount.minor, currency: amount.currency };
      await tx.insert(reservations).values({ ...row, status: 'open' });
      return { kind: 'reservation', reservation: { id: row.id, accountId, amount, status: 'open' } };
    });
    return outcome.reservation;
  }

  async settle(order: Order & { readonly reservationId: string; readonly toAccountId: string }) {
    const outcome = await this.#once(order, async (tx) => {
      const { reservationId, customerId, toAccountId } = order;
      const mine = and(eq(reservations.id, reservationId), eq(reservations.customerId, customerId));
      const [reservation] = await tx.select().from(reservations).where(mine).for('update');
      if (!reservation) throw new VoicebotError('not-found', 'Nothing was set aside under this number.');
      if (reservation.status !== 'open') throw new VoicebotError('conflict', 'The money was given back or moved before.');
      const { accountId, amountMinor, currency } = reservation;
      const known = await accountsOf(tx, customerId);
      if (!known.some(({ id }) => id === toAccountId)) throw new VoicebotError('not-found', 'There is no such account.');
      await tx.update(reservations).set({ status: 'settled' }).where(mine);
      for (const [id, change] of [
        [accountId, -amountMinor],
        [toAccountId, amountMinor],
      ] as const) {
        await tx
          .update(accounts)
          .set({ balanceMinor: sql`${accounts.balanceMinor} + ${change}` })
          .where(eq(accounts.id, id));
      }
      const after = await accountsOf(tx, customerId);
      const from = after.find(({ id }) => id === accountId) as Account;
      const to = after.find(({ id }) => id === toAccountId) as Account;
      return { kind: 'movement', movement: { id: randomUUID(), amount: { minor: amountMinor, currency }, from, to } };
    });
    return outcome.movement;
  }

  async release(order: Order & { readonly reservationId: string }) {
    const outcome = await this.#once(order, async (tx) => {
      const mine = and(eq(reservations.id, order.reservationId), eq(reservations.customerId, order.customerId));
      await tx
        .update(reservations)
        .set({ status: 'released' })
        .where(and(mine, eq(reservations.status, 'open')));
      const [row] = await tx.select().from(reservations).where(mine);
      if (!row) throw new VoicebotError('not-found', 'Nothing was set aside under this number.');
      const { id, accountId, amountMinor, currency, status } = row;
      return { kind: 'reservation', reservation: { id, accountId, amount: { minor: amountMinor, currency }, status } };
    });
    return outcome.reservation;
  }

  async bookCallBack(order: Order & { readonly at: string; readonly topic: string }) {
    const outcome = await this.#once(order, async (tx) => {
      const { at, topic, customerId } = order;
      const hour = Number(at.slice(11, 13));
      const weekday = new Date(`${at.slice(0, 10)}T00:00:00Z`).getUTCDay();
      if (weekday === 0 || weekday === 6 || hour < 9 || hour >= 17) {
        throw new VoicebotError('conflict', 'Colleagues call back from Monday to Friday, between 9 AM and 5 PM.');
      }
      const callBack = { id: randomUUID(), at, topic };
      await tx.insert(callBacks).values({ ...callBack, customerId });
      return { kind: 'call-back', callBack };
    });
    return outcome.callBack;
  }

  async perform({ call, customerId, values, key = '' }: OperationCall): Promise<OperationAnswer> {
    if (call.name !== 'orderChequeBook') throw new VoicebotError('not-found', `The demo bank has no operation '${call.name}'.`);
    const outcome = await this.#once({ customerId, key }, async (tx) => {
      const account = (await accountsOf(tx, customerId)).find(({ id }) => id === values.account);
      if (account?.kind !== 'current') throw new VoicebotError('conflict', 'Cheque books belong to current accounts.');
      const arrives = new Date(Date.now() + chequeBookMs).toISOString().slice(0, 10);
      return { kind: 'operation', answer: { reference: referenceOf(key), arrives } };
    });
    return outcome.answer;
  }

  async outcomeOf(customerId: string, key: string): Promise<Outcome | undefined> {
    const [row] = await this.#db
      .select()
      .from(orders)
      .where(and(eq(orders.customerId, customerId), eq(orders.key, key)));
    return row?.outcome;
  }

  /** Does the work and writes its outcome under the order's key in one transaction, or gives the outcome that is there. */
  #once<K extends Outcome['kind']>(
    { customerId, key }: Order,
    work: (tx: Database) => Promise<Extract<Outcome, { kind: K }>>,
  ): Promise<Extract<Outcome, { kind: K }>> {
    return this.#db.transaction(async (tx) => {
      await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`${customerId} ${key}`}, 0))`);
      const [known] = await tx
        .select()
        .from(orders)
        .where(and(eq(orders.customerId, customerId), eq(orders.key, key)));
      if (known) return known.outcome as Extract<Outcome, { kind: K }>;
      const outcome = await work(tx);
      await tx.insert(orders).values({ customerId, key, outcome });
      return outcome;
    });
  }
}

async function accountsOf(db: Database, customerId: string): Promise<Account[]> {
  const rows = await db
    .select({
      id: accounts.id,
      kind: accounts.kind,
      lastFour: accounts.lastFour,
      balanceMinor: accounts.balanceMinor,
      currency: accounts.currency,
      // Written out: columns of the outer query have no table in drizzle's text.
      reservedMinor: sql<string>`coalesce((select sum(r.amount_minor) from demo_bank.reservations r where r.account_id = demo_bank.accounts.id and r.status = 'open'), 0)`,
    })
    .from(accounts)
    .where(eq(accounts.customerId, customerId))
    .orderBy(accounts.kind);
  if (rows.length === 0) throw new VoicebotError('not-found', 'There is no such customer.');
  return rows.map(({ balanceMinor, currency, reservedMinor, ...account }) => ({
    ...account,
    balance: { minor: balanceMinor, currency },
    available: { minor: balanceMinor - Number(reservedMinor), currency },
  }));
}

function transactionOf(row: typeof transactions.$inferSelect): Transaction {
  const { id, accountId, day, merchant, category, amountMinor, currency, status } = row;
  return { id, accountId, day, merchant, category: category ?? undefined, amount: { minor: amountMinor, currency }, status };
}

/** A number to quote, the same for the same order. */
function referenceOf(key: string): string {
  return String((createHash('sha256').update(key).digest().readUInt32BE() % 900_000) + 100_000);
}
