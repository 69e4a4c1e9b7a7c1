import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { type Client, WithStartWorkflowOperation } from '@temporalio/client';
import { type Playback, rounded, type SpeechStyle, type TurnOutcome } from '../domain/call.ts';
import type { SpokenSecret } from '../domain/dialog/state.ts';
import { workflowIdOf } from '../domain/session-id.ts';
import { speechLimitMs } from '../domain/voices/engine.ts';
import type { MediaHub, TurnPipes } from '../media/hub.ts';
import type { Sealer } from '../media/sealed.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { call } from '../workflows/call.ts';
import {
  type CallSettings,
  callState,
  callWorkflow,
  keepsAudio,
  retryTurn,
  retryTurnWorkflow,
  type TakeTurnInput,
  takeTurn,
  taskQueues,
  tenantOfCall,
} from '../workflows/definitions.ts';
import type { retryTurn as retryTurnOfEndedCall } from '../workflows/retry-turn.ts';
import type { Admission } from './admission.ts';
import { type CallLinks, callStart } from './call-start.ts';
import type { CallTenants } from './call-tenants.ts';
import { fromTemporal, isCallEnded, nextTurnOf } from './temporal-errors.ts';
import type { TemporalRequests } from './temporal-requests.ts';
import { TurnTrace } from './turn-trace.ts';

export interface CallTurnsOptions {
  readonly client: Client;
  readonly hub: MediaHub;
  readonly settings: CallSettings;
  /** Whose calls these are. */
  readonly tenants: CallTenants;
  /** One turn, all steps together. */
  readonly turnTimeoutMs: number;
  /** Seals what callers tell in confidence, before it is sent anywhere. */
  readonly sealer: Sealer;
  /** What stands beside calls in the Temporal UI. */
  readonly links?: CallLinks | undefined;
  /** Is told how turns went. */
  readonly admission?: Pick<Admission, 'observe'> | undefined;
  readonly metrics?: Pick<Metrics, 'turns' | 'guardDecisions'> | undefined;
}

/** A turn whose speech can be read while it is still being made. */
export interface RunningTurn {
  readonly pipes: TurnPipes;
  /** The number under which the call has taken the turn; undefined once it has refused it. */
  readonly accepted: Promise<number | undefined>;
  readonly outcome: Promise<TurnOutcome>;
  /** Unset where no call has taken it. */
  readonly turnTrace: Promise<TurnTrace | undefined>;
}

export interface LiveTurn {
  readonly turn: number;
  readonly attempt: string;
  readonly style: SpeechStyle;
  readonly language: string | undefined;
  readonly duringReply: boolean;
  /** Keyed in, instead of spoken. */
  readonly digits?: SpokenSecret | undefined;
  /** What was heard of the reply before; asked for when the turn is taken. */
  readonly played?: (() => Playback) | undefined;
}

/** A turn that the call was asked to take. */
type Begun = Pick<LiveTurn, 'turn'> & Pick<RunningTurn, 'outcome'>;

/** The trace of a turn ends with what becomes of it. */
function ends(turnTrace: TurnTrace, outcome: Promise<TurnOutcome>): void {
  outcome.then(
    (known) => turnTrace.end(known),
    (error) => turnTrace.fail(error),
  );
}

/** How long the pipes of a recorded turn stay open for the recording. */
const recordingGraceMs = 60_000;

/** The turns of calls: spoken, live or in writing, and once more after a failure. */
export class CallTurns {
  readonly #options: CallTurnsOptions;
  readonly #temporal: TemporalRequests;
  readonly #running = new Set<Promise<unknown>>();

  constructor(options: CallTurnsOptions, temporal: TemporalRequests) {
    this.#options = options;
    this.#temporal = temporal;
  }

