import type { Bank } from '../bank/bank.ts';

/** What is said, and the facts that it may contain. */
export interface FactualReply {
  readonly reply: string;
  readonly facts: readonly string[];
  /** Ids of the payments that were told, in their order, for "the second one". */
  readonly told?: readonly string[];
}

/** What replies read at the bank. */
export type Reads = Pick<Bank, 'accounts' | 'cards' | 'transactions' | 'transfers'>;
