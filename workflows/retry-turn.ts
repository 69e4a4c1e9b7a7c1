import type { TurnOutcome } from '../domain/call.ts';
import { newDialog } from '../domain/dialog/state.ts';
import type { RetryTurnInput } from './definitions.ts';
import { stepsFor } from './steps.ts';
import { TurnRun } from './turn.ts';

/** Tries a failed turn again whose call has ended: the answer is kept with the turn, for whoever calls the customer back. */
export async function retryTurn({ sessionId, turn, settings }: RetryTurnInput): Promise<TurnOutcome> {
  const steps = stepsFor(settings);
  const outcome = await new TurnRun(
    { turn },
    {
      sessionId,
      steps,
      canTransfer: false,
      maxListenMs: settings.stepTimeoutMs,
      scope: () => settings.scope,
      // Nobody is known to be the caller any more.
      dialog: () => newDialog,
      asksForSecret: () => false,
      later: () => undefined,
    },
  ).run();
  await steps.records.recordTurn({ sessionId, outcome, dropAudio: !settings.keepAudio });
  return outcome;
}
