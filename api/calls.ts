import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowExecutionAlreadyStartedError, type WorkflowHandle } from '@temporalio/client';
import { databaseProblem } from '../db/errors.ts';
import type { Database } from '../db/open.ts';
import { admitSession, isSession, recordCallEnded, withdrawSession } from '../db/sessions.ts';
import type { CallEndReason, Playback, TurnOutcome } from '../domain/call.ts';
import { deadline } from '../domain/deadline.ts';
import { isVoicebotError, VoicebotError } from '../domain/errors.ts';
import type { Line } from '../domain/line.ts';
import { workflowIdOf } from '../domain/session-id.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { call } from '../workflows/call.ts';
import {
  type CallState,
  callState,
  callWorkflow,
  dropAttempt,
  hangUp,
  newLine,
  played,
  setRecording,
  tenantOfCall,
  transferCall,
  useAdapter,
} from '../workflows/definitions.ts';
import type { Admission } from './admission.ts';
import { CallHistory } from './call-history.ts';
import { callStart } from './call-start.ts';
import { CallTenants } from './call-tenants.ts';
import { CallTurns, type CallTurnsOptions } from './call-turns.ts';
import { DryRuns } from './dry-runs.ts';
import type { Readiness } from './readiness.ts';
import { SingleSteps } from './single-steps.ts';
import { fromTemporal } from './temporal-errors.ts';
import { TemporalRequests } from './temporal-requests.ts';

export interface CallServiceOptions extends Omit<CallTurnsOptions, 'tenants'> {
  readonly db: Database;
  readonly maxConcurrentSessions: number;
  /** Lets new sessions in once the service is ready … */
  readonly readiness?: Pick<Readiness, 'ready' | 'admit'> | undefined;
  /** … and while there is room. */
  readonly admission?: Pick<Admission, 'check' | 'observe'> | undefined;
  readonly metrics?: Pick<Metrics, 'turns' | 'guardDecisions' | 'sessionsAdmitted' | 'sessionsRefused'> | undefined;
}

export interface OpenedCall {
  /** Whose call it is. */
  readonly tenant: string;
  readonly lastTurn: number;
  /** What became of the last turn, where nobody was on the line to hear it, or it is not known how much of it was heard. */
  readonly owed?: Promise<TurnOutcome | undefined> | undefined;
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

/** What the API asks of Temporal: calls and their turns. */
export class CallService {
  readonly #options: CallServiceOptions;
  readonly #temporal: TemporalRequests;
  readonly #tenants: CallTenants;
  readonly turns: CallTurns;
  /** Steps outside of any call. */
  readonly steps: SingleSteps;
  /** Turns taken again without their calls. */
  readonly dryRuns: DryRuns;
  /** What calls have done. */
  readonly history: CallHistory;

