import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Client,
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowHandle,
} from '@temporalio/client';
import type { Metrics } from '../config/metrics.ts';
import { databaseProblem } from '../db/errors.ts';
import type { Database } from '../db/open.ts';
import { admitSession, recordCallEnded, withdrawSession } from '../db/sessions.ts';
import type { CallEndReason, Playback, SpeechStyle, TurnOutcome } from '../domain/call.ts';
import type { SpokenSecret } from '../domain/dialog/decide.ts';
import { isVoicebotError, VoicebotError } from '../domain/errors.ts';
import { hideNumbers, spokenDigits } from '../domain/language/numbers.ts';
import type { Line } from '../domain/line.ts';
import { redact } from '../domain/redact.ts';
import { workflowIdOf } from '../domain/session-id.ts';
import type { MediaHub, TurnPipes } from '../media/hub.ts';
import type { Sealer } from '../media/sealed.ts';
import type { call } from '../workflows/call.ts';
import {
  type CallSettings,
  type CallState,
  callState,
  callStatusAttribute,
  callWorkflow,
  dropAttempt,
  hangUp,
  keepsAudio,
  newLine,
  played,
  retryTurn,
  retryTurnWorkflow,
  type TakeTurnInput,
  takeTurn,
  taskQueues,
  transferCall,
  turnsAttribute,
  useAdapter,
} from '../workflows/definitions.ts';
import type { retryTurn as retryTurnOfEndedCall } from '../workflows/retry-turn.ts';
import type { Admission } from './admission.ts';
import { SingleSteps } from './single-steps.ts';
import { fromTemporal, isCallEnded } from './temporal-errors.ts';
import { TemporalRequests } from './temporal-requests.ts';

export interface CallServiceOptions {
  readonly client: Client;
  readonly db: Database;
  readonly hub: MediaHub;
  readonly settings: CallSettings;
  readonly maxConcurrentSessions: number;
  /** One turn, all steps together. */
  readonly turnTimeoutMs: number;
  /** Lets new sessions in while there is room. */
  readonly admission?: Pick<Admission, 'check' | 'observe'> | undefined;
  /** Seals what callers tell in confidence, before it is sent anywhere. */
  readonly sealer: Sealer;
  readonly metrics?: Pick<Metrics, 'turns' | 'guardDecisions' | 'sessionsRefused'> | undefined;
}

export interface OpenedCall {
  readonly lastTurn: number;
  /** What became of the last turn, where nobody was on the line to hear it, or it is not known how much of it was heard. */
  readonly owed?: Promise<TurnOutcome | undefined> | undefined;
}

/** A turn whose speech can be read while it is still being made. */
export interface RunningTurn {
  readonly pipes: TurnPipes;
  /** Settles once the call has taken the turn, or refused it. */
  readonly accepted: Promise<void>;
  readonly outcome: Promise<TurnOutcome>;
}

export interface LiveTurn {
  readonly turn: number;
  readonly attempt: string;
  readonly style: SpeechStyle;
  readonly language: string | undefined;
  readonly duringReply: boolean;
  /** Keyed in, instead of spoken. */
  readonly digits?: SpokenSecret | undefined;
}

/** Something of the turn is still to be said, or to be done. */
function isOwed({ unheard, attempt, playback, next }: TurnOutcome): boolean {
  return Boolean(unheard) || (attempt !== undefined && !playback) || (next === 'transfer' && !playback?.interrupted);
}

/** A caller who comes back waits no longer for the answer to what they said before. */
const owedWaitMs = 8_000;
const owedPollMs = 150;

/** Seconds after which a session may have ended. */
const retryAfterSeconds = 10;

/** How long the pipes of a recorded turn stay open for the recording. */
const recordingGraceMs = 60_000;

const nothing = () => undefined;

/** What the API asks of Temporal: calls and their turns. */
export class CallService {
  readonly #options: CallServiceOptions;
  readonly #running = new Set<Promise<unknown>>();
  readonly #temporal: TemporalRequests;
  /** Steps outside of any call. */
  readonly steps: SingleSteps;

