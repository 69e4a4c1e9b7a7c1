import type { SpeechStore } from '../db/speech.ts';
import type { SpeechStyle, StepTiming } from '../domain/call.ts';
import { splitSentences } from '../domain/sentences.ts';
import type { SpeechChunk, TextToSpeech } from '../engines/types.ts';
import { readPipe, writePipe } from '../media/client.ts';
import { audioFrame, textFrame } from '../media/speech-frames.ts';
import { runActivity } from './run-activity.ts';

export interface SpeakInput {
  /** A text that is known already … */
  readonly text?: string | undefined;
  /** … or the pipe it comes from, one sentence a line. */
  readonly saidUrl?: string | undefined;
  /** Where the speech goes, as frames of text and audio (PCM16 mono at the engine's rate). */
  readonly spokenUrl: string;
  readonly style?: SpeechStyle | undefined;
}

export interface SpeakResult {
  readonly spokenMs: number;
  readonly sampleRateHz: number;
  /** From the start of the step to the first audio. */
  readonly firstAudioMs: number;
  readonly timing: StepTiming;
}

export interface PrepareInput {
  /** A text that may be spoken to anybody. */
  readonly text: string;
}

export interface TtsActivities {
  speak(input: SpeakInput): Promise<SpeakResult>;
  /** Makes the speech of a text ahead of time. */
  prepare(input: PrepareInput): Promise<void>;
}

export interface TtsDependencies {
  readonly tts: TextToSpeech;
  /** Speech that was made ahead. */
  readonly store: SpeechStore;
}

export function createTtsActivities({ tts, store }: TtsDependencies): TtsActivities {
  /** A sentence from the store, or as the engine makes it. */
  async function* speech(sentence: string, style: SpeechStyle | undefined, signal: AbortSignal): AsyncGenerator<SpokenPiece> {
    const stored = await store.find(sentence, style);
    if (stored) yield { text: sentence, samples: stored };
    else yield* tts.speak(sentence, { ...style, signal });
  }
  return {
    speak: ({ text, saidUrl, spokenUrl, style }) =>
      runActivity(async (signal) => {
        const started = performance.now();
        let firstAudioMs = 0;
        let samples = 0;
        const sentences = text === undefined ? linesOf(readPipe(saidUrl ?? '', signal)) : splitSentences(text);
        async function* frames(): AsyncGenerator<Uint8Array> {
          for await (const sentence of sentences) {
            for await (const piece of speech(sentence, style, signal)) {
              firstAudioMs ||= performance.now() - started;
              samples += piece.samples.length;
              yield textFrame(piece.text);
              yield audioFrame(new Uint8Array(piece.samples.buffer, piece.samples.byteOffset, piece.samples.byteLength));
            }
          }
        }
        await writePipe(spokenUrl, frames(), signal);
        return { spokenMs: (samples / tts.sampleRateHz) * 1000, sampleRateHz: tts.sampleRateHz, firstAudioMs };
      }),
    prepare: async ({ text }) => {
      await runActivity(async (signal) => {
        await store.fill(splitSentences(text), tts, signal);
        return {};
      });
    },
  };
}

type SpokenPiece = Pick<SpeechChunk, 'text' | 'samples'>;

async function* linesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of bytes) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines.filter((line) => line.trim() !== '');
  }
  if (rest.trim() !== '') yield rest;
}
