import type { Trust } from '../dialog/state.ts';
import type { Behaviour, IntentKind } from './behaviours.ts';
import type { OperationDescription } from './operations.ts';

/** What is asked of a caller for an operation at the bank, and how it goes there. */
export type ValueType = 'account' | 'card' | 'amount' | 'number' | 'day' | 'time' | 'choice';

export interface OperationValue {
  readonly name: string;
  readonly type: ValueType;
  /** How the bot asks for it. */
  readonly ask: string;
  /** Of a choice: what is sent to the bank, and the words by which callers name it. */
  readonly options?: Readonly<Record<string, readonly string[]>>;
  /** Taken where the caller names nothing else. */
  readonly fallback?: string;
}

/** How an intent is served by an operation that the bank describes. */
export interface IntentOperation {
  readonly call: OperationDescription;
  readonly values: readonly OperationValue[];
  /** What is asked before it is done; none for what only reads. */
  readonly confirm?: string;
  /** What is said about its result: values and fields of the answer by name. */
  readonly done: string;
}

/** Something that a caller may want. */
export interface AssistantIntent {
  readonly name: string;
  readonly does: Behaviour;
  readonly kind: IntentKind;
  /** How the bot speaks of it: "your account balance". */
  readonly says: string;
  readonly trust: Trust;
  /** It cannot wait for anything else. */
  readonly urgent: boolean;
  /** How callers say that they want it. The router learns from these. */
  readonly phrases: readonly string[];
  /** What is offered once it is done. */
  readonly afterwards?: string;
  /** What is said, where that is all, or where the model may not talk: one of these. */
  readonly reply?: readonly string[];
  readonly operation?: IntentOperation;
}
