import { amplified, toPcm16 } from '../audio/pcm.ts';
import { resample } from '../audio/resample.ts';
import { decodeWav } from '../audio/wav.ts';
import type { BlobStore } from '../db/blobs.ts';
import type { SpeechStore } from '../db/speech.ts';
import type { SpeechStyle } from '../domain/call.ts';
import { splitSentences } from '../domain/sentences.ts';
import type { SpeakInput, SpeakResult } from '../domain/voices/contract.ts';
import type { Priority, SpeechChunk, TextToSpeech } from '../engines/types.ts';
import { readPipe, writePipe } from '../media/client.ts';
import { linesOf } from '../media/lines.ts';
import { readSaidLine, type SaidLine } from '../media/said-lines.ts';
import { speechPiece } from '../media/speech-frames.ts';
import { runActivity } from './run-activity.ts';
import type { SpeechQueue } from './speech-queue.ts';
import { SpokenBefore } from './spoken-before.ts';
import { takePipe } from './take-pipe.ts';

export type { SpeakInput, SpeakResult };

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
  /** Where recordings lie that the bank has approved. */
  readonly recordings: Pick<BlobStore, 'find'>;
}

export function createTtsActivities({ tts, store, queue, recordings }: TtsDependencies): TtsActivities {
  /** A sentence from the store, or as the engine makes it; beside recordings as they sound, unless the call has chosen a voice. */
  async function* speech(
    sentence: string,
    {
      style,
      beside,
      ...run
    }: { style: SpeechStyle | undefined; beside: SaidLine['beside']; signal: AbortSignal; priority: Priority },
  ): AsyncGenerator<SpokenPiece> {
    if (beside && !chosen(style)) {
      const { voice, speed, gainDb } = beside;
      for await (const piece of tts.speak(sentence, { ...style, voice, speed, ...run })) {
        yield { ...piece, samples: amplified(piece.samples, gainDb) };
      }
      return;
    }
    const stored = await store.find(sentence, style);
    if (stored) yield { text: sentence, samples: stored };
    else yield* tts.speak(sentence, { ...style, ...run });
  }
  /** What the bank has recorded; nothing where it is gone. Who has chosen a voice hears that one throughout. */
  async function recorded({ recording }: SaidLine, style: SpeechStyle | undefined): Promise<Int16Array | undefined> {
    if (recording === undefined || chosen(style)) return undefined;
    const wav = await recordings.find(recording.key);
    if (!wav) return undefined;
    const { samples, sampleRateHz } = decodeWav(wav, Number.POSITIVE_INFINITY);
    const at = (ms: number | undefined) => ms && Math.round((ms / 1000) * sampleRateHz);
    const stretch = samples.subarray(at(recording.startMs), at(recording.endMs));
    return new Int16Array(toPcm16(await resample({ samples: stretch, sampleRateHz }, tts.sampleRateHz)).buffer);
  }
  return {
    speak: ({ text, saidUrl, spokenUrl, style }) =>
      runActivity(async (signal) => {
        let firstTextAt = 0;
        let firstAudioMs = 0;
        const { claim, writer } = await takePipe(spokenUrl, signal);
        const before = await SpokenBefore.read(claim.bytes);
        let samples = before.samples;
        const lines = text === undefined ? linesOf(readPipe(saidUrl ?? '', signal)) : splitSentences(text);
        async function* frames(): AsyncGenerator<Uint8Array> {
          for await (const line of lines) {
            const said = readSaidLine(line);
            const sentence = before.restOf(said.text);
            if (sentence === '') continue;
            firstTextAt ||= performance.now();
            const recording = sentence === said.text ? await recorded(said, style) : undefined;
            if (recording) {
              firstAudioMs ||= performance.now() - firstTextAt;
              samples += recording.length;
              yield* recordedPieces(sentence, recording, tts.sampleRateHz);
              continue;
            }
            const priority = samples === 0 ? 'urgent' : 'caller';
            for await (const piece of speech(sentence, { style, beside: said.beside, signal, priority })) {
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

const chosen = (style: SpeechStyle | undefined): boolean => style?.voice !== undefined || style?.speed !== undefined;

type SpokenPiece = Pick<SpeechChunk, 'text' | 'samples'>;

/** Longer than this a recording goes on in further pieces. */
const pieceSeconds = 20;

/** A recording with its words; what goes on after its first piece comes without. */
function* recordedPieces(text: string, samples: Int16Array, rateHz: number): Generator<Uint8Array> {
  for (let at = 0; at < samples.length; at += pieceSeconds * rateHz) {
    const { buffer, byteOffset, byteLength } = samples.subarray(at, at + pieceSeconds * rateHz);
    yield speechPiece(at === 0 ? text : '', new Uint8Array(buffer, byteOffset, byteLength));
  }
}