  /** Opens the turn's pipes and asks the call to take the turn; `pcm` is PCM16 mono at 16 kHz. */
  take(sessionId: string, turn: number, pcm: Uint8Array, style: SpeechStyle): RunningTurn {
    const pipes = this.#options.hub.openTurn();
    pipes.pipes.heard.write(pcm);
    pipes.pipes.heard.end();
    pipes.pipes.released.end();
    return this.#begin(sessionId, pipes, { turn, media: pipes.media, style });
  }

  /** As `take`, for a caller who is still speaking: `heard` is open. @param after what the call must hear of first. */
  takeLive(sessionId: string, { language, digits, played, ...turn }: LiveTurn, after: Promise<unknown>): RunningTurn {
    const pipes = this.#options.hub.openTurn();
    const known = { ...(language === undefined ? {} : { language }), ...(digits === undefined ? {} : { digits }) };
    return this.#begin(sessionId, pipes, { ...turn, ...known, media: pipes.media, live: true }, { after, played });
  }

  /**
   * Takes what a caller has written as a turn of the call, the next one when no number is given.
   * @throws VoicebotError `conflict` for a number that is neither known nor next, or a call that has ended.
   */
  async takeText(sessionId: string, text: string, turn?: number): Promise<TurnOutcome> {
    const { settings, turnTimeoutMs } = this.#options;
    const { lastTurn, expectedDigits } = await this.#temporal.ask(settings.workerWaitMs, () =>
      this.#handle(sessionId).then((handle) => handle.query(callState)),
    );
    const input: TakeTurnInput = {
      turn: turn ?? lastTurn + 1,
      ...this.#options.sealer.sealWords(text, expectedDigits !== undefined),
    };
    const turnTrace = await this.#trace(sessionId, input, new Date());
    const outcome = turnTrace
      .run(() => this.#startTurn(sessionId, input))
      .then((handle) => this.#temporal.ask(turnTimeoutMs, () => handle.result()));
    ends(turnTrace, outcome);
    this.#track(outcome);
    void this.#measure(sessionId, await outcome);
    return outcome;
  }

  /** Digits as they may be sent through Temporal. */
  seal(digits: string): SpokenSecret {
    return this.#options.sealer.sealDigits(digits);
  }

  /**
   * Tries a failed turn again, in its call, or by itself once that has ended.
   * @throws VoicebotError `conflict` for a turn that is under way.
   */
  async retry(sessionId: string, turn: number): Promise<TurnOutcome> {
    const { client, tenants, turnTimeoutMs } = this.#options;
    const settings = await tenants.settingsOf(sessionId);
    const [updateId, handle] = [randomUUID(), await this.#handle(sessionId)];
    try {
      return await this.#temporal.within(turnTimeoutMs, () => handle.executeUpdate(retryTurn, { args: [{ turn }], updateId }));
    } catch (error) {
      const failure = fromTemporal(error);
      const ended = failure.code === 'not-found' || (failure.code === 'conflict' && isCallEnded(error));
      if (!ended) throw failure;
    }
    return this.#temporal.ask(turnTimeoutMs, () =>
      client.workflow.execute<typeof retryTurnOfEndedCall>(retryTurnWorkflow, {
        workflowId: `retry-${workflowIdOf(sessionId, tenantOfCall(settings))}-${turn}`,
        // Two who ask at the same time get the same answer.
        workflowIdConflictPolicy: 'USE_EXISTING',
        taskQueue: taskQueues.calls,
        args: [{ sessionId, turn, settings }],
        workflowExecutionTimeout: '1 day',
        staticSummary: `Turn ${turn} of ${sessionId}, again`,
      }),
    );
  }

  /** Resolves once the turns under way, and those that begin meanwhile, are done or the time is up. */
  async settled(timeUp: AbortSignal): Promise<void> {
    const late = new Promise((resolve) => timeUp.addEventListener('abort', resolve, { once: true }));
    while (this.#running.size > 0 && !timeUp.aborted) await Promise.race([Promise.allSettled(this.#running), late]);
  }

  #begin(
    sessionId: string,
    pipes: TurnPipes,
    input: TakeTurnInput,
    { after = Promise.resolve(), played }: { readonly after?: Promise<unknown>; readonly played?: LiveTurn['played'] } = {},
  ): RunningTurn {
    const { settings, turnTimeoutMs } = this.#options;
    const waitMs = speechLimitMs(turnTimeoutMs, input.style) + (input.live ? (settings.maxListenMs ?? 0) : 0);
    const startedAt = new Date();
    const begun = after.then(async () => {
      const turnTrace = await this.#trace(sessionId, input, startedAt);
      const told = played ? { ...input, played: rounded(played()) } : input;
      const turn = await turnTrace
        .run(() => this.#begun(sessionId, told, waitMs))
        .catch((error) => {
          turnTrace.fail(error);
          throw error;
        });
      ends(turnTrace, turn.outcome);
      return { ...turn, turnTrace };
    });
    const finish = (recorded: boolean) => {
      // Readers get what was spoken even if the step that spoke failed before it could end the pipe.
      pipes.pipes.spoken.end();
      if (recorded) setTimeout(() => pipes.close(), recordingGraceMs).unref();
      else pipes.close();
    };
    const outcome = begun
      .then((turn) => turn.outcome)
      .then(
        (known) => {
          this.#options.admission?.observe(known);
          void this.#measure(sessionId, known);
          finish(keepsAudio(settings, known));
          return known;
        },
        (error) => {
          finish(false);
          throw error;
        },
      );
    this.#track(outcome);
    const accepted = begun.then(
      ({ turn }) => turn,
      () => undefined,
    );
    const turnTrace = begun.then(
      (turn) => turn.turnTrace,
      () => undefined,
    );
    return { pipes, outcome, accepted, turnTrace };
  }

  async #trace(sessionId: string, { turn, attempt }: TakeTurnInput, startedAt: Date): Promise<TurnTrace> {
    return new TurnTrace({ sessionId, tenant: await this.#options.tenants.of(sessionId), turn, attempt, startedAt });
  }

  async #measure(sessionId: string, { status, source, guards = [] }: TurnOutcome): Promise<void> {
    const { metrics, tenants } = this.#options;
    metrics?.turns.inc({ tenant: await tenants.of(sessionId), status, source });
    if (status !== 'answered' && status !== 'failed') return;
    for (const { side, action, reason } of guards) metrics?.guardDecisions.inc({ side, action, reason });
  }

  /**
   * A line counts its turns, but the call may know of more: one that was taken too late for the line to hear of it, or was written
   * meanwhile. What is said on a line is the next turn then.
   */
  async #begun(sessionId: string, input: TakeTurnInput, waitMs: number, isNext = false): Promise<Begun> {
    const handle = await this.#startTurn(sessionId, input);
    const outcome = this.#temporal.ask(waitMs, () => handle.result());
    // A refusal came with the answer: no further request is needed to know of it.
    const next = await Promise.race([outcome.then(() => undefined, nextTurnOf), setImmediate(undefined)]);
    if (!input.live || isNext || next === undefined) return { turn: input.turn, outcome };
    return this.#begun(sessionId, { ...input, turn: next }, waitMs, true);
  }

  /** Update-with-start: also a call whose start was lost takes its turn. */
  async #startTurn(sessionId: string, input: TakeTurnInput) {
    const { client, tenants, links } = this.#options;
    const settings = await tenants.settingsOf(sessionId);
    return this.#temporal.ask(settings.workerWaitMs, () => {
      const startWorkflowOperation = new WithStartWorkflowOperation<typeof call>(callWorkflow, {
        ...callStart(sessionId, settings, links),
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

  #track(work: Promise<unknown>): void {
    const tracked = work.catch(() => undefined).finally(() => this.#running.delete(tracked));
    this.#running.add(tracked);
  }

  async #handle(sessionId: string) {
    const { client, tenants } = this.#options;
    return client.workflow.getHandle<typeof call>(workflowIdOf(sessionId, await tenants.of(sessionId)));
  }
}
