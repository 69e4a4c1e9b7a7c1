import type { Say } from '../assistant/wording-keys.ts';
import type { Bank } from '../bank/bank.ts';
import type { Day } from '../language/dates.ts';

/** What is said, and the facts that it may contain. */
export interface FactualReply {
  readonly reply: string;
  readonly facts: readonly string[];
  /** Ids of the payments that were told, in their order, for "the second one". */
  readonly told?: readonly string[];
  /** The merchant that it is about, for "how often was I there?". */
  readonly merchant?: string | undefined;
}

/** A look at the bank for one customer, on one day, and the words in which it is told. */
export interface Enquiry {
  readonly bank: Pick<Bank, 'accounts' | 'cards' | 'transactions' | 'transfers' | 'perform'>;
  readonly customerId: string;
  readonly today: Day;
  readonly say: Say;
}
