import { decodeWav, encodeWav } from '../audio/wav.ts';
import type { BlobStore } from '../db/blobs.ts';
import type { SpeakMessageInput, SpeakMessageResult } from '../domain/voices/contract.ts';
import type { TextToSpeech } from '../engines/types.ts';
import { runActivity } from './run-activity.ts';

export interface MessageSpeechActivities {
  /** Speaks a text unless its file is there already. */
  speakMessage(input: SpeakMessageInput): Promise<SpeakMessageResult>;
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
        const parts: Uint8Array[] = [];
        let workMs = 0;
        for await (const { samples, processingMs } of tts.speak(text, { voice, speed, signal, priority: 'background' })) {
          parts.push(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
          workMs += processingMs;
        }
        const pcm = Buffer.concat(parts);
        await blobs.put(blobKey, encodeWav(pcm, sampleRateHz), 'audio/wav');
        return { durationMs: (pcm.length / 2 / sampleRateHz) * 1000, sampleRateHz, workMs };
      }),
  };
}
