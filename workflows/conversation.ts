import { ApplicationFailure, CancellationScope, condition, deprecatePatch, isCancellation, sleep } from '@temporalio/workflow';
import type { AnswerScope } from '../domain/answer-scope.ts';
import type { Exchange, Playback, TurnOutcome } from '../domain/call.ts';
import { type DialogState, expectedDigits, newDialog, without } from '../domain/dialog/state.ts';
import { type CallCarry, invalidTurn, type TakeTurnInput } from './definitions.ts';
import { TurnRun, type TurnSurroundings } from './turn.ts';

/** Exchanges that the model may be reminded of; its prompt takes fewer if they are long. */
const keptExchanges = 20;
/** Outcomes kept for a client that asks for a turn again. */
const keptOutcomes = 10;
/** Beyond the length of the reply: how long a live turn waits for word of what was heard before it counts as heard. */
const playbackGraceMs = 30_000;
/** At least so long apart it is looked at whose playback is overdue: a look costs more history than what it finds is worth. */
const playbackWatchMs = 300_000;
/** An interrupting turn waits so long for word of what was heard of the reply that it interrupts. */
const interruptedGraceMs = 1_000;

export interface SettledTurn {
  /** Unset for a turn whose reply was heard only when the caller came back. */
  readonly request: TakeTurnInput | undefined;
  readonly outcome: TurnOutcome;
  /** There were exchanges before it. */
  readonly hadHistory: boolean;
  /** Where its answer holds. */
  readonly scope: AnswerScope | undefined;
}

/** What all turns of a call have in common. */
type CallSurroundings = Omit<TurnSurroundings, 'floor' | 'dialog' | 'asksForSecret'>;

/** An attempt at a turn that does not count yet. */
interface Attempt {
  readonly request: TakeTurnInput;
  readonly scope: CancellationScope;
  outcome: Promise<TurnOutcome>;
  run: TurnRun | undefined;
  finished: TurnOutcome | undefined;
  playback: Playback | undefined;
  superseded: boolean;
  /** A later turn has the floor. */
  passed: boolean;
  /** When word of its playback is overdue; unset while there is none to come. */
  dueAt: number | undefined;
  settled: boolean;
}

/**
 * The turns of a call, one after the other. A turn of a live caller counts ("settles") only when its reply was played, when the next
 * turn takes the floor, or when nobody reports any more: until then the caller may go on speaking, which makes another attempt at
 * the same turn, and what they did not hear does not enter the history.
 */
export class Conversation {
  readonly #surroundings: CallSurroundings;
  readonly #onSettled: (settled: SettledTurn) => void;
  #dialog: DialogState;
  #lastTurn: number;
  #history: readonly Exchange[];
  #recent: readonly TurnOutcome[];
  #attempts: Attempt[] = [];
  /** Counts every sign of the caller. */
  activity = 0;
  /** When the last one came, milliseconds since the epoch. */
  activeAt = Date.now();
  readonly #lean: boolean;
  #watching = false;

  /** @param lean one timer serves many turns; calls that began under 0.4 have one for each. */
  constructor(
    memory: CallCarry,
    surroundings: CallSurroundings,
    { lean, onSettled }: { readonly lean: boolean; readonly onSettled: (settled: SettledTurn) => void },
  ) {
    this.#lean = lean;
    this.#dialog = memory.dialog ?? newDialog;
    this.#lastTurn = memory.lastTurn;
    this.#history = memory.history;
    this.#recent = memory.recent;
    this.#surroundings = surroundings;
    this.#onSettled = onSettled;
  }

