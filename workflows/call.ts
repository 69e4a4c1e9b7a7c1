import {
  ApplicationFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  log,
  patched,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { mayBeCached } from '../domain/cache-policy.ts';
import type { CallEndReason, CallStatus, TurnOutcome } from '../domain/call.ts';
import type { Line } from '../domain/line.ts';
import { summaryOf } from '../domain/summary.ts';
import { Conversation, type SettledTurn } from './conversation.ts';
import {
  type CallInput,
  type CallSummary,
  callEnded,
  callState,
  callStatusAttribute,
  dropAttempt,
  hangUp,
  lastIntentAttribute,
  played,
  takeTurn,
  transferCall,
  turnsAttribute,
} from './definitions.ts';
import { step } from './step-failure.ts';
import { stepsFor } from './steps.ts';
import { runTurn01 } from './turn-0-1.ts';

/** A caller may speak so long in one turn where the settings of the call do not say. */
const defaultMaxListenMs = 120_000;

/**
 * A call: takes turns one after the other until the caller hangs up, is transferred, or says nothing for the session timeout.
 * Everything here replays from history; audio, tokens and speech never pass through it.
 */
export async function call(input: CallInput): Promise<CallSummary> {
  const { sessionId, settings } = input;
  const steps = stepsFor(settings);
  let status: CallStatus = 'active';
  let over: CallEndReason | undefined;
  /** Records and cache entries under way, off the caller's path. */
  const pending = new Set<Promise<unknown>>();

  const offPath = (name: string, work: Promise<unknown>) => {
    const guarded = work
      .catch((error) => log.error(`${name} failed`, { error: String(error) }))
      .finally(() => pending.delete(guarded));
    pending.add(guarded);
  };

  const onSettled = ({ request, outcome, hadHistory }: SettledTurn) => {
    describeCall(status, conversation.recent);
    const audio = settings.keepAudio ? request.media : undefined;
    offPath('recording the turn', steps.records.recordTurn({ sessionId, outcome, audio }));
    const { transcript, language, reply, source, intent, playback } = outcome;
    if (!playback?.interrupted && mayBeCached({ transcript, source, intent, hadHistory })) {
      offPath('filling the cache', steps.cache.remember({ question: transcript, language, reply }));
      if (request.attempt !== undefined) offPath('preparing speech', steps.tts.prepare({ text: reply }));
    }
  };
  const conversation = new Conversation(
    input.carry ?? { lastTurn: 0, history: [], recent: [] },
    { steps, canTransfer: settings.canTransfer ?? false, maxListenMs: settings.maxListenMs ?? defaultMaxListenMs },
    {
      onSettled,
      earlierRelease: (request, history) =>
        patched('live-turns') ? undefined : runTurn01(steps, request, history, `Turn ${request.turn}`),
    },
  );
  const mustBeActive = () => {
    if (over || status !== 'active') throw ApplicationFailure.nonRetryable('The call has ended.', callEnded);
  };

  setHandler(callState, () => ({
    sessionId,
    status,
    lastTurn: conversation.lastTurn,
    busy: conversation.busy,
    recent: [...conversation.recent],
  }));
  setHandler(hangUp, (reason) => {
    over ??= reason ?? 'hangup';
  });
  setHandler(played, (playback) => conversation.played(playback));
  setHandler(dropAttempt, (dropped) => conversation.drop(dropped));
  setHandler(takeTurn, (request) => conversation.take(request), {
    validator: (request) => {
      mustBeActive();
      conversation.check(request);
    },
  });
  setHandler(
    transferCall,
    async (line: Line): Promise<{ transferred: boolean }> => {
      // What was said last belongs to the summary, whether or not it is known to be heard.
      await conversation.close();
      const summary = summaryOf(sessionId, conversation.lastTurn, conversation.history);
      try {
        await step('transfer', () => steps.telephony.transfer({ line, summary }));
      } catch (error) {
        log.warn('transfer failed', { error: String(error) });
        return { transferred: false };
      }
      over ??= 'transferred';
      return { transferred: true };
    },
    { validator: (_line: Line) => mustBeActive() },
  );

  if (!input.carry) {
    describeCall(status, conversation.recent);
    offPath('recording the call', steps.records.recordCallStarted({ sessionId }));
  }

  const reason = await untilOver(settings.sessionTimeoutMs, {
    activity: () => conversation.activity,
    busy: () => conversation.busy,
    over: () => over,
    historyFull: () => workflowInfo().continueAsNewSuggested,
  });
  if (conversation.open) await conversation.close();
  await condition(() => allHandlersFinished() && pending.size === 0);
  if (reason === 'history-full') return continueAsNew<typeof call>({ sessionId, settings, carry: conversation.memory });

  status = reason === 'timeout' ? 'timed-out' : 'ended';
  describeCall(status, conversation.recent);
  await steps.records.recordCallEnded({ sessionId, status, reason });
  return { status, reason, turns: conversation.lastTurn };
}

interface CallSignals {
  activity(): number;
  busy(): boolean;
  over(): CallEndReason | undefined;
  historyFull(): boolean;
}

/** Waits for the end of the call; the timer begins anew with every turn. */
async function untilOver(sessionTimeoutMs: number, signals: CallSignals): Promise<CallEndReason | 'history-full'> {
  for (;;) {
    const seen = signals.activity();
    const something = await condition(
      () => signals.over() !== undefined || signals.historyFull() || signals.activity() > seen,
      sessionTimeoutMs,
    );
    const reason = signals.over();
    if (reason) return reason;
    await condition(() => !signals.busy());
    if (signals.historyFull()) return 'history-full';
    if (!something && signals.activity() === seen) return 'timeout';
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
      `**${turn.turn}.** ${turn.transcript || '(nothing heard)'}\n\n→ ${shownReply(turn)} _(${turn.source}, ${turn.timings.totalMs} ms)_`,
  );
  setCurrentDetails([`Call is **${status}**.`, ...lines].join('\n\n'));
}

function shownReply({ reply, playback }: TurnOutcome): string {
  if (playback?.interrupted) return `${playback.heardReply || '(nothing heard)'} — interrupted`;
  return reply || '(nothing said)';
}
