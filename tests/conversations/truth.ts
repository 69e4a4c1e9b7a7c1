import { sql } from 'drizzle-orm';
import { demoCustomers } from '../../db/demo-bank-seed.ts';
import type { Database } from '../../db/open.ts';

/** What the demo bank's tables say, asked by SQL of the tests' own. */
export class Truth {
  readonly #db: Database;
  readonly customerId: string;
  readonly customer: (typeof demoCustomers)[number];

  constructor(db: Database, index: number) {
    this.#db = db;
    this.customer = demoCustomers[index] as (typeof demoCustomers)[number];
    this.customerId = `customer-0${index + 1}`;
  }

  async #rows<T>(query: ReturnType<typeof sql>): Promise<T[]> {
    return ((await this.#db.execute(query)) as unknown as { rows: T[] }).rows;
  }

  async balance(kind: string): Promise<string> {
    const [row] = await this.#rows<{ balance_minor: number }>(
      sql`select balance_minor from demo_bank.accounts where customer_id = ${this.customerId} and kind = ${kind}`,
    );
    return dollars(Math.abs(row?.balance_minor ?? Number.NaN));
  }

  async account(kind: string): Promise<string> {
    const [row] = await this.#rows<{ last_four: string }>(
      sql`select last_four from demo_bank.accounts where customer_id = ${this.customerId} and kind = ${kind}`,
    );
    return row?.last_four ?? 'none';
  }

  async card(kind: string): Promise<{ lastFour: string; status: string }> {
    const [row] = await this.#rows<{ last_four: string; status: string }>(
      sql`select last_four, status from demo_bank.cards where customer_id = ${this.customerId} and kind = ${kind}`,
    );
    return { lastFour: row?.last_four ?? 'none', status: row?.status ?? 'none' };
  }

  async spent(merchant: string, from: string, to: string): Promise<{ total: string; count: number }> {
    const [row] = await this.#rows<{ total: string | null; n: string }>(
      sql`select sum(-amount_minor) as total, count(*) as n from demo_bank.transactions where customer_id = ${this.customerId} and amount_minor < 0 and merchant ilike ${`%${merchant}%`} and day between ${from} and ${to}`,
    );
    return { total: dollars(Number(row?.total ?? 0)), count: Number(row?.n ?? 0) };
  }

  async spentFor(category: string, from: string, to: string): Promise<string> {
    const [row] = await this.#rows<{ total: string | null }>(
      sql`select sum(-amount_minor) as total from demo_bank.transactions where customer_id = ${this.customerId} and amount_minor < 0 and category = ${category} and day between ${from} and ${to}`,
    );
    return row?.total ? dollars(Number(row.total)) : 'no payments';
  }

  /** Of all that went out. */
  async figures(
    from: string,
    to: string,
  ): Promise<{ total: number; largest: string; smallest: string; top: string; topTotal: string }> {
    const [row] = await this.#rows<Record<'total' | 'largest' | 'smallest', string>>(
      sql`select sum(-amount_minor) as total, max(-amount_minor) as largest, min(-amount_minor) as smallest from demo_bank.transactions where customer_id = ${this.customerId} and amount_minor < 0 and day between ${from} and ${to}`,
    );
    const [top] = await this.#rows<{ merchant: string; total: string }>(
      sql`select merchant, sum(-amount_minor) as total from demo_bank.transactions where customer_id = ${this.customerId} and amount_minor < 0 and day between ${from} and ${to} group by merchant order by total desc limit 1`,
    );
    return {
      total: Number(row?.total),
      largest: dollars(Number(row?.largest)),
      smallest: dollars(Number(row?.smallest)),
      top: top?.merchant ?? 'none',
      topTotal: dollars(Number(top?.total)),
    };
  }

  async payments(from: string, to: string): Promise<string[]> {
    const rows = await this.#rows<{ amount_minor: number }>(
      sql`select amount_minor from demo_bank.transactions where customer_id = ${this.customerId} and day between ${from} and ${to} order by day desc, position desc limit 5`,
    );
    return rows.map(({ amount_minor }) => dollars(Math.abs(amount_minor)));
  }

  async lastPayment(merchant: string): Promise<{ amount: string; status: string }> {
    const [row] = await this.#rows<{ amount_minor: number; status: string }>(
      sql`select amount_minor, status from demo_bank.transactions where customer_id = ${this.customerId} and amount_minor < 0 and merchant ilike ${`%${merchant}%`} order by day desc, position desc limit 1`,
    );
    return { amount: dollars(Math.abs(row?.amount_minor ?? Number.NaN)), status: row?.status ?? 'none' };
  }

  async pendingTransfer(): Promise<string> {
    const [row] = await this.#rows<{ amount_minor: number }>(
      sql`select amount_minor from demo_bank.transfers where customer_id = ${this.customerId} and status = 'pending'`,
    );
    return dollars(row?.amount_minor ?? Number.NaN);
  }

  async salary(): Promise<string> {
    const [row] = await this.#rows<{ amount_minor: number }>(
      sql`select amount_minor from demo_bank.transactions where customer_id = ${this.customerId} and amount_minor > 0 order by day desc limit 1`,
    );
    return dollars(row?.amount_minor ?? Number.NaN);
  }

  async openReservations(): Promise<number> {
    const [row] = await this.#rows<{ n: string }>(
      sql`select count(*) as n from demo_bank.reservations where customer_id = ${this.customerId} and status = 'open'`,
    );
    return Number(row?.n ?? 0);
  }

  async callBacks(): Promise<string[]> {
    const rows = await this.#rows<{ at: string }>(
      sql`select at from demo_bank.call_backs where customer_id = ${this.customerId}`,
    );
    return rows.map(({ at }) => at);
  }

  /** Every amount that the tables hold of the customer. */
  async amounts(): Promise<Set<string>> {
    const rows = await this.#rows<{ amount: number }>(
      sql`select abs(amount_minor) as amount from demo_bank.transactions where customer_id = ${this.customerId} union select abs(balance_minor) from demo_bank.accounts where customer_id = ${this.customerId} union select amount_minor from demo_bank.transfers where customer_id = ${this.customerId}`,
    );
    return new Set(rows.map(({ amount }) => dollars(Number(amount))));
  }

  /** Everything about the customer that nobody else may hear: amounts of 10 dollars and more, numbers of accounts and cards. */
  async secrets(): Promise<string[]> {
    const amounts = await this.#rows<{ amount: number }>(
      sql`select abs(amount_minor) as amount from demo_bank.transactions where customer_id = ${this.customerId} union select abs(balance_minor) from demo_bank.accounts where customer_id = ${this.customerId}`,
    );
    const numbers = await this.#rows<{ last_four: string }>(
      sql`select last_four from demo_bank.accounts where customer_id = ${this.customerId} union select last_four from demo_bank.cards where customer_id = ${this.customerId}`,
    );
    return [
      this.customer.name,
      ...amounts.filter(({ amount }) => Number(amount) >= 1_000).map(({ amount }) => dollars(Number(amount))),
      ...numbers.map(({ last_four }) => last_four),
    ];
  }
}

export const dollars = (minor: number) =>
  `$${Math.floor(minor / 100).toLocaleString('en-US')}.${String(minor % 100).padStart(2, '0')}`;