  get memory(): CallCarry {
    return { lastTurn: this.#lastTurn, history: this.#history, recent: this.#recent, dialog: this.#dialog };
  }

  /** What the conversation has come to in turns that count. */
  get dialog(): DialogState {
    return this.#dialog;
  }

  /** The same, with what the latest turn has come to, which the caller may be hearing just now. */
  get latestDialog(): DialogState {
    return this.#attempts.findLast(({ run }) => run?.findings.dialog)?.run?.findings.dialog ?? this.#dialog;
  }

  get history(): readonly Exchange[] {
    return this.#history;
  }

  get recent(): readonly TurnOutcome[] {
    return this.#recent;
  }

  /** The highest number that is taken, settled or not. */
  get lastTurn(): number {
    return Math.max(this.#lastTurn, ...this.#attempts.map((attempt) => attempt.request.turn));
  }

  /** An attempt is under way or waits for word of its playback. */
  get open(): boolean {
    return this.#attempts.length > 0;
  }

  get busy(): boolean {
    return this.#attempts.some((attempt) => !attempt.finished);
  }

  /** @throws ApplicationFailure `InvalidTurn` for a number that is neither known nor next, with the next one. */
  check(request: TakeTurnInput): void {
    if (this.#known(request)) return;
    const next = this.lastTurn + 1;
    const again = request.attempt !== undefined && this.#openAttempt(request.turn) !== undefined;
    if (request.turn !== next && !again) {
      throw ApplicationFailure.nonRetryable(`Turn ${request.turn} is out of order; the next one is ${next}.`, invalidTurn, next);
    }
  }

  /** Takes a turn; the same attempt again gives the same outcome, without doing anything twice. */
  take(request: TakeTurnInput): Promise<TurnOutcome> {
    if (request.played) this.played(request.played);
    const known = this.#known(request);
    if (known) return Promise.resolve(known);
    this.#active();
    const earlier = this.#openAttempt(request.turn);
    if (earlier) this.#supersede(earlier);
    const previous = this.#attempts.at(-1);
    const attempt: Attempt = {
      request,
      scope: new CancellationScope(),
      outcome: Promise.resolve() as unknown as Promise<TurnOutcome>,
      run: undefined,
      finished: undefined,
      playback: undefined,
      superseded: false,
      passed: false,
      dueAt: undefined,
      settled: false,
    };
    this.#attempts.push(attempt);
    attempt.outcome = this.#run(attempt, previous).then((outcome) => {
      attempt.finished = outcome;
      return outcome;
    });
    return attempt.outcome;
  }

  /** What was heard of a reply; an interruption also stops what is still being made of it. */
  played(playback: Playback): void {
    this.#active();
    const attempt = this.#openAttempt(playback.turn);
    if (!attempt) return this.#heardLater(playback);
    if (attempt.request.attempt !== playback.attempt) return;
    attempt.playback = playback;
    if (playback.interrupted) attempt.scope.cancel();
  }

  /** The process that held the line is gone: nobody hears what it was to play, nor reports what was played. */
  lineLost(): void {
    for (const attempt of this.#attempts) {
      if (attempt.finished) attempt.passed = true;
      else attempt.run?.loseLine();
    }
  }

  /** Takes an attempt back. */
  drop({ turn, attempt: id }: { readonly turn: number; readonly attempt: string }): void {
    const attempt = this.#openAttempt(turn);
    if (attempt?.request.attempt === id) this.#supersede(attempt);
  }

  /** Once the caller is gone nobody reports what was heard. */
  async close(): Promise<void> {
    for (const attempt of this.#attempts) attempt.passed = true;
    await condition(() => !this.open);
  }

  async #run(attempt: Attempt, previous: Attempt | undefined): Promise<TurnOutcome> {
    const { request, scope } = attempt;
    const floor = async () => {
      if (previous) await this.#passFloor(previous, request.duringReply === true);
      return this.#history;
    };
    let outcome: TurnOutcome;
    try {
      outcome = await scope.run(async () => {
        // Whole messages are taken one after the other.
        if (request.attempt === undefined) await floor();
        // Calls that began under 0.2 have its marker in their histories. To be removed with 0.5.
        deprecatePatch('live-turns');
        attempt.run = new TurnRun(request, {
          ...this.#surroundings,
          floor,
          dialog: () => this.#dialog,
          asksForSecret: () => expectedDigits(this.latestDialog) !== undefined,
        });
        return attempt.run.run();
      });
    } catch (error) {
      if (!isCancellation(error) || !attempt.run) throw error;
      outcome = this.#cutShort(attempt, attempt.run);
    }
    if (outcome.status === 'ignored' || outcome.status === 'superseded') this.#forget(attempt);
    else if (!request.live || outcome.unheard) this.#settle(attempt, outcome);
    else void this.#settleOncePlayed(attempt, outcome);
    return outcome;
  }

  #cutShort(attempt: Attempt, run: TurnRun): TurnOutcome {
    const nothing = { reply: '', source: 'silence', spokenMs: 0, timings: {} } as const;
    if (attempt.superseded || !attempt.playback) return run.outcome('superseded', nothing);
    return run.interrupted(attempt.playback);
  }

