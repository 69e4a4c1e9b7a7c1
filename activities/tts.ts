import type { SpeechStore } from '../db/speech.ts';
import type { SpeechStyle, StepTiming } from '../domain/call.ts';
import { splitSentences } from '../domain/sentences.ts';
import type { Priority, SpeechChunk, TextToSpeech } from '../engines/types.ts';
import { readPipe, writePipe } from '../media/client.ts';
import { linesOf } from '../media/lines.ts';
import { speechPiece } from '../media/speech-frames.ts';
import { runActivity } from './run-activity.ts';
import type { SpeechQueue } from './speech-queue.ts';
import { SpokenBefore } from './spoken-before.ts';
import { takePipe } from './take-pipe.ts';

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
  /** From the first sentence to its first audio. */
  readonly firstAudioMs: number;
  readonly timing: StepTiming;
}

export interface PrepareInput {
  /** A text that may be spoken to anybody. */
  readonly text: string;
  /** Is done with it only when its speech is there; else whenever nobody is on the line. */
  readonly whole?: boolean | undefined;
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
  readonly queue: Pick<SpeechQueue, 'add'>;
}

export function createTtsActivities({ tts, store, queue }: TtsDependencies): TtsActivities {
  /** A sentence from the store, or as the engine makes it. */
  async function* speech(
    sentence: string,
    { style, ...run }: { style: SpeechStyle | undefined; signal: AbortSignal; priority: Priority },
  ): AsyncGenerator<SpokenPiece> {
    const stored = await store.find(sentence, style);
    if (stored) yield { text: sentence, samples: stored };
    else yield* tts.speak(sentence, { ...style, ...run });
  }
  return {
    speak: ({ text, saidUrl, spokenUrl, style }) =>
      runActivity(async (signal) => {
        let firstTextAt = 0;
        let firstAudioMs = 0;
        const { claim, writer } = await takePipe(spokenUrl, signal);
        const before = await SpokenBefore.read(claim.bytes);
        let samples = before.samples;
        const sentences = text === undefined ? linesOf(readPipe(saidUrl ?? '', signal)) : splitSentences(text);
        async function* frames(): AsyncGenerator<Uint8Array> {
          for await (const whole of sentences) {
            const sentence = before.restOf(whole);
            if (sentence === '') continue;
            firstTextAt ||= performance.now();
            const priority = samples === 0 ? 'urgent' : 'caller';
            for await (const piece of speech(sentence, { style, signal, priority })) {
              firstAudioMs ||= performance.now() - firstTextAt;
              samples += piece.samples.length;
              const { buffer, byteOffset, byteLength } = piece.samples;
              yield speechPiece(piece.text, new Uint8Array(buffer, byteOffset, byteLength));
            }
          }
        }
        await writePipe(spokenUrl, frames(), { at: claim.count, writer, signal });
        return { spokenMs: (samples / tts.sampleRateHz) * 1000, sampleRateHz: tts.sampleRateHz, firstAudioMs };
      }),
    prepare: async ({ text, whole }) => {
      // A step that waits until nobody is on the line takes a place that callers need: those of calls do not.
      if (!whole) return queue.add(text);
      await runActivity(async (signal) => {
        await store.fill(splitSentences(text), tts, signal);
        return {};
      });
    },
  };
}

type SpokenPiece = Pick<SpeechChunk, 'text' | 'samples'>;
