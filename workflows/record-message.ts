import { proxyActivities } from '@temporalio/workflow';
import type { MessageCheckActivities } from '../activities/message-check.ts';
import type { KeptRecording, MessageRecordActivities, RecordingInput } from '../activities/message-records.ts';
import { taskQueues } from './definitions.ts';

export interface RecordMessageInput extends RecordingInput {
  /** Whisper listens to it. */
  readonly check: boolean;
}

// Somebody waits for the answer of their upload.
const waitedFor = {
  startToCloseTimeout: '2 minutes',
  scheduleToStartTimeout: '30 seconds',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: 500, maximumAttempts: 3 },
} as const;

const checks = proxyActivities<MessageCheckActivities>({ ...waitedFor, taskQueue: taskQueues.stt });
const records = proxyActivities<Pick<MessageRecordActivities, 'keepRecording'>>({ ...waitedFor, taskQueue: taskQueues.records });

/** Makes a recording of a person a version of a message; what was said in it is transcribed where nobody has written it. */
export async function recordMessage({ check, ...recording }: RecordMessageInput): Promise<KeptRecording> {
  const { blobKey, text, language } = recording;
  if (!check) return records.keepRecording(recording);
  const { heard, wordErrorRate } = await checks.checkMessage({ blobKey, text, language });
  return records.keepRecording({ ...recording, heard, ...(text ? { wordErrorRate } : { text: heard }) });
}
