import type { TranscribeResult } from '../activities/stt.ts';
import type { SpeakResult } from '../activities/tts.ts';
import type { SpeechStyle } from '../domain/call.ts';
import type { CallSettings } from './definitions.ts';
import { stepsFor } from './steps.ts';

/** One step alone, for trying an engine from the API or the command line through the same queues as a call. */

export type ProbeSettings = Pick<CallSettings, 'workerWaitMs' | 'stepTimeoutMs'>;

export interface TranscribeOnceInput {
  readonly heardUrl: string;
  readonly language?: string | undefined;
  readonly settings: ProbeSettings;
}

export async function transcribeOnce({ heardUrl, language, settings }: TranscribeOnceInput): Promise<TranscribeResult> {
  return stepsFor(settings).stt.transcribe({ heardUrl, language });
}

export interface SpeakOnceInput {
  readonly text: string;
  readonly spokenUrl: string;
  readonly style?: SpeechStyle | undefined;
  readonly settings: ProbeSettings;
}

export async function speakOnce({ text, spokenUrl, style, settings }: SpeakOnceInput): Promise<SpeakResult> {
  return stepsFor(settings).tts.speak({ text, spokenUrl, style });
}
