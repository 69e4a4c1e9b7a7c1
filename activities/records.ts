import { type BlobStore, putRecording } from '../db/blobs.ts';
import type { Database } from '../db/open.ts';
import { recordCallEnded, recordCallStarted, recordTurn } from '../db/sessions.ts';
import type { CallEndReason, CallStatus, TurnMedia, TurnOutcome } from '../domain/call.ts';
import { readPipe } from '../media/client.ts';
import { collect } from '../media/pipe.ts';
import { audioOf } from '../media/speech-frames.ts';
import { encodeWav } from '../media/wav.ts';
import { runActivity } from './run-activity.ts';

export interface RecordTurnInput {
  readonly sessionId: string;
  readonly outcome: TurnOutcome;
  /** The turn's pipes, where its audio is to be kept. */
  readonly audio?: TurnMedia | undefined;
}

/** All of them may run twice: what is written is written once. */
export interface RecordsActivities {
  recordCallStarted(input: { readonly sessionId: string }): Promise<void>;
  recordTurn(input: RecordTurnInput): Promise<void>;
  recordCallEnded(input: {
    readonly sessionId: string;
    readonly status: CallStatus;
    readonly reason: CallEndReason;
  }): Promise<void>;
}

export interface RecordsDependencies {
  readonly db: Database;
  readonly blobs: BlobStore;
  /** Rate of the `spoken` pipe. */
  readonly spokenRateHz: number;
}

const heardRateHz = 16_000;

export function createRecordsActivities({ db, blobs, spokenRateHz }: RecordsDependencies): RecordsActivities {
  async function keep(
    input: RecordTurnInput,
    kind: 'heard' | 'spoken',
    url: string,
    sampleRateHz: number,
    signal: AbortSignal,
  ): Promise<void> {
    const bytes = readPipe(url, signal);
    const pcm = await collect(kind === 'spoken' ? audioOf(bytes) : bytes);
    if (pcm.length === 0) return;
    await putRecording(db, blobs, {
      sessionId: input.sessionId,
      turn: input.outcome.turn,
      kind,
      sampleRateHz,
      durationMs: (pcm.length / 2 / sampleRateHz) * 1000,
      wav: encodeWav(pcm, sampleRateHz),
    });
  }
  return {
    recordCallStarted: async ({ sessionId }) => {
      await runActivity(async () => {
        await recordCallStarted(db, sessionId);
        return {};
      });
    },
    recordTurn: async (input) => {
      await runActivity(async (signal) => {
        await recordTurn(db, input.sessionId, input.outcome);
        if (input.audio) {
          await keep(input, 'heard', input.audio.heardUrl, heardRateHz, signal);
          await keep(input, 'spoken', input.audio.spokenUrl, spokenRateHz, signal);
        }
        return {};
      });
    },
    recordCallEnded: async ({ sessionId, status, reason }) => {
      await runActivity(async () => {
        await recordCallEnded(db, sessionId, status, reason);
        return {};
      });
    },
  };
}