  async #settleOncePlayed(attempt: Attempt, outcome: TurnOutcome): Promise<void> {
    const over = () => attempt.playback !== undefined || attempt.passed || attempt.superseded;
    const waitMs = Math.round(outcome.spokenMs) + playbackGraceMs;
    if (this.#lean) {
      attempt.dueAt = Date.now() + waitMs;
      void this.#watchPlayback();
      await condition(over);
    } else await condition(over, waitMs);
    if (attempt.superseded) this.#forget(attempt);
    else this.#settle(attempt, outcome);
  }

  /** Turns of whose playback nobody tells count as heard. One timer looks after all, and is not set anew with each. */
  async #watchPlayback(): Promise<void> {
    if (this.#watching) return;
    this.#watching = true;
    for (;;) {
      const due = this.#attempts.flatMap(({ dueAt, passed }) => (dueAt === undefined || passed ? [] : [dueAt]));
      if (due.length === 0) break;
      await sleep(Math.max(playbackWatchMs, Math.min(...due) - Date.now()));
      for (const attempt of this.#attempts) if (attempt.dueAt !== undefined && attempt.dueAt <= Date.now()) attempt.passed = true;
    }
    this.#watching = false;
  }

  #active(): void {
    this.activity++;
    this.activeAt = Date.now();
  }

  /** A later turn has something to say: the earlier one is over. */
  async #passFloor(previous: Attempt, interrupting: boolean): Promise<void> {
    if (previous.settled) return;
    if (interrupting && !previous.playback) {
      await condition(() => previous.playback !== undefined || previous.settled, interruptedGraceMs);
      // Nobody tells what was heard; what is not spoken yet is not needed any more.
      if (!previous.playback && !previous.finished) previous.scope.cancel();
    }
    previous.passed = true;
    await condition(() => previous.settled);
  }

  #supersede(attempt: Attempt): void {
    attempt.superseded = true;
    attempt.scope.cancel();
    // Its place is free at once; the activities hear of it by and by.
    this.#forget(attempt);
  }

  #settle(attempt: Attempt, outcome: TurnOutcome): void {
    if (attempt.settled) return;
    const { playback } = attempt;
    const settled = playback ? { ...outcome, playback } : outcome;
    const hadHistory = this.#history.length > 0;
    this.#dialog = attempt.run?.findings.dialog ?? this.#dialog;
    this.#lastTurn = Math.max(this.#lastTurn, outcome.turn);
    this.#recent = [...this.#recent, settled].slice(-keptOutcomes);
    this.#remember(settled);
    this.#forget(attempt);
    this.#onSettled({ request: attempt.request, outcome: settled, hadHistory, scope: attempt.run?.findings.scope });
  }

  /** A reply enters the memory of the call as far as it was heard. */
  #remember({ status, transcript, reply, playback, unheard }: TurnOutcome): void {
    if (status !== 'answered' || transcript === '' || unheard) return;
    const heard = playback?.interrupted ? playback.heardReply : reply;
    this.#history = [...this.#history, { transcript, reply: heard }].slice(-keptExchanges);
  }

  /** A reply was played, or the rest of it, when the caller came back to another line. */
  #heardLater(playback: Playback): void {
    const owed = this.#recent.find(
      ({ turn, attempt, playback: known }) => turn === playback.turn && attempt === playback.attempt && known === undefined,
    );
    if (!owed || (owed.attempt === undefined && !owed.unheard)) return;
    const { unheard, ...known } = owed;
    const outcome: TurnOutcome = { ...known, ...(unheard ? { spokenMs: playback.playedMs } : {}), playback };
    const hadHistory = this.#history.length > 0;
    this.replace(outcome);
    // One that was made while the line was there is remembered already.
    if (unheard) this.#remember(outcome);
    this.#onSettled({ request: undefined, outcome, hadHistory, scope: undefined });
  }

  /** What the caller has said against a recording counts no more. */
  mayRecord(): void {
    this.#dialog = without(this.#dialog, 'unrecorded');
  }

  /** A newer outcome of a turn that was settled before. */
  replace(outcome: TurnOutcome): void {
    this.#recent = this.#recent.map((known) => (known.turn === outcome.turn ? outcome : known));
  }

  /** The turn has a number that was taken, and nobody is at it. @throws ApplicationFailure `InvalidTurn`. */
  checkSettled(turn: number): void {
    if (this.#openAttempt(turn)) throw ApplicationFailure.nonRetryable(`Turn ${turn} is still under way.`, invalidTurn);
    if (!Number.isInteger(turn) || turn < 1 || turn > this.lastTurn) {
      throw ApplicationFailure.nonRetryable(`There is no turn ${turn} in this call.`, invalidTurn);
    }
  }

  #forget(attempt: Attempt): void {
    attempt.settled = true;
    this.#attempts = this.#attempts.filter((other) => other !== attempt);
  }

  #openAttempt(turn: number): Attempt | undefined {
    return this.#attempts.find((attempt) => attempt.request.turn === turn);
  }

  #known({ turn, attempt }: TakeTurnInput): TurnOutcome | Promise<TurnOutcome> | undefined {
    const settled = this.#recent.find(
      (outcome) => outcome.turn === turn && (attempt === undefined || outcome.attempt === attempt),
    );
    if (settled) return settled;
    return this.#attempts.find(({ request }) => request.turn === turn && request.attempt === attempt)?.outcome;
  }
}
