import { balanceCalls, balanceCallsAgain, spendingCalls, transactionCalls, transferCalls } from './enquiries.ts';
import { blockCalls, callBacks, chooseCard, disputes, moveCalls } from './orders.ts';
import { repairs } from './repairs.ts';
import { scope } from './scope.ts';
import type { Script } from './script.ts';
import { knowledge, refusals, talk } from './talk.ts';

/** Calls in the order in which they are made: the bank is not set back in between. */
export const scripts: readonly Script[] = [
  ...balanceCalls,
  ...spendingCalls,
  ...transactionCalls,
  ...transferCalls,
  ...knowledge,
  ...talk,
  ...moveCalls,
  ...repairs,
  ...scope,
  ...disputes,
  ...callBacks,
  ...blockCalls,
  ...chooseCard,
  ...refusals,
  ...balanceCallsAgain,
];
