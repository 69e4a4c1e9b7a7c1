import type { OperationDescription } from '../assistant/operations.ts';
import type { Day, DayRange } from '../language/dates.ts';
import type { Money } from './money.ts';

/**
 * What the bot asks of a bank. Two adapters come with it: the demo bank in Postgres, and one for a core-banking system behind HTTP
 * (`bank/openapi.json`). Whatever changes something takes a key: the same key again does nothing twice and gives the same outcome.
 * All may throw VoicebotError `dependency-unavailable` (retryable) while the bank does not answer.
 */
export interface Bank {
  /** Checks one factor of a caller. A wrong one counts as a try; the bank locks the customer out after three. */
  verify(claim: IdentityClaim): Promise<Verification>;
  /** @throws VoicebotError `not-found` for a customer that is none. */
  accounts(customerId: string): Promise<readonly Account[]>;
  cards(customerId: string): Promise<readonly Card[]>;
  /** Newest first. */
  transactions(customerId: string, filter: TransactionFilter): Promise<readonly Transaction[]>;
  /** Transfers to and from other banks, newest first. */
  transfers(customerId: string): Promise<readonly Transfer[]>;
  /** @throws VoicebotError `not-found` for a card that is not the customer's. */
  blockCard(order: Order & { readonly cardId: string }): Promise<Card>;
  disputeTransaction(order: Order & { readonly transactionId: string }): Promise<Dispute>;
  /** Money that is set aside and not moved yet. @throws VoicebotError `conflict` where there is not enough of it. */
  reserve(order: Order & { readonly accountId: string; readonly amount: Money }): Promise<Reservation>;
  /** Moves what was set aside to another account of the customer. @throws VoicebotError `conflict` where it was given back before. */
  settle(order: Order & { readonly reservationId: string; readonly toAccountId: string }): Promise<Movement>;
  /** Gives back what was set aside and not moved; what was moved stays so. */
  release(order: Order & { readonly reservationId: string }): Promise<Reservation>;
  /** @throws VoicebotError `conflict` for a time outside of the hours in which colleagues call. */
  bookCallBack(order: Order & { readonly at: string; readonly topic: string }): Promise<CallBack>;
  /**
   * Does what the assistant's own files describe, beyond the operations above.
   * @throws VoicebotError `not-found` for an operation that the bank does not have, `conflict` where it refuses.
   */
  perform(operation: OperationCall): Promise<OperationAnswer>;
  /** What the last order with this key has done; nothing where it never arrived. */
  outcomeOf(customerId: string, key: string): Promise<Outcome | undefined>;
}

/** Secrets that a caller tells: the number names them, the PIN verifies them, the code lets them act. */
export type Factor = 'phone-pin' | 'security-code';

export interface IdentityClaim {
  /** As the caller says it; for `security-code` the customer is known already. */
  readonly customerNumber: string;
  readonly factor: Factor;
  readonly value: string;
  /** The same try has the same key, however often it is sent. */
  readonly key: string;
}

export type Verification =
  | { readonly status: 'verified'; readonly customerId: string; readonly name: string }
  /** Also for a customer number that does not exist: which of the two was wrong is nobody's business. */
  | { readonly status: 'wrong'; readonly triesLeft: number }
  | { readonly status: 'locked' };

export interface Order {
  readonly customerId: string;
  readonly key: string;
}

export type AccountKind = 'current' | 'savings' | 'credit';

export interface Account {
  readonly id: string;
  readonly kind: AccountKind;
  readonly lastFour: string;
  readonly balance: Money;
  /** The balance less what is set aside. */
  readonly available: Money;
}

export interface Card {
  readonly id: string;
  readonly kind: 'debit' | 'credit';
  readonly lastFour: string;
  readonly status: 'active' | 'blocked' | 'ordered';
}

export interface TransactionFilter {
  readonly accountId?: string | undefined;
  readonly days?: DayRange | undefined;
  /** A part of the merchant's name, in any case. */
  readonly merchant?: string | undefined;
  /** Without its sign, in minor units. */
  readonly amountMinor?: number | undefined;
  readonly direction?: 'in' | 'out' | undefined;
  readonly limit: number;
}

/** Kinds of merchants and payers, as a bank groups their category codes (ISO 18245). */
export const merchantCategories = [
  'groceries',
  'restaurants',
  'fuel',
  'transport',
  'travel',
  'housing',
  'utilities',
  'health',
  'clothing',
  'home',
  'books',
  'entertainment',
  'sports',
  'electronics',
  'beauty',
  'pets',
  'education',
  'insurance',
  'charity',
  'cash',
  'salary',
  'other',
] as const;
export type MerchantCategory = (typeof merchantCategories)[number];

export interface Transaction {
  readonly id: string;
  readonly accountId: string;
  readonly day: Day;
  readonly merchant: string;
  /** Unset where the bank does not tell. */
  readonly category?: MerchantCategory | undefined;
  /** Below zero for what was paid. */
  readonly amount: Money;
  readonly status: 'booked' | 'pending' | 'disputed';
}

export interface Transfer {
  readonly id: string;
  readonly day: Day;
  /** To or from whom. */
  readonly party: string;
  readonly amount: Money;
  readonly status: 'completed' | 'pending' | 'rejected';
  /** When it should arrive, while it is pending. */
  readonly expected?: Day | undefined;
}

export interface Dispute {
  readonly id: string;
  readonly transactionId: string;
  readonly reference: string;
}

export interface Reservation {
  readonly id: string;
  readonly accountId: string;
  readonly amount: Money;
  readonly status: 'open' | 'settled' | 'released';
}

export interface Movement {
  readonly id: string;
  readonly amount: Money;
  readonly from: Account;
  readonly to: Account;
}

export interface CallBack {
  readonly id: string;
  /** Day and time in the bank's time zone, `YYYY-MM-DDTHH:MM`. */
  readonly at: string;
  readonly topic: string;
}

export type Outcome =
  | { readonly kind: 'card'; readonly card: Card }
  | { readonly kind: 'dispute'; readonly dispute: Dispute }
  | { readonly kind: 'reservation'; readonly reservation: Reservation }
  | { readonly kind: 'movement'; readonly movement: Movement }
  | { readonly kind: 'call-back'; readonly callBack: CallBack }
  | { readonly kind: 'operation'; readonly answer: OperationAnswer };

export interface OperationCall {
  readonly call: OperationDescription;
  /** Empty where the caller is not known, for what the bank tells anybody. */
  readonly customerId: string;
  /** By the names of the operation's fields. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Unset where nothing is changed. */
  readonly key?: string;
}

/** Fields of what the bank answers to an operation. */
export type OperationAnswer = Readonly<Record<string, unknown>>;
