import { encodeWav } from '../audio/wav.ts';
import { type BlobStore, dropRecordings, keepRecordings, type Recording, storeRecording } from '../db/blobs.ts';
import { type KeptTurn, recallTurn } from '../db/kept-turns.ts';
import type { Database } from '../db/open.ts';
import { recordCallEnded, recordCallStarted, recordTurn } from '../db/sessions.ts';
import type { CallEndReason, CallStatus, TurnMedia, TurnOutcome } from '../domain/call.ts';
import { freePipes, readPipe } from '../media/client.ts';
import { collect } from '../media/pipe.ts';
import { audioOf } from '../media/speech-frames.ts';
import { runActivity } from './run-activity.ts';

export interface KeepAudioInput {
  readonly sessionId: string;
  readonly turn: number;
  /** The turn's pipes. */
  readonly media: TurnMedia;
  /** Only what the caller said, as for a turn that failed. */
  readonly heardOnly: boolean;
  /** So much of the reply was heard before the caller took the floor; unset where it was heard to its end. */
  readonly playedMs?: number;
}

export interface RecordTurnInput {
  readonly sessionId: string;
  readonly outcome: TurnOutcome;
  /** Audio that `keepAudio` stored. */
  readonly recordings?: readonly Recording[] | undefined;
  /** A pipe of the turn; once its audio is kept, nobody needs them any more. */
  readonly freeUrl?: string | undefined;
  /** The turn was tried again and needs its audio no more. */
  readonly dropAudio?: boolean | undefined;
  /** The turn's pipes, from calls that began under 0.2. */
  readonly audio?: TurnMedia | undefined;
}

/** All of them may run twice: what is written is written once. */
export interface RecordsActivities {
  recordCallStarted(input: { readonly sessionId: string }): Promise<void>;
  /** Stores the audio of a turn while its pipes are open. */
  keepAudio(input: KeepAudioInput): Promise<Recording[]>;
  recordTurn(input: RecordTurnInput): Promise<void>;
  /** What is known of a turn, for one that goes on without its line. */
  recallTurn(input: { readonly sessionId: string; readonly turn: number }): Promise<KeptTurn>;
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
  /** A call has ended, once for each. */
  readonly callEnded?: ((call: EndedCall) => void) | undefined;
}

export interface EndedCall {
  readonly sessionId: string;
  readonly tenant: string;
  readonly reason: CallEndReason;
  readonly startedAt: Date;
  readonly endedAt: Date;
}

const heardRateHz = 16_000;

export function createRecordsActivities({ db, blobs, spokenRateHz, callEnded }: RecordsDependencies): RecordsActivities {
  async function store(
    { sessionId, turn, media, heardOnly, playedMs }: KeepAudioInput,
    signal: AbortSignal,
  ): Promise<Recording[]> {
    const kinds = [
      { kind: 'heard', url: media.heardUrl, sampleRateHz: heardRateHz },
      ...(heardOnly ? [] : [{ kind: 'spoken', url: media.spokenUrl, sampleRateHz: spokenRateHz } as const]),
    ] as const;
    const stored: Recording[] = [];
    for (const { kind, url, sampleRateHz } of kinds) {
      const pcm = await collect(kind === 'spoken' ? spokenAudio(url, playedMs, signal) : readPipe(url, signal));
      if (pcm.length === 0) continue;
      const durationMs = (pcm.length / 2 / sampleRateHz) * 1000;
      stored.push(
        await storeRecording(blobs, { sessionId, turn, kind, sampleRateHz, durationMs, wav: encodeWav(pcm, sampleRateHz) }),
      );
    }
    return stored;
  }

  /** The audio of a reply, as far as it was played. */
  async function* spokenAudio(
    url: string,
    playedMs: number | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    if (playedMs === undefined) return yield* audioOf(readPipe(url, signal));
    let left = 2 * Math.round((playedMs / 1000) * spokenRateHz);
    if (left === 0) return;
    for await (const pcm of audioOf(readPipe(url, signal))) {
      yield pcm.subarray(0, left);
      left -= pcm.length;
      if (left <= 0) return;
    }
  }

  return {
    recordCallStarted: ({ sessionId }) => plain(() => recordCallStarted(db, sessionId)),
    keepAudio: async (input) => (await runActivity(async (signal) => ({ stored: await store(input, signal) }))).stored,
    recordTurn: async (input) => {
      await runActivity(async (signal) => {
        const { sessionId, outcome, audio } = input;
        const { turn } = outcome;
        await recordTurn(db, sessionId, outcome);
        const recordings = audio ? await store({ sessionId, turn, media: audio, heardOnly: false }, signal) : input.recordings;
        await keepRecordings(db, sessionId, turn, recordings ?? []);
        // Where this does not arrive, the API frees them after a while.
        if (input.freeUrl) await freePipes(input.freeUrl, signal).catch(() => undefined);
        if (input.dropAudio && outcome.status === 'answered') await dropRecordings(db, blobs, sessionId, turn);
        return {};
      });
    },
    recallTurn: async ({ sessionId, turn }) =>
      (await runActivity(async () => ({ kept: await recallTurn(db, sessionId, turn) }))).kept,
    recordCallEnded: ({ sessionId, status, reason }) =>
      plain(async () => {
        const ended = await recordCallEnded(db, sessionId, status, reason);
        if (ended) callEnded?.({ sessionId, reason, ...ended });
      }),
  };
}

async function plain(work: () => Promise<void>): Promise<void> {
  await runActivity(async () => {
    await work();
    return {};
  });
}