  constructor(options: CallServiceOptions) {
    this.#options = options;
    this.#temporal = new TemporalRequests(options.client);
    this.#tenants = new CallTenants(options.db, options.settings);
    this.turns = new CallTurns({ ...options, tenants: this.#tenants }, this.#temporal);
    this.steps = new SingleSteps({ ...options, timeoutMs: options.turnTimeoutMs }, this.#temporal);
    this.history = new CallHistory(options.client, this.#temporal, options.settings.workerWaitMs);
    this.dryRuns = new DryRuns({ ...options, tenants: this.#tenants, history: this.history }, this.#temporal);
  }

  /**
   * Admits a new session and starts its call. @param tenant whose it is; that of the configuration when unset. @param assistant version that it tries.
   * @returns whose it is. @throws VoicebotError `conflict` for a known id, `overloaded`.
   */
  async create(sessionId: string, tenant?: string, assistant?: string): Promise<string> {
    const admission = await this.#admit(sessionId, tenant);
    if (admission !== 'admitted') {
      throw new VoicebotError('conflict', `The session '${sessionId}' exists already.`, {
        hint: 'Choose another id; an id is used once.',
      });
    }
    await this.#startCall(sessionId, assistant);
    return this.#tenants.of(sessionId);
  }

  /** Makes sure that the session can take turns, and tells where it stands. @param tenant of a new one, as for `create`. */
  async open(sessionId: string, tenant?: string): Promise<OpenedCall> {
    const admission = await this.#admit(sessionId, tenant).catch(async (error) => {
      const away = databaseProblem(error) ?? error;
      if (!isVoicebotError(away) || away.code !== 'dependency-unavailable') throw error;
      // Temporal knows who is in a call while the database is away; a new caller must wait for it.
      const state = await this.state(sessionId).catch(() => undefined);
      if (state?.status !== 'active') throw error;
      return 'exists' as const;
    });
    if (admission === 'taken') {
      throw new VoicebotError('conflict', `The id '${sessionId}' is taken.`, { hint: 'Connect with another session id.' });
    }
    if (admission === 'ended') {
      throw new VoicebotError('conflict', `The session '${sessionId}' has ended.`, { hint: 'Connect with a new session id.' });
    }
    if (admission === 'admitted') {
      await this.#startCall(sessionId);
      return { tenant: await this.#tenants.of(sessionId), lastTurn: 0 };
    }
    const arrived = await this.#signal(sessionId, (handle) => handle.signal(newLine));
    // A process died between admitting the session and starting its call; one that has ended is not started again.
    if (!arrived) await this.#startCall(sessionId);
    const { lastTurn } = await this.state(sessionId);
    return { tenant: await this.#tenants.of(sessionId), lastTurn, owed: this.#owed(sessionId, lastTurn) };
  }

  /** What became of the last turn of a live line, where it is not known to be heard; a turn that is under way is waited for. Never rejects. */
  async #owed(sessionId: string, turn: number): Promise<TurnOutcome | undefined> {
    const signal = deadline(owedWaitMs, this.#temporal.stopping);
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

  async state(sessionId: string): Promise<CallState> {
    const handle = await this.#handle(sessionId);
    return this.#temporal.ask(this.#options.settings.workerWaitMs, () => handle.query(callState));
  }

  /** What becomes of a caller whose line is gone, and who did not hang up. */
  async fate(sessionId: string): Promise<'goes-on' | 'transferred' | 'over' | 'not-let-in' | 'unknown'> {
    try {
      const { status, endReason } = await this.state(sessionId);
      if (status === 'active' && !endReason) return 'goes-on';
      return endReason === 'transferred' ? 'transferred' : 'over';
    } catch (error) {
      if (!isVoicebotError(error) || error.code !== 'not-found') return 'unknown';
      return this.#options.readiness?.ready === false ? 'not-let-in' : 'over';
    }
  }

  /** The LoRA adapter of a call from its next turn on; null for the tenant's. */
  async setAdapter(sessionId: string, adapter: string | null): Promise<void> {
    const handle = await this.#handle(sessionId);
    await this.#temporal.ask(this.#options.settings.workerWaitMs, () => handle.signal(useAdapter, adapter ?? undefined));
  }

  /** Whether the call is to be recorded from now on, as its caller says by a key. */
  async setRecording(sessionId: string, recorded: boolean): Promise<void> {
    await this.#signal(sessionId, (handle) => handle.signal(setRecording, recorded));
  }

  /** Tells the call what was heard of a reply. */
  async reportPlayed(sessionId: string, playback: Playback): Promise<void> {
    await this.#signal(sessionId, (handle) => handle.signal(played, playback));
  }

  /** Takes an attempt at a turn back: it was no turn, or its caller is gone. */
  async dropAttempt(sessionId: string, turn: number, attempt: string): Promise<void> {
    await this.#signal(sessionId, (handle) => handle.signal(dropAttempt, { turn, attempt }));
  }

  /** Hands the caller over to a person. @returns whether somebody took the call. */
  async transfer(sessionId: string, line: Line): Promise<{ readonly transferred: boolean }> {
    const { turnTimeoutMs } = this.#options;
    const [updateId, handle] = [randomUUID(), await this.#handle(sessionId)];
    return this.#temporal.ask(turnTimeoutMs, () => handle.executeUpdate(transferCall, { args: [line], updateId }));
  }

  /** Ends the call. @throws VoicebotError `not-found`. */
  async end(sessionId: string, reason: CallEndReason = 'hangup'): Promise<void> {
    const arrived = await this.#signal(sessionId, (handle) => handle.signal(hangUp, reason));
    if (!arrived) await recordCallEnded(this.#options.db, sessionId, 'ended', reason);
  }

  /**
   * Resolves once the turns under way are done or the time is up. What is then still asked of Temporal is given up, so that the connection
   * can be closed. Lines that end from now on end as if the process had died: nothing is reported of them, and the process that the caller
   * connects to next says what they were not told.
   */
  async stop(timeUp: AbortSignal): Promise<void> {
    await this.turns.settled(timeUp);
    this.#temporal.stop();
  }

  async #admit(sessionId: string, own: string | undefined): Promise<'admitted' | 'exists' | 'ended' | 'taken'> {
    const { db, maxConcurrentSessions, admission, readiness, settings } = this.#options;
    // Callers in a call go on with it; new ones wait before anything is written, so that a process that dies meanwhile leaves nothing.
    if (readiness && !readiness.ready && !(await isSession(db, sessionId))) await readiness.admit();
    const tenant = own ?? tenantOfCall(settings);
    const asked = { id: sessionId, tenant, anyTenant: own === undefined, maxActive: maxConcurrentSessions };
    const admitted = await admitSession(db, asked);
    if (admitted === 'full') throw this.#full(`${maxConcurrentSessions} sessions`, 'MAX_CONCURRENT_SESSIONS');
    if (admitted === 'tenant-full')
      throw this.#full(`As many sessions of the tenant '${tenant}'`, 'its limit (voicebot tenants set)');
    if (admitted === 'admitted') {
      this.#tenants.note(sessionId, tenant);
      try {
        admission?.check();
      } catch (error) {
        await withdrawSession(db, sessionId);
        throw error;
      }
      this.#options.metrics?.sessionsAdmitted.inc();
    }
    return admitted;
  }

  #full(sessions: string, limit: string): VoicebotError {
    this.#options.metrics?.sessionsRefused.inc({ reason: 'sessions' });
    return new VoicebotError('overloaded', `${sessions} are active, the most that are allowed.`, {
      retryable: true,
      retryAfterSeconds,
      hint: `End a session, or raise ${limit}.`,
    });
  }

  async #startCall(sessionId: string, assistant?: string): Promise<void> {
    const its = await this.#tenants.settingsOf(sessionId);
    const settings = assistant && its.scope ? { ...its, scope: { ...its.scope, assistant } } : its;
    try {
      await this.#temporal.within(this.#options.settings.workerWaitMs, () =>
        this.#options.client.workflow.start<typeof call>(callWorkflow, callStart(sessionId, settings, this.#options.links)),
      );
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return;
      await withdrawSession(this.#options.db, sessionId);
      throw fromTemporal(error);
    }
  }

  /** Sends word to a call; one that has ended needs it no more. @returns whether it has not. */
  async #signal(sessionId: string, send: (handle: WorkflowHandle<typeof call>) => Promise<void>): Promise<boolean> {
    const handle = await this.#handle(sessionId);
    try {
      await this.#temporal.ask(this.#options.settings.workerWaitMs, () => send(handle));
      return true;
    } catch (error) {
      if (isVoicebotError(error) && error.code === 'not-found') return false;
      throw error;
    }
  }

  async #handle(sessionId: string): Promise<WorkflowHandle<typeof call>> {
    return this.#options.client.workflow.getHandle<typeof call>(workflowIdOf(sessionId, await this.#tenants.of(sessionId)));
  }
}
