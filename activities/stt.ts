import type { StepTiming } from '../domain/call.ts';
import { redact } from '../domain/redact.ts';
import type { SpeechToText, VoiceActivityDetector } from '../engines/types.ts';
import { readPipe } from '../media/client.ts';
import { fromPcm16 } from '../media/pcm.ts';
import { collect } from '../media/pipe.ts';
import { runActivity } from './run-activity.ts';

export interface TranscribeInput {
  /** PCM16 mono at 16 kHz. */
  readonly heardUrl: string;
  /** ISO 639-1 code or `auto`; the worker's own when unset. */
  readonly language?: string | undefined;
}

export interface TranscribeResult {
  /** Empty where nobody spoke. Card numbers and the like are hidden. */
  readonly text: string;
  readonly language: string;
  readonly audioMs: number;
  readonly lowConfidence: boolean;
  readonly timing: StepTiming;
}

export interface SttActivities {
  transcribe(input: TranscribeInput): Promise<TranscribeResult>;
}

const sampleRateHz = 16_000;
/** Kept around the speech, so that soft beginnings and ends are not cut. */
const marginSamples = sampleRateHz * 0.3;

export function createSttActivities(deps: {
  readonly stt: SpeechToText;
  readonly vad: VoiceActivityDetector;
  readonly language: string;
}): SttActivities {
  return {
    transcribe: ({ heardUrl, language }) =>
      runActivity(async (signal) => {
        const samples = fromPcm16(await collect(readPipe(heardUrl, signal)));
        const audioMs = (samples.length / sampleRateHz) * 1000;
        // Whisper invents words for silence and noise, so only what holds speech reaches it.
        const speech = await deps.vad.segments(samples, { signal });
        const [first, last] = [speech.at(0), speech.at(-1)];
        if (!first || !last) return { text: '', language: language ?? deps.language, audioMs, lowConfidence: false };
        const spoken = samples.subarray(Math.max(0, first.startSample - marginSamples), last.endSample + marginSamples);
        const transcript = await deps.stt.transcribe(spoken, { signal, language });
        return { text: redact(transcript.text), language: transcript.language, audioMs, lowConfidence: transcript.lowConfidence };
      }),
  };
}
