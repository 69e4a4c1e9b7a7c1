import type { PayloadCodec } from '@temporalio/common';
import { type NativeConnection, Worker } from '@temporalio/worker';
import { createMessageSpeech } from '../activities/message-speech.ts';
import { heartbeatMs } from '../activities/run-activity.ts';
import { createTtsActivities } from '../activities/tts.ts';
import { createVoiceControl } from '../activities/voice-control.ts';
import { installedVoices } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import type { BlobStore } from '../db/blobs.ts';
import { SpeechStore } from '../db/speech.ts';
import { voiceTaskQueues } from '../domain/voices/engine.ts';
import { OpenAiSpeech } from '../engines/openai/openai-speech.ts';
import { converterOf } from '../temporal/connection.ts';

/** Requests to the server at a time. */
const atOnce = 4;
/** Running requests of a worker that stops may take so long to finish. */
const drainMs = 5_000;

export interface RemoteVoiceDependencies {
  readonly connection: NativeConnection;
  readonly blobs: BlobStore;
  readonly codec?: PayloadCodec | undefined;
}

/** A worker that speaks with another server's voices (queue `tts-remote`); none where no server is set. */
export async function createRemoteVoiceWorker(
  config: Config,
  { connection, blobs, codec }: RemoteVoiceDependencies,
): Promise<Worker | undefined> {
  if (!config.SPEECH_BASE_URL) return undefined;
  const [voice = ''] = installedVoices(config).remote;
  const tts = new OpenAiSpeech({
    baseUrl: config.SPEECH_BASE_URL,
    apiKey: config.SPEECH_API_KEY,
    model: config.SPEECH_MODEL,
    voice,
  });
  // Nothing is made ahead with a voice that may cost something.
  const store = new SpeechStore(blobs, `remote ${config.SPEECH_BASE_URL} ${config.SPEECH_MODEL} ${voice}`);
  return Worker.create({
    connection,
    namespace: config.TEMPORAL_NAMESPACE,
    ...converterOf(codec),
    taskQueue: voiceTaskQueues.remote,
    activities: {
      ...createTtsActivities({ tts, store, queue: { add: () => {} }, recordings: blobs }),
      ...createMessageSpeech({ tts, blobs }),
      ...createVoiceControl(tts),
    },
    maxConcurrentActivityTaskExecutions: atOnce,
    maxHeartbeatThrottleInterval: heartbeatMs,
    shutdownGraceTime: drainMs,
    shutdownForceTime: drainMs + 5_000,
  });
}
