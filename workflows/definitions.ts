import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { CallEndReason, CallStatus, Exchange, Playback, SpeechStyle, TurnMedia, TurnOutcome } from '../domain/call.ts';
import type { DialogState, SpokenSecret, Trust } from '../domain/dialog/state.ts';
import type { Line } from '../domain/line.ts';
import type { ItemCounts } from '../domain/messages/message.ts';
import { defaultTenant } from '../domain/tenant.ts';

/** Names, messages and types of the workflows, shared with everybody who talks to them. */

export const callWorkflow = 'call';
export const transcribeOnceWorkflow = 'transcribeOnce';
export const speakOnceWorkflow = 'speakOnce';
export const retryTurnWorkflow = 'retryTurn';
export const importKnowledgeWorkflow = 'importKnowledge';
export const speechAheadWorkflow = 'speechAhead';
export const loadAdapterWorkflow = 'loadAdapter';
export const unloadAdapterWorkflow = 'unloadAdapter';
/** Trains a LoRA adapter; `workflows/adapter-training.ts`. */
export const adapterTrainingWorkflow = 'adapterTraining';

/** Makes the messages of a batch; `workflows/batch.ts`. */
export const batchWorkflow = 'batch';
/** The batch of a Temporal Schedule; `workflows/scheduled-batch.ts`. */
export const scheduledBatchWorkflow = 'scheduledBatch';
export const recordMessageWorkflow = 'recordMessage';
/** What would be said to a caller, without touching the call; `workflows/dry-run.ts`. */
export const dryRunWorkflow = 'dryRun';
export const controlEngineWorkflow = 'controlEngine';
export const applyRetentionWorkflow = 'applyRetention';
export const eraseSessionWorkflow = 'eraseSession';
export const eraseCustomerWorkflow = 'eraseCustomer';

/** Header of a step that holds the tenant for whom it is taken. */
export const tenantHeader = 'voicebot-tenant';
/** Header of a step that holds the turn that it belongs to. */
export const turnHeader = 'voicebot-turn';
/** Header in which Temporal's SDKs for other languages look for the span that something belongs to, in the form of W3C's trace context. */
export const traceHeader = '_tracer-data';

/** Task queues: one a capability, so that each runs on its own (GPU) workers. */
export const taskQueues = {
  calls: 'calls',
  stt: 'stt',
  cache: 'cache',
  bank: 'bank',
  llm: 'llm',
  tts: 'tts',
  records: 'records',
  telephony: 'telephony',
} as const;
export type TaskQueue = keyof typeof taskQueues;

/** Whose a call is. */
export const tenantOfCall = ({ scope }: CallSettings): string => scope?.tenant ?? defaultTenant;

/** Bounds that are fixed when a call starts, so that a change of configuration cannot break its replay. */
export interface CallSettings {
  /** Without a turn for this long the call ends. */
  readonly sessionTimeoutMs: number;
  /** A step waits this long for a worker of its queue. */
  readonly workerWaitMs: number;
  /** A step may work this long. */
  readonly stepTimeoutMs: number;
  /** Keep the audio of every turn. */
  readonly keepAudio: boolean;
  /** Keep what was heard in a turn that failed, so that it can be tried again. */
  readonly keepFailedAudio?: boolean | undefined;
  /** Events of one run's history after which the call continues as new, at the next moment without an open turn. */
  readonly maxHistoryEvents?: number | undefined;
  /** Somebody is set up to take calls over. */
  readonly canTransfer?: boolean | undefined;
  /** Whose bank this is; unset by calls that began under 0.3, whose callers are only talked to. */
  readonly scope?: CallScope | undefined;
  /** A caller may speak so long in one turn, and the step that listens takes so long. */
  readonly maxListenMs?: number | undefined;
}

export interface CallScope {
  readonly tenant: string;
  /** What the bot says whose it is; that of the configuration when unset. */
  readonly bankName?: string | undefined;
  readonly persona: string;
  /** LoRA adapter of this call; the tenant's when unset. */
  readonly adapter?: string | undefined;
  /** Version of the assistant that this call tries; the one that holds when unset. */
  readonly assistant?: string | undefined;
}

/** Whether the audio of a turn is to be kept. */
export function keepsAudio(
  { keepAudio, keepFailedAudio }: CallSettings,
  { status, confidential }: Pick<TurnOutcome, 'status' | 'confidential'>,
): boolean {
  return !confidential && (keepAudio || (keepFailedAudio === true && status === 'failed'));
}

/** What a call takes with it when it continues as new. */
export interface CallCarry {
  readonly lastTurn: number;
  readonly history: readonly Exchange[];
  readonly recent: readonly TurnOutcome[];
  readonly dialog?: DialogState | undefined;
  /** The caller has stopped the recording by a key. */
  readonly recordingPaused?: boolean | undefined;
  /** LoRA adapter that was chosen during the call. */
  readonly adapter?: string | undefined;
  /** Turns that were settled and not recorded yet; recording one again changes nothing. */
  readonly unrecorded?: readonly UnrecordedTurn[] | undefined;
}

