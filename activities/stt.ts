import { fromPcm16 } from '../audio/pcm.ts';
import { decodeWav } from '../audio/wav.ts';
import type { BlobStore } from '../db/blobs.ts';
import type { StepTiming } from '../domain/call.ts';
import { digitsOf, type SpokenSecret } from '../domain/dialog/state.ts';
import { VoicebotError } from '../domain/errors.ts';
import { correctedDigits, hideNumbers } from '../domain/language/numbers.ts';
import { redact } from '../domain/redact.ts';
import type { SpeechToText, VoiceActivityDetector } from '../engines/types.ts';
import { readPipe } from '../media/client.ts';
import { collect } from '../media/pipe.ts';
import type { Sealer } from '../media/sealed.ts';
import { listenLive } from './live-transcript.ts';
import { runActivity } from './run-activity.ts';

export interface TranscribeInput {
  /** PCM16 mono at 16 kHz … */
  readonly heardUrl?: string | undefined;
  /** … or the key of a WAV file of it in the blob store, for a turn that is tried again. */
  readonly recording?: string | undefined;
  /** Where the words go as JSON lines while the caller speaks, and once more at the end; only for a live turn. */
  readonly transcriptUrl?: string | undefined;
  /** The bot has asked for digits that nobody else may read: they come back sealed, and the text without them. */
  readonly secret?: boolean | undefined;
  /** ISO 639-1 code or `auto`; the worker's own when unset. */
  readonly language?: string | undefined;
}

export interface TranscribeResult {
  /** Empty where nobody spoke. Card numbers and the like are hidden. */
  readonly text: string;
  readonly language: string;
  readonly audioMs: number;
  readonly lowConfidence: boolean;
  /** Digits that were asked for. */
  readonly digits?: SpokenSecret | undefined;
  readonly timing: StepTiming;
}

export interface SttActivities {
  transcribe(input: TranscribeInput): Promise<TranscribeResult>;
}

export const sttSampleRateHz = 16_000;
/** Kept around the speech, so that soft beginnings and ends are not cut. */
const marginSamples = sttSampleRateHz * 0.3;

export interface SttDependencies {
  readonly stt: SpeechToText;
  readonly vad: VoiceActivityDetector;
  readonly language: string;
  /** Seals what is told in confidence. */
  readonly sealer: Sealer;
  /** Where the audio of kept turns lies. */
  readonly recordings: Pick<BlobStore, 'find'>;
}

/** What was said in audio that is complete. @param samples mono at 16 kHz. */
export async function transcribeWhole(
  { stt, vad, language: fallback }: Pick<SttDependencies, 'stt' | 'vad' | 'language'>,
  samples: Float32Array,
  { language, signal }: { readonly language?: string | undefined; readonly signal: AbortSignal },
) {
  const audioMs = (samples.length / sttSampleRateHz) * 1000;
  // Whisper invents words for silence and noise, so only what holds speech reaches it.
  const speech = await vad.segments(samples, { signal });
  const [first, last] = [speech.at(0), speech.at(-1)];
  if (!first || !last) return { text: '', language: language ?? fallback, audioMs, lowConfidence: false };
  const spoken = samples.subarray(Math.max(0, first.startSample - marginSamples), last.endSample + marginSamples);
  const transcript = await stt.transcribe(spoken, { signal, language });
  return { text: transcript.text, language: transcript.language, audioMs, lowConfidence: transcript.lowConfidence };
}

export function createSttActivities(deps: SttDependencies): SttActivities {
  return {
    transcribe: (input) =>
      runActivity(async (signal) => {
        const { text, ...heard } = await (input.transcriptUrl ? live(input, input.transcriptUrl, signal) : whole(input, signal));
        return { ...heard, ...deps.sealer.sealWords(text, input.secret === true) };
      }),
  };

  async function heard({ heardUrl = '', recording }: TranscribeInput, signal: AbortSignal): Promise<Float32Array> {
    if (recording === undefined) return fromPcm16(await collect(readPipe(heardUrl, signal)));
    const wav = await deps.recordings.find(recording);
    if (!wav) throw new VoicebotError('not-found', 'The audio of the turn is not kept any more.');
    return decodeWav(wav, Number.POSITIVE_INFINITY).samples;
  }

  async function whole(input: TranscribeInput, signal: AbortSignal) {
    return transcribeWhole(deps, await heard(input, signal), { language: input.language, signal });
  }

  async function live({ heardUrl = '', language, secret }: TranscribeInput, transcriptUrl: string, signal: AbortSignal) {
    // The ears cut the speech out already.
    const { transcript, samples } = await listenLive({
      stt: deps.stt,
      heard: readPipe(heardUrl, signal),
      transcriptUrl,
      language,
      hide: (text) =>
        secret
          ? { text: hideNumbers(text), digits: correctedDigits(text, Object.values(digitsOf)).length }
          : { text: redact(text) },
      signal,
    });
    const audioMs = (samples / sttSampleRateHz) * 1000;
    return { text: transcript.text, language: transcript.language, audioMs, lowConfidence: transcript.lowConfidence };
  }
}
