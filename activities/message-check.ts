import { resample } from '../audio/resample.ts';
import { decodeWav } from '../audio/wav.ts';
import type { BlobStore } from '../db/blobs.ts';
import { VoicebotError } from '../domain/errors.ts';
import { wordErrorRate } from '../domain/language/word-errors.ts';
import type { SpeechToText } from '../engines/types.ts';
import { runActivity } from './run-activity.ts';
import { sttSampleRateHz } from './stt.ts';

export interface CheckMessageInput {
  /** A WAV file in the blob store. */
  readonly blobKey: string;
  /** What it should say. */
  readonly text: string;
  /** ISO 639-1. */
  readonly language: string;
}

export interface CheckMessageResult {
  readonly heard: string;
  readonly wordErrorRate: number;
}

export interface MessageCheckActivities {
  /** Listens to what was spoken. */
  checkMessage(input: CheckMessageInput): Promise<CheckMessageResult>;
}

export function createMessageCheck(deps: {
  readonly stt: SpeechToText;
  readonly blobs: Pick<BlobStore, 'find'>;
}): MessageCheckActivities {
  return {
    checkMessage: ({ blobKey, text, language }) =>
      runActivity(async (signal) => {
        const wav = await deps.blobs.find(blobKey);
        if (!wav) throw new VoicebotError('not-found', 'The speech is not in the blob store any more.');
        const samples = await resample(decodeWav(wav, Number.POSITIVE_INFINITY), sttSampleRateHz);
        const { text: heard } = await deps.stt.transcribe(samples, { language, signal, priority: 'background' });
        return { heard, wordErrorRate: wordErrorRate(text, heard) };
      }),
  };
}
