import {
  ApplicationFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  log,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { mayBeCached } from '../domain/cache-policy.ts';
import type { CallEndReason, CallStatus, Exchange, TurnOutcome } from '../domain/call.ts';
import {
  type CallInput,
  type CallSummary,
  callEnded,
  callState,
  callStatusAttribute,
  hangUp,
  invalidTurn,
  lastIntentAttribute,
  type TakeTurnInput,
  takeTurn,
  turnsAttribute,
} from './definitions.ts';
import { stepsFor } from './steps.ts';
import { runTurn } from './turn.ts';

/** Exchanges that the model may be reminded of; its prompt takes fewer if they are long. */
const keptExchanges = 20;
/** Outcomes kept for a client that asks for a turn again. */
const keptOutcomes = 10;

/**
 * A call: takes turns one after the other until the caller hangs up or says nothing for the session timeout.
 * Everything here replays from history; audio, tokens and speech never pass through it.
 */
export async function call(input: CallInput): Promise<CallSummary> {
  const { sessionId, settings } = input;
  const steps = stepsFor(settings);
  let lastTurn = input.carry?.lastTurn ?? 0;
  let history: Exchange[] = [...(input.carry?.history ?? [])];
  let recent: TurnOutcome[] = [...(input.carry?.recent ?? [])];
  let status: CallStatus = 'active';
  let hungUp = false;
  let turnsSeen = 0;
  const running = new Map<number, Promise<TurnOutcome>>();
  let turnOrder: Promise<unknown> = Promise.resolve();
  /** Records and cache entries under way, off the caller's path. */
  const pending = new Set<Promise<unknown>>();

  const offPath = (name: string, work: Promise<unknown>) => {
    const guarded = work
      .catch((error) => log.error(`${name} failed`, { error: String(error) }))
      .finally(() => pending.delete(guarded));
    pending.add(guarded);
  };

  const finish = (request: TakeTurnInput, outcome: TurnOutcome, hadHistory: boolean) => {
    lastTurn = outcome.turn;
    recent = [...recent, outcome].slice(-keptOutcomes);
    if (outcome.status === 'answered' && outcome.transcript !== '') {
      history = [...history, { transcript: outcome.transcript, reply: outcome.reply }].slice(-keptExchanges);
    }
    describeCall(status, recent);
    const audio = settings.keepAudio ? request.media : undefined;
    offPath('recording the turn', steps.records.recordTurn({ sessionId, outcome, audio }));
    const { transcript, language, reply, source, intent } = outcome;
    if (mayBeCached({ transcript, source, intent, hadHistory })) {
      offPath('filling the cache', steps.cache.remember({ question: transcript, language, reply }));
    }
  };

  setHandler(callState, () => ({ sessionId, status, lastTurn, busy: running.size > 0, recent }));
  setHandler(hangUp, () => {
    hungUp = true;
  });
  setHandler(
    takeTurn,
    (request) => {
      const known = recent.find((outcome) => outcome.turn === request.turn) ?? running.get(request.turn);
      if (known) return Promise.resolve(known);
      turnsSeen++;
      const outcome = turnOrder.then(async () => {
        const hadHistory = history.length > 0;
        const done = await runTurn(steps, request, history, `Turn ${request.turn}`);
        finish(request, done, hadHistory);
        return done;
      });
      running.set(request.turn, outcome);
      const forget = () => running.delete(request.turn);
      turnOrder = outcome.then(forget, forget);
      return outcome;
    },
    {
      validator: (request) => {
        if (hungUp || status !== 'active') throw ApplicationFailure.nonRetryable('The call has ended.', callEnded);
        const next = Math.max(lastTurn, ...running.keys()) + 1;
        const known = running.has(request.turn) || recent.some((outcome) => outcome.turn === request.turn);
        if (request.turn !== next && !known) {
          throw ApplicationFailure.nonRetryable(`Turn ${request.turn} is out of order; the next one is ${next}.`, invalidTurn);
        }
      },
    },
  );

  if (!input.carry) {
    describeCall(status, recent);
    offPath('recording the call', steps.records.recordCallStarted({ sessionId }));
  }

  const reason = await untilOver(settings.sessionTimeoutMs, {
    turnsSeen: () => turnsSeen,
    busy: () => running.size > 0,
    hungUp: () => hungUp,
    historyFull: () => workflowInfo().continueAsNewSuggested,
  });
  await condition(() => allHandlersFinished() && pending.size === 0);
  if (reason === 'history-full') return continueAsNew<typeof call>({ sessionId, settings, carry: { lastTurn, history, recent } });

  status = reason === 'timeout' ? 'timed-out' : 'ended';
  describeCall(status, recent);
  await steps.records.recordCallEnded({ sessionId, status, reason });
  return { status, reason, turns: lastTurn };
}

interface CallSignals {
  turnsSeen(): number;
  busy(): boolean;
  hungUp(): boolean;
  historyFull(): boolean;
}

/** Waits for the end of the call; the timer begins anew with every turn. */
async function untilOver(sessionTimeoutMs: number, signals: CallSignals): Promise<CallEndReason | 'history-full'> {
  for (;;) {
    const seen = signals.turnsSeen();
    const something = await condition(
      () => signals.hungUp() || signals.historyFull() || signals.turnsSeen() > seen,
      sessionTimeoutMs,
    );
    if (signals.hungUp()) return 'hangup';
    await condition(() => !signals.busy());
    if (signals.historyFull()) return 'history-full';
    if (!something && signals.turnsSeen() === seen) return 'timeout';
  }
}

/** What a person sees of the call in the Temporal UI. */
function describeCall(status: CallStatus, recent: readonly TurnOutcome[]): void {
  const last = recent.at(-1);
  upsertSearchAttributes([
    { key: callStatusAttribute, value: status },
    { key: turnsAttribute, value: last?.turn ?? 0 },
    ...(last ? [{ key: lastIntentAttribute, value: last.intent }] : []),
  ]);
  const lines = recent.map(
    (turn) =>
      `**${turn.turn}.** ${turn.transcript || '(nothing heard)'}\n\n→ ${turn.reply || '(nothing said)'} _(${turn.source}, ${turn.timings.totalMs} ms)_`,
  );
  setCurrentDetails([`Call is **${status}**.`, ...lines].join('\n\n'));
}
