import {
  ApplicationFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  isCancellation,
  log,
  patched,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { mayBeCached } from '../domain/cache-policy.ts';
import type { CallEndReason, CallStatus, TurnOutcome } from '../domain/call.ts';
import { type DialogState, expectedDigits, newDialog, without } from '../domain/dialog/state.ts';
import type { Line } from '../domain/line.ts';
import { summaryOf } from '../domain/summary.ts';
import { detailsOf } from './call-details.ts';
import { Conversation, type SettledTurn } from './conversation.ts';
import {
  type CallInput,
  type CallSettings,
  type CallSummary,
  callEnded,
  callState,
  callStatusAttribute,
  dropAttempt,
  hangUp,
  keepsAudio,
  lastIntentAttribute,
  newLine,
  played,
  retryTurn,
  setRecording,
  takeTurn,
  transferCall,
  turnsAttribute,
  type UnrecordedTurn,
  useAdapter,
} from './definitions.ts';
import { step } from './step-failure.ts';
import { type Steps, stepsFor } from './steps.ts';
import { TurnRun } from './turn.ts';

/** A caller may speak so long in one turn where the settings of the call do not say. */
const defaultMaxListenMs = 120_000;

/**
 * A call: takes turns one after the other until the caller hangs up, is transferred, or says nothing for the session timeout.
 * Everything here replays from history; audio, tokens and speech never pass through it.
 */
export async function call(input: CallInput): Promise<CallSummary> {
  const { sessionId, settings } = input;
  const steps = stepsFor(settings);
  // Calls that began under 0.4 set timers, search attributes and steps of records for every turn. To be removed with 0.6.
  const lean = patched('lean-history');
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

  /** Turns whose rows are not written yet; while the database is away they go with the call into its next history. */
  const unrecorded = new Set<UnrecordedTurn>();
  const record = (turn: UnrecordedTurn) => {
    unrecorded.add(turn);
    const written = recordSettled({ steps, settings, sessionId, lean }, turn).finally(() => unrecorded.delete(turn));
    offPath('recording the turn', written);
  };

  const onSettled = ({ request, outcome, hadHistory, scope }: SettledTurn) => {
    describe();
    record({ outcome, ...(request?.media ? { media: request.media } : {}) });
    const { transcript, language, reply, source, intent, playback, timings, citations } = outcome;
    if (!playback?.interrupted && mayBeCached({ transcript, source, intent, hadHistory })) {
      const costMs = (timings.lookup?.workMs ?? 0) + (timings.think?.workMs ?? 0);
      const more = scope ? { scope, intent, costMs, ...(citations ? { citations } : {}) } : {};
      offPath('filling the cache', steps.cache.remember({ question: transcript, language, reply, ...more }));
      if (request?.attempt !== undefined) offPath('preparing speech', steps.tts.prepare({ text: reply }));
    }
  };
  let recordingPaused = input.carry?.recordingPaused ?? false;
  let adapter = input.carry?.adapter ?? settings.scope?.adapter;
  const surroundings = {
    sessionId,
    steps,
    scope: () => settings.scope && { ...settings.scope, ...(adapter === undefined ? {} : { adapter }) },
    later: offPath,
    recordingPaused: () => recordingPaused,
    canTransfer: settings.canTransfer ?? false,
    maxListenMs: settings.maxListenMs ?? defaultMaxListenMs,
  };
  const { assistant } = settings.scope ?? {};
  const begin = { lastTurn: 0, history: [], recent: [], ...(assistant ? { dialog: { ...newDialog, assistant } } : {}) };
  const conversation = new Conversation(input.carry ?? begin, surroundings, {
    lean,
    onSettled,
  });
  const described = new CallDescription(lean);
  const describe = () => described.show(status, conversation);
  const mustBeActive = () => {
    if (over || status !== 'active') throw ApplicationFailure.nonRetryable('The call has ended.', callEnded);
  };

  setHandler(callState, () => ({
    sessionId,
    status,
    ...(over ? { endReason: over } : {}),
    lastTurn: conversation.lastTurn,
    busy: conversation.busy,
    trust: conversation.latestDialog.trust,
    ...expecting(conversation.latestDialog),
    recent: [...conversation.recent],
  }));
  setHandler(hangUp, (reason) => {
    over ??= reason ?? 'hangup';
  });
  setHandler(useAdapter, (name) => {
    adapter = name;
  });
  setHandler(setRecording, (recorded) => {
    recordingPaused = !recorded;
    if (recorded) conversation.mayRecord();
  });
  setHandler(newLine, () => conversation.lineLost());
  setHandler(played, (playback) => conversation.played(playback));
  setHandler(dropAttempt, (dropped) => conversation.drop(dropped));
  setHandler(takeTurn, (request) => conversation.take(request), {
    validator: (request) => {
      mustBeActive();
      conversation.check(request);
    },
  });
  const retries = new Map<number, Promise<TurnOutcome>>();
  const tryAgain = async (turn: number): Promise<TurnOutcome> => {
    // What was asked meanwhile is not answered by it, and it changes nothing of the conversation.
    const dialog = () => without(conversation.dialog, 'pending');
    const outcome = await new TurnRun({ turn }, { ...surroundings, dialog, asksForSecret: () => false }).run();
    conversation.replace(outcome);
    describe();
    record({ outcome, dropAudio: !settings.keepAudio });
    return outcome;
  };
  setHandler(
    retryTurn,
    ({ turn }) => {
      // Two who ask at the same time get the same answer.
      const running = retries.get(turn) ?? tryAgain(turn).finally(() => retries.delete(turn));
      retries.set(turn, running);
      return running;
    },
    {
      validator: ({ turn }) => {
        mustBeActive();
        conversation.checkSettled(turn);
      },
    },
  );
  setHandler(
    transferCall,
    async (line: Line): Promise<{ transferred: boolean }> => {
      // What was said last belongs to the summary, whether or not it is known to be heard.
      await conversation.close();
      const summary = summaryOf(sessionId, conversation.lastTurn, conversation.history);
      try {
        // The same wish has the same key in every run of the call.
        const key = `${sessionId}-transfer-${conversation.lastTurn}`;
        await step('transfer', () => steps.telephony.transfer({ line, summary, key }));
      } catch (error) {
        log.warn('transfer failed', { error: String(error) });
        // The promise is answered for; whoever comes back to the line is not moved any more.
        const promise = conversation.recent.findLast(({ next }) => next === 'transfer');
        if (promise) conversation.replace({ ...promise, next: 'listen' });
        return { transferred: false };
      }
      over ??= 'transferred';
      return { transferred: true };
    },
    { validator: (_line: Line) => mustBeActive() },
  );

  if (!input.carry) {
    describe();
    offPath(
      'recording the call',
      atOnceOrLater(steps, lean, (records) => records.recordCallStarted({ sessionId })),
    );
  }
  for (const turn of input.carry?.unrecorded ?? []) record(turn);

  const reason = await (lean ? untilOver : untilOverAnew)(settings.sessionTimeoutMs, {
    activity: () => conversation.activity,
    activeAt: () => conversation.activeAt,
    busy: () => conversation.busy,
    open: () => conversation.open,
    over: () => over,
    historyLong: () => workflowInfo().historyLength > (settings.maxHistoryEvents ?? Number.POSITIVE_INFINITY),
    historyFull: () => workflowInfo().continueAsNewSuggested,
  });
  // Calls that began under 0.2 wait for their records.
  const carriesRecords = reason === 'history-full' && settings.maxHistoryEvents !== undefined;
  const quiet = () => !conversation.open && allHandlersFinished() && (carriesRecords || pending.size === 0);
  while (!quiet()) {
    await conversation.close();
    await condition(() => allHandlersFinished() && (carriesRecords || pending.size === 0));
  }
  if (reason === 'history-full') {
    const carry = {
      ...conversation.memory,
      unrecorded: [...unrecorded],
      ...(adapter === undefined ? {} : { adapter }),
      recordingPaused,
    };
    return continueAsNew<typeof call>({ sessionId, settings, carry });
  }

  status = reason === 'timeout' ? 'timed-out' : 'ended';
  describe();
  await steps.records.recordCallEnded({ sessionId, status, reason });
  return { status, reason, turns: conversation.lastTurn };
}

interface CallSignals {
  activity(): number;
  /** When the last one was, milliseconds since the epoch. */
  activeAt(): number;
  busy(): boolean;
  open(): boolean;
  over(): CallEndReason | undefined;
  /** Long enough to begin a new one when nothing is under way. */
  historyLong(): boolean;
  /** The server asks for a new one. */
  historyFull(): boolean;
}

/** Waits for the end of the call. The timer is set for when the caller was last active, and set again only when it has rung. */
async function untilOver(sessionTimeoutMs: number, signals: CallSignals): Promise<CallEndReason | 'history-full'> {
  for (;;) {
    const seenAt = signals.activeAt();
    const full = () => signals.historyFull() || (signals.historyLong() && !signals.open());
    const something = await condition(
      () => signals.over() !== undefined || full(),
      Math.max(1, seenAt + sessionTimeoutMs - Date.now()),
    );
    const reason = signals.over();
    if (reason) return reason;
    await condition(() => !signals.busy());
    if (full()) return 'history-full';
    if (!something && signals.activeAt() === seenAt) return 'timeout';
  }
}

/** The same as calls of 0.4 do it: the timer begins anew with every turn. */
async function untilOverAnew(sessionTimeoutMs: number, signals: CallSignals): Promise<CallEndReason | 'history-full'> {
  for (;;) {
    const seen = signals.activity();
    const full = () => signals.historyFull() || (signals.historyLong() && !signals.open());
    const something = await condition(
      () => signals.over() !== undefined || full() || signals.activity() > seen,
      sessionTimeoutMs,
    );
    const reason = signals.over();
    if (reason) return reason;
    await condition(() => !signals.busy());
    if (full()) return 'history-full';
    if (!something && signals.activity() === seen) return 'timeout';
  }
}

/** Writes a record in passing where that goes at once, and else by the queue, which does not give up. */
async function atOnceOrLater(
  steps: Steps,
  lean: boolean,
  write: (records: Pick<Steps['records'], 'recordTurn' | 'recordCallStarted'>) => Promise<void>,
): Promise<void> {
  if (!lean) return write(steps.records);
  await write(steps.recordsAtOnce).catch((error) => {
    if (isCancellation(error)) throw error;
    return write(steps.records);
  });
}

interface RecordingCall {
  readonly steps: Steps;
  readonly settings: CallSettings;
  readonly sessionId: string;
  readonly lean: boolean;
}

/** Keeps a turn, and its audio by reference where it is to be kept: while its pipes are open, and without delaying the rest for long. */
async function recordSettled({ steps, settings, sessionId, lean }: RecordingCall, turn: UnrecordedTurn): Promise<void> {
  const { outcome, media, dropAudio } = turn;
  if (dropAudio) return steps.records.recordTurn({ sessionId, outcome, dropAudio });
  if (!media || !keepsAudio(settings, outcome))
    return atOnceOrLater(steps, lean, (records) => records.recordTurn({ sessionId, outcome }));
  // Calls that began under 0.2 had their audio stored by the step that writes the rows. To be removed with 0.4.
  if (!patched('audio-by-reference')) return steps.records.recordTurn({ sessionId, outcome, audio: media });
  const { turn: n, playback } = outcome;
  const recordings = await steps.audio
    .keepAudio({
      ...{ sessionId, turn: n, media, heardOnly: !settings.keepAudio },
      ...(playback?.interrupted ? { playedMs: playback.playedMs } : {}),
    })
    .catch((error) => {
      log.warn('audio was not kept', { turn: n, error: String(error) });
      return [];
    });
  return steps.records.recordTurn({ sessionId, outcome, recordings, freeUrl: media.heardUrl });
}

/** What a person sees of the call in the Temporal UI. */
class CallDescription {
  readonly #lean: boolean;
  /** As a call is started (`api/call-start.ts`). */
  #shown = 'active undefined';

  constructor(lean: boolean) {
    this.#lean = lean;
  }

  show(status: CallStatus, conversation: Pick<Conversation, 'recent' | 'dialog'>): void {
    const last = conversation.recent.at(-1);
    // The number of turns alone is not worth an event: it is right whenever the rest changes, and at the end.
    const shown = `${status} ${last?.intent}`;
    if (!this.#lean || shown !== this.#shown) {
      upsertSearchAttributes([
        { key: callStatusAttribute, value: status },
        { key: turnsAttribute, value: last?.turn ?? 0 },
        ...(last ? [{ key: lastIntentAttribute, value: last.intent }] : []),
      ]);
    }
    this.#shown = shown;
    setCurrentDetails(detailsOf(status, conversation));
  }
}

const expecting = (dialog: DialogState) => {
  const digits = expectedDigits(dialog);
  return digits === undefined ? {} : { expectedDigits: digits };
};