  constructor(options: CallServiceOptions) {
    this.#options = options;
    this.#temporal = new TemporalRequests(options.client);
    this.steps = new SingleSteps({ ...options, timeoutMs: options.turnTimeoutMs }, this.#temporal);
  }

  /** Admits a new session and starts its call. @throws VoicebotError `conflict` for a known id, `overloaded`. */
  async create(sessionId: string): Promise<void> {
    const admission = await this.#admit(sessionId);
    if (admission !== 'admitted') {
      throw new VoicebotError('conflict', `The session '${sessionId}' exists already.`, {
        hint: 'Choose another id; an id is used once.',
      });
    }
    await this.#startCall(sessionId);
  }

  /** Makes sure that the session can take turns, and tells where it stands. */
  async open(sessionId: string): Promise<OpenedCall> {
    const admission = await this.#admit(sessionId).catch(async (error) => {
      const away = databaseProblem(error) ?? error;
      if (!isVoicebotError(away) || away.code !== 'dependency-unavailable') throw error;
      // Temporal knows who is in a call while the database is away; a new caller must wait for it.
      const state = await this.state(sessionId).catch(() => undefined);
      if (state?.status !== 'active') throw error;
      return 'exists' as const;
    });
    if (admission === 'ended') {
      throw new VoicebotError('conflict', `The session '${sessionId}' has ended.`, { hint: 'Connect with a new session id.' });
    }
    if (admission === 'admitted') {
      await this.#startCall(sessionId);
      return { lastTurn: 0 };
    }
    await this.#signal(() => this.#handle(sessionId).signal(newLine));
    const { lastTurn } = await this.state(sessionId);
    return { lastTurn, owed: this.#owed(sessionId, lastTurn) };
  }

