import { ActivityFailure, ApplicationFailure, CancellationScope, isCancellation } from '@temporalio/workflow';
import type { RegisteredAdapter } from '../activities/adapter-files.ts';
import type { ImportInput, ImportResult } from '../activities/knowledge-import.ts';
import type { AdapterStatus } from '../activities/llm.ts';
import type { TranscribeResult } from '../activities/stt.ts';
import type { SpeakResult } from '../activities/tts.ts';
import type { SpeechStyle } from '../domain/call.ts';
import type { ControlEngineInput, ControlEngineResult } from '../domain/voices/contract.ts';
import type { VoiceEngineId } from '../domain/voices/engine.ts';
import type { CallSettings } from './definitions.ts';
import { stepsFor, voiceControl } from './steps.ts';

/** One step alone, for trying an engine from the API or the command line through the same queues as a call. */

export type ProbeSettings = Pick<CallSettings, 'workerWaitMs' | 'stepTimeoutMs'>;

/** What is for somebody who waits on a line. */
interface ForSomebody {
  /** How long they wait; unset by releases up to 0.4. */
  readonly waitedForMs?: number | undefined;
}

/**
 * A step whose pipe ends at a process that may be killed. Nobody is there to be told of a failure then, and it is none: the workflow ends,
 * with nothing, and does not stand among what went wrong.
 */
async function waitedFor<T>({ waitedForMs }: ForSomebody, step: () => Promise<T>): Promise<T | undefined> {
  if (waitedForMs === undefined) return step();
  try {
    return await CancellationScope.withTimeout(waitedForMs, step);
  } catch (error) {
    const cause = error instanceof ActivityFailure ? error.cause : error;
    const gone = cause instanceof ApplicationFailure && cause.type === 'line-gone';
    const cancelledByThem = CancellationScope.current().consideredCancelled;
    if (cancelledByThem || (!gone && !isCancellation(error))) throw error;
    return undefined;
  }
}

export interface TranscribeOnceInput extends ForSomebody {
  readonly heardUrl: string;
  readonly language?: string | undefined;
  readonly settings: ProbeSettings;
}

export async function transcribeOnce(input: TranscribeOnceInput): Promise<TranscribeResult | undefined> {
  const { heardUrl, language, settings } = input;
  return waitedFor(input, () => stepsFor(settings).stt.transcribe({ heardUrl, language }));
}

export interface SpeakOnceInput extends ForSomebody {
  readonly text: string;
  readonly spokenUrl: string;
  readonly style?: SpeechStyle | undefined;
  readonly settings: ProbeSettings;
}

export async function speakOnce(input: SpeakOnceInput): Promise<SpeakResult | undefined> {
  const { text, spokenUrl, style, settings } = input;
  return waitedFor(input, () => stepsFor(settings).voice(style).speak({ text, spokenUrl, style }));
}

export interface ControlInput {
  readonly engine: VoiceEngineId;
  readonly wish: ControlEngineInput['wish'];
}

/** Asks one worker of an engine how it is, or has it load or free its model. */
export async function controlEngine(input: ControlInput): Promise<ControlEngineResult> {
  return voiceControl(input.engine).controlEngine(input);
}

/** Takes a batch of articles in. Nobody waits on a line: embedding may take its time. */
export async function importKnowledge(input: ImportInput): Promise<ImportResult> {
  return stepsFor({ workerWaitMs: 15_000, stepTimeoutMs: 60_000 }).knowledge.importKnowledge(input);
}

export interface AdapterInput {
  readonly adapter: RegisteredAdapter;
  readonly settings: ProbeSettings;
}

/** Makes an adapter ready on one worker of the language model. */
export async function loadAdapter({ adapter, settings }: AdapterInput): Promise<AdapterStatus> {
  return stepsFor(settings).llm.loadAdapter(adapter);
}

export async function unloadAdapter({ adapter, settings }: AdapterInput): Promise<AdapterStatus> {
  return stepsFor(settings).llm.unloadAdapter({ name: adapter.name });
}
