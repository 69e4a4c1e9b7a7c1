import type { Factor } from '../bank/bank.ts';
import type { NextStep, ReplySource } from '../call.ts';
import type { GuardDecision } from '../guard-decision.ts';
import type { Action, DialogState, Request } from './state.ts';

/** One thing to do at the bank. Each is an activity of its own, so that a call goes on after the last one that was done. */
export type BankStep =
  | { readonly kind: 'verify'; readonly factor: Factor /** Sealed. */; readonly secret: string }
  | { readonly kind: 'query'; readonly request: Request }
  /** Finds out what an order means before it is confirmed: which card, which accounts, whether there is enough. */
  | { readonly kind: 'prepare'; readonly request: Request }
  | (Ordered & { readonly kind: 'act' })
  | (Ordered & { readonly kind: 'settle'; readonly reservationId: string })
  /** Takes back what a step before had begun, after one that failed for good. */
  | (Ordered & { readonly kind: 'release'; readonly reservationId: string })
  /** Asks the bank what has become of the order, and says it. */
  | (Ordered & { readonly kind: 'read-back' });

interface Ordered {
  readonly action: Action;
  /** Key of the order, the same however often it is confirmed or tried. */
  readonly order: string;
}

/** What a step of an answer leads to. */
export type Next =
  /** The reply is complete, and written to the `said` pipe where somebody is on the line. */
  | {
      readonly kind: 'said';
      readonly reply: string;
      readonly source: ReplySource;
      readonly leadsTo?: NextStep;
      /** Articles that the reply rests on. */
      readonly citations?: readonly string[];
    }
  | { readonly kind: 'bank'; readonly step: BankStep }
  /** The model may talk; a model that is no good at it says approved words instead. */
  | { readonly kind: 'think'; readonly instead?: string };

/** A step of an answer: what it knows of the conversation now, what comes next, and what guards decided on the way. */
export interface StepOutcome {
  readonly dialog: DialogState;
  readonly next: Next;
  readonly guards: readonly GuardDecision[];
}