  /** What became of the last turn of a live line, where it is not known to be heard; a turn that is under way is waited for. Never rejects. */
  async #owed(sessionId: string, turn: number): Promise<TurnOutcome | undefined> {
    const signal = AbortSignal.any([AbortSignal.timeout(owedWaitMs), this.#temporal.stopping]);
    while (!signal.aborted) {
      const state = await this.state(sessionId).catch(() => undefined);
      if (!state) return undefined;
      const { busy, recent } = state;
      const last = recent.at(-1);
      if (last?.turn === turn) return isOwed(last) ? last : undefined;
      // It was none, and left no trace.
      if (!busy) return undefined;
      await sleep(owedPollMs, undefined, { signal }).catch(() => undefined);
    }
    return undefined;
  }

  state(sessionId: string): Promise<CallState> {
    return this.#temporal.within(this.#options.settings.workerWaitMs, () => this.#handle(sessionId).query(callState));
  }

  /**
   * Tries a failed turn again, in its call, or by itself once that has ended.
   * @throws VoicebotError `conflict` for a turn that is under way.
   */
  async retryTurn(sessionId: string, turn: number): Promise<TurnOutcome> {
    const { client, settings, turnTimeoutMs } = this.#options;
    const updateId = randomUUID();
    try {
      return await this.#temporal.within(turnTimeoutMs, () =>
        this.#handle(sessionId).executeUpdate(retryTurn, { args: [{ turn }], updateId }),
      );
    } catch (error) {
      const failure = fromTemporal(error);
      const ended = failure.code === 'not-found' || (failure.code === 'conflict' && isCallEnded(error));
      if (!ended) throw failure;
    }
    try {
      return await this.#temporal.within(turnTimeoutMs, () =>
        client.workflow.execute<typeof retryTurnOfEndedCall>(retryTurnWorkflow, {
          workflowId: `retry-${workflowIdOf(sessionId)}-${turn}`,
          // Two who ask at the same time get the same answer.
          workflowIdConflictPolicy: 'USE_EXISTING',
          taskQueue: taskQueues.calls,
          args: [{ sessionId, turn, settings }],
          workflowExecutionTimeout: '1 day',
          staticSummary: `Turn ${turn} of ${sessionId}, again`,
        }),
      );
    } catch (error) {
      throw fromTemporal(error);
    }
  }

  /** Opens the turn's pipes and asks the call to take the turn; `pcm` is PCM16 mono at 16 kHz. */
  takeTurn(sessionId: string, turn: number, pcm: Uint8Array, style: SpeechStyle): RunningTurn {
    const pipes = this.#options.hub.openTurn();
    pipes.pipes.heard.write(pcm);
    pipes.pipes.heard.end();
    pipes.pipes.released.end();
    return this.#begin(sessionId, pipes, { turn, media: pipes.media, style });
  }

  /** As `takeTurn`, for a caller who is still speaking: `heard` is open. @param after what the call must hear of first. */
  takeLiveTurn(sessionId: string, { language, digits, ...turn }: LiveTurn, after: Promise<void>): RunningTurn {
    const pipes = this.#options.hub.openTurn();
    const known = { ...(language === undefined ? {} : { language }), ...(digits === undefined ? {} : { digits }) };
    return this.#begin(sessionId, pipes, { ...turn, ...known, media: pipes.media, live: true }, after);
  }

  /**
   * Takes what a caller has written as a turn of the call, the next one when no number is given.
   * @throws VoicebotError `conflict` for a number that is neither known nor next, or a call that has ended.
   */
  async takeText(sessionId: string, text: string, turn?: number): Promise<TurnOutcome> {
    try {
      return await this.#takeText(sessionId, text, turn);
    } catch (error) {
      throw fromTemporal(error);
    }
  }

  async #takeText(sessionId: string, text: string, turn: number | undefined): Promise<TurnOutcome> {
    const { lastTurn, expectedDigits } = await this.state(sessionId);
    // What was asked in confidence goes on sealed, and nothing of it in the open.
    const input: TakeTurnInput = {
      turn: turn ?? lastTurn + 1,
      ...(expectedDigits === undefined
        ? { text: redact(text) }
        : { text: hideNumbers(text), ...this.#sealed(spokenDigits(text)) }),
    };
    const outcome = this.#startTurn(sessionId, input).then((handle) =>
      this.#temporal.within(this.#options.turnTimeoutMs, () => handle.result()),
    );
    this.#track(outcome);
    this.#measure(await outcome);
    return outcome;
  }

  #sealed(digits: string): { digits?: SpokenSecret } {
    return digits === '' ? {} : { digits: this.seal(digits) };
  }

  /** Digits as they may be sent through Temporal. */
  seal(digits: string): SpokenSecret {
    return { sealed: this.#options.sealer.seal(digits), count: digits.length };
  }

  /** The LoRA adapter of a call from its next turn on; null for the tenant's. */
  async setAdapter(sessionId: string, adapter: string | null): Promise<void> {
    try {
      await this.#temporal.within(this.#options.settings.workerWaitMs, () =>
        this.#handle(sessionId).signal(useAdapter, adapter ?? undefined),
      );
    } catch (error) {
      throw fromTemporal(error);
    }
  }

  /** Tells the call what was heard of a reply. */
  async reportPlayed(sessionId: string, playback: Playback): Promise<void> {
    await this.#signal(() => this.#handle(sessionId).signal(played, playback));
  }

  /** Takes an attempt at a turn back: it was no turn, or its caller is gone. */
  async dropAttempt(sessionId: string, turn: number, attempt: string): Promise<void> {
    await this.#signal(() => this.#handle(sessionId).signal(dropAttempt, { turn, attempt }));
  }

  /** Hands the caller over to a person. @returns whether somebody took the call. */
  async transfer(sessionId: string, line: Line): Promise<{ readonly transferred: boolean }> {
    const { turnTimeoutMs } = this.#options;
    const updateId = randomUUID();
    try {
      return await this.#temporal.within(turnTimeoutMs, () =>
        this.#handle(sessionId).executeUpdate(transferCall, { args: [line], updateId }),
      );
    } catch (error) {
      throw fromTemporal(error);
    }
  }

  /** Ends the call. @throws VoicebotError `not-found`. */
  async end(sessionId: string, reason: CallEndReason = 'hangup'): Promise<void> {
    try {
      await this.#temporal.within(this.#options.settings.workerWaitMs, () => this.#handle(sessionId).signal(hangUp, reason));
    } catch (error) {
      const failure = fromTemporal(error);
      if (failure.code !== 'not-found') throw failure;
      await recordCallEnded(this.#options.db, sessionId, 'ended', reason);
    }
  }

  /**
   * Resolves once the turns under way are done or the time is over. What is then still asked of Temporal is given up, so that the
   * connection can be closed. Lines that end from now on end as if the process had died: nothing is reported of them, and the process
   * that the caller connects to next says what they were not told.
   */
  async stop(timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const timeUp = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMs);
    });
    await Promise.race([Promise.allSettled(this.#running), timeUp]);
    clearTimeout(timer);
    this.#temporal.stop();
  }

  async #admit(sessionId: string) {
    const { db, maxConcurrentSessions, admission, metrics } = this.#options;
    const admitted = await admitSession(db, sessionId, maxConcurrentSessions, this.#options.settings.scope?.tenant);
    if (admitted === 'full') {
      metrics?.sessionsRefused.inc({ reason: 'sessions' });
      throw new VoicebotError('overloaded', `${maxConcurrentSessions} sessions are active, the most that are allowed.`, {
        retryable: true,
        retryAfterSeconds,
        hint: 'End a session, or raise MAX_CONCURRENT_SESSIONS.',
      });
    }
    if (admitted === 'admitted') {
      try {
        admission?.check();
      } catch (error) {
        await withdrawSession(db, sessionId);
        throw error;
      }
    }
    return admitted;
  }

  async #startCall(sessionId: string): Promise<void> {
    try {
      await this.#temporal.within(this.#options.settings.workerWaitMs, () =>
        this.#options.client.workflow.start<typeof call>(callWorkflow, this.#startOptions(sessionId)),
      );
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return;
      await withdrawSession(this.#options.db, sessionId);
      throw fromTemporal(error);
    }
  }

  #startOptions(sessionId: string) {
    return {
      workflowId: workflowIdOf(sessionId),
      taskQueue: taskQueues.calls,
      args: [{ sessionId, settings: this.#options.settings }] as Parameters<typeof call>,
      // A worker that died with a step of the workflow in its hands is not waited for any longer; replays take far less.
      workflowTaskTimeout: '3s',
      // An id is one call for ever; update-with-start joins it while it runs.
      workflowIdReusePolicy: 'REJECT_DUPLICATE' as const,
      staticSummary: `Call ${sessionId}`,
      typedSearchAttributes: [
        { key: callStatusAttribute, value: 'active' },
        { key: turnsAttribute, value: 0 },
      ],
    };
  }

  #begin(sessionId: string, pipes: TurnPipes, input: TakeTurnInput, after: Promise<void> = Promise.resolve()): RunningTurn {
    const { settings, turnTimeoutMs } = this.#options;
    const update = after.then(() => this.#startTurn(sessionId, input));
    const waitMs = turnTimeoutMs + (input.live ? (settings.maxListenMs ?? 0) : 0);
    const finish = (recorded: boolean) => {
      // Readers get what was spoken even if the step that spoke failed before it could end the pipe.
      pipes.pipes.spoken.end();
      if (recorded) setTimeout(() => pipes.close(), recordingGraceMs).unref();
      else pipes.close();
    };
    const outcome = update
      .then((handle) => this.#temporal.within(waitMs, () => handle.result()))
      .then(
        (known) => {
          this.#options.admission?.observe(known);
          this.#measure(known);
          finish(keepsAudio(settings, known));
          return known;
        },
        (error) => {
          finish(false);
          throw fromTemporal(error);
        },
      );
    this.#track(outcome);
    return { pipes, outcome, accepted: update.then(nothing, nothing) };
  }

  #measure({ status, source, guards = [] }: TurnOutcome): void {
    const { metrics } = this.#options;
    metrics?.turns.inc({ status, source });
    if (status !== 'answered' && status !== 'failed') return;
    for (const { side, action, reason } of guards) metrics?.guardDecisions.inc({ side, action, reason });
  }

  /** Update-with-start: also a call whose start was lost takes its turn. */
  #startTurn(sessionId: string, input: TakeTurnInput) {
    const { client, settings } = this.#options;
    return this.#temporal.within(settings.workerWaitMs, () => {
      const startWorkflowOperation = new WithStartWorkflowOperation<typeof call>(callWorkflow, {
        ...this.#startOptions(sessionId),
        workflowIdConflictPolicy: 'USE_EXISTING',
      });
      return client.workflow.startUpdateWithStart(takeTurn, {
        args: [input],
        updateId: ['turn', input.turn, input.attempt].filter(Boolean).join('-'),
        waitForStage: 'ACCEPTED',
        startWorkflowOperation,
      });
    });
  }

  /** Sends word to a call; one that has ended needs it no more. */
  async #signal(send: () => Promise<void>): Promise<void> {
    try {
      await this.#temporal.within(this.#options.settings.workerWaitMs, send);
    } catch (error) {
      const failure = fromTemporal(error);
      if (failure.code !== 'not-found') throw failure;
    }
  }

  #handle(sessionId: string): WorkflowHandle<typeof call> {
    return this.#options.client.workflow.getHandle<typeof call>(workflowIdOf(sessionId));
  }

  #track(work: Promise<unknown>): void {
    const tracked = work.catch(() => undefined).finally(() => this.#running.delete(tracked));
    this.#running.add(tracked);
  }
}