export interface UnrecordedTurn {
  readonly outcome: TurnOutcome;
  /** The turn's pipes, where it had a line. */
  readonly media?: TurnMedia | undefined;
  /** Its audio is needed no more. */
  readonly dropAudio?: boolean | undefined;
}

export interface CallInput {
  readonly sessionId: string;
  readonly settings: CallSettings;
  readonly carry?: CallCarry;
}

export interface CallSummary {
  readonly status: CallStatus;
  readonly reason: CallEndReason;
  readonly turns: number;
}

export interface TakeTurnInput {
  /** 1, 2, 3 …: the same number again gives the same outcome, without doing anything twice. */
  readonly turn: number;
  /**
   * Another attempt at a turn that does not count yet takes the place of the one before: the caller went on speaking. Unset for a
   * turn whose audio is complete.
   */
  readonly attempt?: string | undefined;
  /** Unset where the caller writes. */
  readonly media?: TurnMedia | undefined;
  /** What the caller has written, instead of speaking; redacted already. */
  readonly text?: string | undefined;
  /** Digits that were keyed in or written while the bot waited for them. */
  readonly digits?: SpokenSecret | undefined;
  readonly style?: SpeechStyle | undefined;
  /** ISO 639-1 code or `auto`. */
  readonly language?: string | undefined;
  /** The caller is on the line: audio comes while they speak, and the turn counts once its reply was played. */
  readonly live?: boolean | undefined;
  /** The bot was speaking when the caller began. */
  readonly duringReply?: boolean | undefined;
  /** What was heard of the reply before: it travels with the turn that follows soon, instead of by itself. */
  readonly played?: Playback | undefined;
}

/** A turn that failed, to be taken again from what was kept of it. */
export interface RetryTurnInput {
  readonly sessionId: string;
  readonly turn: number;
  readonly settings: CallSettings;
}

export interface CallState {
  readonly sessionId: string;
  readonly status: CallStatus;
  /** Why it ends, as soon as that is known; unset by workers of 0.4. */
  readonly endReason?: CallEndReason | undefined;
  readonly lastTurn: number;
  readonly busy: boolean;
  /** How sure the bank is of who calls. */
  readonly trust: Trust;
  /** Digits that the bot waits for. */
  readonly expectedDigits?: number | undefined;
  /** The latest outcomes, oldest first. */
  readonly recent: readonly TurnOutcome[];
}

export const takeTurn = defineUpdate<TurnOutcome, [TakeTurnInput]>('takeTurn');
/** Tries a turn again that failed; one that was answered gives its answer. */
export const retryTurn = defineUpdate<TurnOutcome, [{ readonly turn: number }]>('retryTurn');
/** What was heard of a turn's reply. */
export const played = defineSignal<[Playback]>('played');
/** An attempt at a turn was none, or its caller is gone before the turn was over. */
export const dropAttempt = defineSignal<[{ readonly turn: number; readonly attempt: string }]>('dropAttempt');
/** Whether the call is to be recorded, as the caller says by a key. */
export const setRecording = defineSignal<[recorded: boolean]>('setRecording');
/** The caller is on another line than before: what still waits for the old one need not. */
export const newLine = defineSignal('newLine');
export const hangUp = defineSignal<[reason?: CallEndReason]>('hangUp');
/** The LoRA adapter of this call from its next turn on; none for the tenant's. */
export const useAdapter = defineSignal<[adapter: string | undefined]>('useAdapter');
/** Hands the caller over to a person. */
export const transferCall = defineUpdate<{ readonly transferred: boolean }, [Line]>('transferCall');
export const callState = defineQuery<CallState>('callState');

export const batchWorkflowId = (tenant: string, batchId: string): string => `batch-${tenant}/${batchId}`;

export interface BatchInput {
  readonly tenant: string;
  readonly batchId: string;
  /** Items of each engine under way at a time; what suits one worker of it when unset. */
  readonly window?: number | undefined;
  /** As the run before it was. */
  readonly paused?: boolean | undefined;
}

export interface BatchProgress {
  readonly paused: boolean;
  /** Items that are under way now. */
  readonly running: number;
  readonly counts: ItemCounts;
}

/** Begins no further item; those under way are finished. */
export const pauseBatch = defineSignal('pauseBatch');
export const resumeBatch = defineSignal('resumeBatch');
export const batchProgress = defineQuery<BatchProgress>('batchProgress');

/** Error types of `takeTurn`. */
export const callEnded = 'CallEnded';
export const invalidTurn = 'InvalidTurn';

export const callStatusAttribute = defineSearchAttributeKey('VoicebotStatus', SearchAttributeType.KEYWORD);
export const turnsAttribute = defineSearchAttributeKey('VoicebotTurns', SearchAttributeType.INT);
export const lastIntentAttribute = defineSearchAttributeKey('VoicebotLastIntent', SearchAttributeType.KEYWORD);
export const tenantAttribute = defineSearchAttributeKey('VoicebotTenant', SearchAttributeType.KEYWORD);
export const searchAttributes = [callStatusAttribute, turnsAttribute, lastIntentAttribute, tenantAttribute] as const;
