import { decodeWav, encodeWav } from '../audio/wav.ts';
import type { BlobStore } from '../db/blobs.ts';
import type { SpeakMessageInput, SpeakMessageResult } from '../domain/voices/contract.ts';
import type { SpeakOptions, TextToSpeech } from '../engines/types.ts';
import { runActivity } from './run-activity.ts';

export interface MessageSpeechActivities {
  /** Speaks a text unless its file is there already. */
  speakMessage(input: SpeakMessageInput): Promise<SpeakMessageResult>;
}

/** All of a text's speech, once it is made: PCM16 mono at the voice's rate. */
export async function speakWhole(
  tts: Pick<TextToSpeech, 'speak'>,
  text: string,
  options: SpeakOptions,
): Promise<{ readonly pcm: Buffer; readonly workMs: number }> {
  const parts: Uint8Array[] = [];
  let workMs = 0;
  for await (const { samples, processingMs } of tts.speak(text, options)) {
    parts.push(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
    workMs += processingMs;
  }
  return { pcm: Buffer.concat(parts), workMs };
}

export function createMessageSpeech(deps: {
  readonly tts: Pick<TextToSpeech, 'speak' | 'sampleRateHz'>;
  readonly blobs: Pick<BlobStore, 'find' | 'put'>;
}): MessageSpeechActivities {
  const { tts, blobs } = deps;
  return {
    speakMessage: ({ text, voice, speed, blobKey }) =>
      runActivity(async (signal) => {
        const there = await blobs.find(blobKey);
        if (there) {
          const { samples, sampleRateHz } = decodeWav(there, Number.POSITIVE_INFINITY);
          return { durationMs: (samples.length / sampleRateHz) * 1000, sampleRateHz };
        }
        const { sampleRateHz } = tts;
        const { pcm, workMs } = await speakWhole(tts, text, { voice, speed, signal, priority: 'background' });
        await blobs.put(blobKey, encodeWav(pcm, sampleRateHz), 'audio/wav');
        return { durationMs: (pcm.length / 2 / sampleRateHz) * 1000, sampleRateHz, workMs };
      }),
  };
}
