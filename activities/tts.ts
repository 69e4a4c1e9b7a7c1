import type { SpeechStyle, StepTiming } from '../domain/call.ts';
import type { TextToSpeech } from '../engines/types.ts';
import { readPipe, writePipe } from '../media/client.ts';
import { runActivity } from './run-activity.ts';

export interface SpeakInput {
  /** A text that is known already … */
  readonly text?: string | undefined;
  /** … or the pipe it comes from, one sentence a line. */
  readonly saidUrl?: string | undefined;
  /** Where the speech goes: PCM16 mono at the engine's rate. */
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

export interface TtsActivities {
  speak(input: SpeakInput): Promise<SpeakResult>;
}

export function createTtsActivities({ tts }: { readonly tts: TextToSpeech }): TtsActivities {
  return {
    speak: ({ text, saidUrl, spokenUrl, style }) =>
      runActivity(async (signal) => {
        const started = performance.now();
        let firstAudioMs = 0;
        let samples = 0;
        async function* speech(): AsyncGenerator<Uint8Array> {
          for await (const sentence of text === undefined ? linesOf(readPipe(saidUrl ?? '', signal)) : [text]) {
            for await (const chunk of tts.speak(sentence, { ...style, signal })) {
              firstAudioMs ||= performance.now() - started;
              samples += chunk.samples.length;
              yield new Uint8Array(chunk.samples.buffer, chunk.samples.byteOffset, chunk.samples.byteLength);
            }
          }
        }
        await writePipe(spokenUrl, speech(), signal);
        return { spokenMs: (samples / tts.sampleRateHz) * 1000, sampleRateHz: tts.sampleRateHz, firstAudioMs };
      }),
  };
}

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
