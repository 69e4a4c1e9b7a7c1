import { type CallEndReason, type Playback, rounded, type SpeechStyle } from '../../domain/call.ts';
import type { SpokenSecret } from '../../domain/dialog/state.ts';
import type { Line } from '../../domain/line.ts';
import type { TranscriptLine } from '../../domain/transcript-line.ts';
import type { CallService } from '../calls.ts';
import { TurnAttempt } from './turn-attempt.ts';

export interface CallLinkOptions {
  readonly calls: CallService;
  readonly sessionId: string;
  readonly style: SpeechStyle;
  readonly language: string | undefined;
  failed(error: unknown): void;
}

/** What was heard of a whole reply waits so long for the turn that follows, to be told with it. */
const withNextTurnMs = 3_000;

/** What a line tells the call's workflow, in the order in which it happened. */
export class CallLink {
  readonly #options: CallLinkOptions;
  #order: Promise<void> = Promise.resolve();
  /** A reply that was heard to its end, and of which the call does not know yet. */
  #untold: { readonly playback: () => Playback; readonly timer: NodeJS.Timeout } | undefined;

  constructor(options: CallLinkOptions) {
    this.#options = options;
  }

  /** Everything that happened so far was told, and has arrived. */
  settled(): Promise<void> {
    this.#tellPlayed();
    return this.#order;
  }

  /** Begins an attempt at a turn. */
  begin(
    turn: number,
    duringReply: boolean,
    onTranscript: (attempt: TurnAttempt, line: TranscriptLine) => void,
    digits?: SpokenSecret,
  ): TurnAttempt {
    const { calls, sessionId, style, language } = this.#options;
    const played = this.#takeUntold();
    const attempt: TurnAttempt = new TurnAttempt(
      { calls, sessionId, turn, style, language, duringReply, digits, played, after: this.#order },
      (line) => onTranscript(attempt, line),
    );
    this.#order = attempt.accepted;
    // A turn that was not taken has told nothing.
    if (played) attempt.refused.then((refused) => refused && this.#report(played));
    return attempt;
  }

  /** What was heard of a reply; told once. */
  played(attempt: TurnAttempt, heard: Pick<Playback, 'heardReply' | 'playedMs' | 'interrupted'>): void {
    if (attempt.reported) return;
    attempt.reported = true;
    const { waitedMs, waitParts } = attempt;
    const waited = waitedMs === undefined ? {} : { waitedMs, waitParts };
    const playback = () => ({ turn: attempt.turn, attempt: attempt.id, ...heard, ...waited });
    if (heard.interrupted) return this.#report(playback);
    this.#tellPlayed();
    this.#untold = { playback, timer: setTimeout(() => this.#tellPlayed(), withNextTurnMs) };
  }

  /** What was heard of a turn's reply. */
  heard(playback: Playback): void {
    this.#report(() => playback);
  }

  /** An attempt whose caller is gone before the turn was over. */
  drop(attempt: TurnAttempt): void {
    const { calls, sessionId } = this.#options;
    this.#tell(() => calls.dropAttempt(sessionId, attempt.turn, attempt.id).finally(() => attempt.close()));
  }

  /** Whether the call is to be recorded from now on. Resolves once the call knows. */
  async setRecording(recorded: boolean): Promise<void> {
    const { calls, sessionId } = this.#options;
    await this.settled();
    await calls.setRecording(sessionId, recorded);
  }

  /** @returns whether somebody took the call. */
  async transfer(line: Line): Promise<boolean> {
    const { calls, sessionId } = this.#options;
    await this.settled();
    const { transferred } = await calls.transfer(sessionId, line).catch(() => ({ transferred: false }));
    return transferred;
  }

  async end(reason: CallEndReason): Promise<void> {
    const { calls, sessionId, failed } = this.#options;
    await this.settled();
    await calls.end(sessionId, reason).catch(failed);
  }

  /** @param playback is asked when its turn comes: the number of a turn is the call's by then. */
  #report(playback: () => Playback): void {
    const { calls, sessionId } = this.#options;
    this.#tell(() => {
      return calls.reportPlayed(sessionId, rounded(playback()));
    });
  }

  #takeUntold(): (() => Playback) | undefined {
    const untold = this.#untold;
    this.#untold = undefined;
    clearTimeout(untold?.timer);
    return untold?.playback;
  }

  #tellPlayed(): void {
    const playback = this.#takeUntold();
    if (playback) this.#report(playback);
  }

  #tell(work: () => Promise<void>): void {
    this.#order = this.#order.then(work).catch((error) => this.#options.failed(error));
  }
}
