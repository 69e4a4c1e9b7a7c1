/** Types of calls and turns, shared by workflows, activities, the API and its clients. */

export type CallStatus = 'active' | 'ended' | 'timed-out';

export type CallEndReason = 'hangup' | 'timeout' | 'idle' | 'goodbye' | 'transferred';

/** Where a reply came from. */
export type ReplySource =
  /** an earlier answer to the same question */
  | 'cache'
  /** the language model, sentence by sentence through the output guard */
  | 'model'
  /** approved wording: the model's text did not pass the guard, or the question needs facts that are not there */
  | 'approved'
  /** nothing was said, so nothing is answered */
  | 'silence'
  /** an apology, because a step failed */
  | 'apology';

/** What the caller wanted, as far as it is told apart so far. */
export type Intent = 'silence' | 'greeting' | 'thanks' | 'goodbye' | 'person' | 'banking' | 'small-talk';

/** Signed URLs of one turn's pipes, valid until the turn has ended. */
export interface TurnMedia {
  readonly heardUrl: string;
  readonly transcriptUrl: string;
  readonly saidUrl: string;
  readonly spokenUrl: string;
}

/** Sound settings that a caller may choose. */
export interface SpeechStyle {
  readonly voice?: string | undefined;
  readonly speed?: number | undefined;
}

/** Milliseconds by step. `queueMs` is from scheduling to the start of the activity: the cost of orchestration. */
export interface StepTiming {
  readonly queueMs: number;
  readonly workMs: number;
}

export interface TurnTimings {
  readonly transcribe?: StepTiming | undefined;
  readonly lookup?: StepTiming | undefined;
  readonly think?: StepTiming | undefined;
  readonly speak?: StepTiming | undefined;
  /** The search of `lookup` alone. */
  readonly searchMs?: number | undefined;
  /** From the start of `think` to its first sentence or clause. */
  readonly firstSentenceMs?: number | undefined;
  /** From the first sentence that reached `speak` to its first audio. */
  readonly firstAudioMs?: number | undefined;
  /** From the update's arrival in the workflow to its answer. */
  readonly totalMs: number;
}

export interface TurnError {
  readonly step: string;
  readonly code: string;
  readonly message: string;
}

/** How much of a reply the caller heard, by the samples that were played. */
export interface Playback {
  readonly turn: number;
  readonly attempt?: string | undefined;
  /** The words that were heard. */
  readonly heardReply: string;
  readonly playedMs: number;
  /** The caller spoke before the reply was over. */
  readonly interrupted: boolean;
}

/**
 * `answered`, `failed`: the turn counts and is recorded. `superseded`: the caller had not finished, and a later attempt takes the
 * turn. `ignored`: it was no turn (noise, or "mhm" while the bot spoke).
 */
export type TurnStatus = 'answered' | 'failed' | 'superseded' | 'ignored';

/** What happens after the reply has been heard. */
export type NextStep = 'listen' | 'end' | 'transfer';

export interface TurnOutcome {
  readonly turn: number;
  readonly attempt?: string | undefined;
  readonly status: TurnStatus;
  readonly transcript: string;
  readonly language: string;
  readonly reply: string;
  readonly source: ReplySource;
  readonly intent: Intent;
  readonly audioMs: number;
  readonly spokenMs: number;
  readonly timings: TurnTimings;
  readonly error?: TurnError | undefined;
  readonly next?: NextStep | undefined;
  /** Nobody was on the line any more when the turn was answered, or failed. */
  readonly unheard?: boolean | undefined;
  /** How often it had failed before. */
  readonly retries?: number | undefined;
  /** Where the reply was played to a caller on the line. */
  readonly playback?: Playback | undefined;
}

/** One exchange of the past, as the language model is reminded of it. */
export interface Exchange {
  readonly transcript: string;
  readonly reply: string;
}
