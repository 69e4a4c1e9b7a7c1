import type { OperationDescription } from '../assistant/operations.ts';
import type { Money } from '../bank/money.ts';
import type { Slots } from './slots.ts';

/** Digits that were told in confidence. */
export interface SpokenSecret {
  /** One part, or several with `partsJoint` between them. */
  readonly sealed: string;
  readonly count: number;
}

/** Stands between parts that were told one after the other; nothing that is sealed contains it. */
export const partsJoint = '+';

/** Something the caller wants, as far as it is known. */
export interface Request {
  /** Name of an intent of the call's assistant. */
  readonly intent: string;
  readonly slots: Slots;
}

/** An order that is ready to be confirmed. All of it is shown in the Temporal UI, so it holds no secret. */
export type Action =
  | { readonly kind: 'card-block'; readonly cardId: string; readonly card: 'debit' | 'credit'; readonly lastFour: string }
  | {
      readonly kind: 'move-money';
      readonly fromId: string;
      readonly toId: string;
      /** As they are called to the caller. */
      readonly from: string;
      readonly to: string;
      readonly amount: Money;
    }
  | { readonly kind: 'dispute'; readonly transactionId: string; readonly payment: string }
  | { readonly kind: 'call-back'; readonly at: string; readonly spokenAt: string; readonly topic: string }
  | {
      /** What the assistant's own files order. */
      readonly kind: 'operation';
      readonly intent: string;
      readonly call: OperationDescription;
      /** As they go to the bank, and as they are said. */
      readonly values: Readonly<Record<string, unknown>>;
      readonly spoken: Readonly<Record<string, string>>;
    };

/** `value`: one of an operation's, by name. */
export type Needed = 'amount' | 'accounts' | 'card' | 'payment' | 'when' | 'value';
export type Identification = 'customer-number' | 'phone-pin' | 'security-code';

/** What the bot has asked and waits for. */
export type Pending =
  | {
      readonly kind: 'identify';
      readonly need: Identification;
      readonly request: Request;
      readonly asked: number;
      /** What was told of it so far, sealed. */
      readonly part?: SpokenSecret;
    }
  | {
      readonly kind: 'slot';
      readonly need: Needed;
      /** Its name, where a value of an operation is needed. */
      readonly value?: string;
      readonly request: Request;
      readonly question: string;
      readonly asked: number;
    }
  | {
      readonly kind: 'confirm';
      readonly action: Action;
      /** The order's key: confirmed again after an interruption, it is the same order. */
      readonly order: string;
      readonly request: Request;
      readonly question: string;
      readonly asked: number;
    }
  | { readonly kind: 'choice'; readonly options: readonly string[]; readonly slots: Slots }
  /** Shall the bot go on with what was asked in the same breath? */
  | { readonly kind: 'offer'; readonly matter: OpenMatter; readonly question: string };

/** What is still to be told or confirmed before an order is done. */
export type PendingOrder = Extract<Pending, { readonly request: Request }>;

/** A wish that waits for another one. */
export interface OpenMatter {
  readonly intent: string;
  /** The caller's words, redacted. */
  readonly text: string;
}

/** How sure the bank is of who calls: `verified` may ask, `stepped-up` may act. */
export type Trust = 'none' | 'verified' | 'stepped-up';

/** What a call knows of its conversation. It goes through the history of the workflow: secrets are sealed. */
export interface DialogState {
  /** Version of the assistant that the call began with, and keeps. */
  readonly assistant?: string;
  readonly trust: Trust;
  /** The bank's own reference, once the caller is verified. */
  readonly customerId?: string;
  /** Sealed. */
  readonly customerNumber?: string;
  /** A keyed hash of the number of whoever is verified: calls of a customer are found by it. */
  readonly customerHash?: string;
  /** The caller does not want the call to be recorded. */
  readonly unrecorded?: true;
  /** Wrong tries in this call. */
  readonly failedTries: number;
  readonly locked: boolean;
  readonly pending?: Pending;
  /** What was being asked for an order, while a question in between is answered. */
  readonly interrupted?: PendingOrder;
  /** What was talked about last, for "and the savings one?". */
  readonly topic?: Request;
  /** Ids of the payments that were told last, in their order. */
  readonly told?: readonly string[];
  /** Id of the article that was told or offered last, for "and how long does it take?". */
  readonly article?: string;
  /** The merchant that the last answer was about, whoever had named it. */
  readonly merchant?: string;
  /** How often in a row the bot has not understood. */
  readonly lost?: number;
  /** What else was asked in the same breath. */
  readonly open?: readonly OpenMatter[];
}

export const newDialog: DialogState = { trust: 'none', failedTries: 0, locked: false };

/** Digits that each secret has. */
export const digitsOf: Readonly<Record<Identification, number>> = { 'customer-number': 8, 'phone-pin': 5, 'security-code': 6 };

/** Digits that the bot waits for, by voice or by keys; nothing where it does not. */
export function expectedDigits({ pending }: DialogState): number | undefined {
  return pending?.kind === 'identify' ? digitsOf[pending.need] - (pending.part?.count ?? 0) : undefined;
}

/** Whether the bot waits for a yes or a no. */
export const expectsYesOrNo = ({ pending }: DialogState): boolean => pending?.kind === 'confirm' || pending?.kind === 'offer';

/** A copy without some of its optional fields. */
export function without<T extends object>(state: T, ...keys: (keyof T)[]): T {
  return Object.fromEntries(Object.entries(state).filter(([key]) => !keys.includes(key as keyof T))) as T;
}
