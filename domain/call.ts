/** Types of calls and turns, shared by workflows, activities, the API and its clients. */

import type { GuardDecision } from './guard-decision.ts';
import type { VoiceEngineId } from './voices/engine.ts';

export type CallStatus = 'active' | 'ended' | 'timed-out';

export type CallEndReason = 'hangup' | 'timeout' | 'idle' | 'goodbye' | 'transferred' | 'lost';

/** Where a reply came from. */
export type ReplySource =
  /** an earlier answer to the same question */
  | 'cache'
  /** the language model, sentence by sentence through the output guard */
  | 'model'
  /** the bank: facts of the caller's own, in approved words */
  | 'bank'
  /** an approved article */
  | 'knowledge'
  /** approved wording: the model's text did not pass the guard, or the question needs facts that are not there */
  | 'approved'
  /** nothing was said, so nothing is answered */
  | 'silence'
  /** an apology, because a step failed */
  | 'apology';

/** What the caller wanted: an intent of the assistant; `banking` and `silence` come from words alone. */
export type Intent = string;

/** Signed URLs of one turn's pipes, valid until the turn has ended. */
export interface TurnMedia {
  readonly heardUrl: string;
  readonly transcriptUrl: string;
  readonly saidUrl: string;
  readonly spokenUrl: string;
  /** Ends once the turn is surely the bot's; unset where it is from the beginning. */
  readonly releasedUrl?: string | undefined;
}

/** The transcript of digits that were keyed in. */
export const keyedIn = '(keys)';

/** Sound settings that a caller may choose. */
export interface SpeechStyle {
  readonly voice?: string | undefined;
  readonly speed?: number | undefined;
  /** Of another engine than the live one; its workers must run. */
  readonly engine?: VoiceEngineId | undefined;
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
  /** All that was done at the bank. */
  readonly bank?: StepTiming | undefined;
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
  /** From the caller's last sound to the first audio of the reply; unset where it never began. */
  readonly waitedMs?: number | undefined;
  /** Its parts, milliseconds by name (`endpointing`, `transcribe`, `understand`, `think`, `speak`, `orchestration`, `release`). */
  readonly waitParts?: Readonly<Record<string, number>> | undefined;
}

/** In whole milliseconds. */
export function rounded({ playedMs, waitedMs, waitParts, ...playback }: Playback): Playback {
  const waited = waitedMs === undefined ? {} : { waitedMs: Math.round(waitedMs) };
  const parts = Object.entries(waitParts ?? {}).map(([name, ms]) => [name, Math.round(ms)] as const);
  const known = parts.filter(([, ms]) => ms > 0);
  const its = known.length === 0 ? {} : { waitParts: Object.fromEntries(known) };
  return { ...playback, playedMs: Math.round(playedMs), ...waited, ...its };
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
  /** Articles that the reply rests on. */
  readonly citations?: readonly string[] | undefined;
  /** What guards decided, and why. */
  readonly guards?: readonly GuardDecision[] | undefined;
  /** Version of the assistant that understood the turn. */
  readonly assistant?: string | undefined;
  /** The LoRA adapter that was in use. */
  readonly adapter?: string | undefined;
  /** The voice engine that was asked for; the live one when unset. */
  readonly engine?: VoiceEngineId | undefined;
  /** A secret was told in this turn, or the caller wants no recording: nothing of its sound is kept. */
  readonly confidential?: boolean | undefined;
  /** Of whoever is verified in the call (`DialogState`). */
  readonly customerHash?: string | undefined;
  /** Digits that the bot waits for now, by voice or by keys. */
  readonly expectedDigits?: number | undefined;
  /** The bot has asked whether it shall do something. */
  readonly expectsConfirmation?: boolean | undefined;
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
