import { asc, eq } from 'drizzle-orm';
import { orders } from '../db/demo-bank-schema.ts';
import type { Database } from '../db/open.ts';
import type { Outcome } from '../domain/bank/bank.ts';
import { moneyText } from '../domain/bank/money.ts';

/** What was done at the demo bank for a customer, the latest last: "moved $50.00 from current to savings", "blocked debit". */
export async function doneFor(db: Database, customerId: string): Promise<string[]> {
  const rows = await db
    .select({ outcome: orders.outcome })
    .from(orders)
    .where(eq(orders.customerId, customerId))
    .orderBy(asc(orders.createdAt));
  return rows.flatMap(({ outcome }) => doneText(outcome) ?? []);
}

/** Nothing for what is only a part of an order. */
function doneText(outcome: Outcome): string | undefined {
  switch (outcome.kind) {
    case 'card':
      return `blocked ${outcome.card.kind}`;
    case 'movement': {
      const { amount, from, to } = outcome.movement;
      return `moved ${moneyText(amount)} from ${from.kind} to ${to.kind}`;
    }
    case 'dispute':
      return 'disputed';
    case 'call-back':
      return `call-back at ${outcome.callBack.at.slice(11)}`;
    case 'operation':
      return 'operation';
    default:
      return undefined;
  }
}
