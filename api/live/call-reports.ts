import { isVoicebotError, messageOf } from '../../domain/errors.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { problemOf } from '../problem.ts';
import type { Speaking } from './bot-voice.ts';
import type { CallLink } from './call-link.ts';
import type { CallerLine, LiveDependencies } from './live-setup.ts';
import type { LiveEvents } from './protocol.ts';
import type { TurnAttempt } from './turn-attempt.ts';

/** Tells the caller's client, the workflow and the log what went otherwise than planned. */
export class CallReports {
  readonly #sessionId: string;
  readonly #logger: Logger;
  readonly #metrics: LiveDependencies['metrics'];
  readonly #caller: CallerLine;
  readonly #link: CallLink;

  constructor(options: {
    readonly sessionId: string;
    readonly logger: Logger;
    readonly metrics: LiveDependencies['metrics'];
    readonly caller: CallerLine;
    readonly link: CallLink;
  }) {
    this.#sessionId = options.sessionId;
    this.#logger = options.logger;
    this.#metrics = options.metrics;
    this.#caller = options.caller;
    this.#link = options.link;
  }

  /** What was heard of a reply that was not spoken to its end. */
  cutOff({ utterance, attempt, owed }: Speaking): void {
    const { turn } = attempt ?? owed ?? {};
    if (turn === undefined) return;
    this.#metrics.bargeIns.inc();
    const playback = owed?.playback(utterance, true);
    const heardText = playback?.heardReply ?? utterance.heardText;
    const playedMs = Math.round(utterance.playedMs);
    this.#caller.sendEvent({ type: 'interrupted', turn, heardText, playedMs });
    if (playback) this.#link.heard(playback);
    if (attempt) this.#link.played(attempt, { heardReply: heardText, playedMs, interrupted: true });
  }

  /** A reply has begun: how long the caller waited for it, and why. */
  answered(attempt: TurnAttempt, told: LiveEvents['turn.metrics']): void {
    const { waitParts } = this.#metrics;
    const { voiceToVoiceMs, endpointingMs, transcribeMs, lookupMs, thinkMs, speakMs, temporalMs, releaseMs, source } = told;
    const parts = { endpointing: endpointingMs, transcribe: transcribeMs, understand: lookupMs, think: thinkMs, speak: speakMs };
    const waited = Object.entries({ ...parts, orchestration: temporalMs, release: releaseMs }).flatMap(([part, ms]) =>
      ms === undefined ? [] : [[part, ms] as const],
    );
    for (const [part, ms] of waited) waitParts.observe({ part }, ms / 1000);
    attempt.waitParts = Object.fromEntries(waited);
    void attempt.traceWait().then((traceId) => this.#metrics.waited(source, voiceToVoiceMs / 1000, traceId));
  }

  failed(error: unknown, turn?: number): void {
    const problem = problemOf(error);
    const sessionId = this.#sessionId;
    if (!isVoicebotError(error)) this.#logger.error({ sessionId, err: error }, 'live call');
    else this.#logger.warn({ sessionId, code: problem.code, error: messageOf(error) }, 'live call');
    this.#caller.sendEvent({ type: 'error', ...(turn === undefined ? {} : { turn }), problem });
  }
}
