import { Context } from '@temporalio/activity';
import type { BlobStore } from '../db/blobs.ts';
import { deleteAudioBefore, deleteSession, type ExpiredSession, recordDeletion, sessionsEndedBefore } from '../db/data-life.ts';
import type { Database } from '../db/open.ts';
import { added, type DeletedCounts, nothingDeleted } from '../domain/data-life.ts';
import { throwIfAborted } from '../domain/errors.ts';
import { runActivity } from './run-activity.ts';

export interface ExpiryInput {
  /** Names what is deleted now: the same again is the same. */
  readonly id: string;
  /** Sessions that ended before, with all that belongs to them; none when unset. */
  readonly sessionsBeforeMs?: number | undefined;
  /** Audio from before; none when unset. */
  readonly audioBeforeMs?: number | undefined;
}

export interface EraseInput {
  readonly id: string;
  readonly sessionId: string;
  readonly tenant: string;
  readonly requestedBy: string;
}

export interface DataLifeActivities {
  /** Deletes what has been kept long enough, and keeps that it did. */
  deleteExpired(input: ExpiryInput): Promise<DeletedCounts>;
  /** Deletes a session with all that belongs to it, and keeps that it did. */
  eraseSession(input: EraseInput): Promise<DeletedCounts>;
}

export interface DataLifeDependencies {
  readonly db: Database;
  readonly blobs: BlobStore;
  /** Deletes the executions of a call in Temporal, with their histories. @returns how many. */
  readonly deleteHistories: (session: ExpiredSession) => Promise<number>;
}

/** Rows that are looked for at a time. */
const pageSize = 100;

export function createDataLife({ db, blobs, deleteHistories }: DataLifeDependencies): DataLifeActivities {
  /** The histories go first: what is left of a session leads to them. */
  async function erase(session: ExpiredSession): Promise<DeletedCounts> {
    const histories = await deleteHistories(session);
    return { ...(await deleteSession(db, blobs, session.id)), histories };
  }

  return {
    deleteExpired: ({ id, sessionsBeforeMs, audioBeforeMs }) =>
      runActivity(async (signal) => {
        let deleted = nothingDeleted;
        const tell = () => Context.current().heartbeat(deleted);
        while (sessionsBeforeMs !== undefined) {
          const page = await sessionsEndedBefore(db, new Date(sessionsBeforeMs), pageSize);
          for (const session of page) {
            throwIfAborted(signal);
            deleted = added(deleted, await erase(session));
          }
          tell();
          if (page.length < pageSize) break;
        }
        while (audioBeforeMs !== undefined) {
          throwIfAborted(signal);
          const gone = await deleteAudioBefore(db, blobs, new Date(audioBeforeMs), pageSize);
          deleted = { ...deleted, recordings: deleted.recordings + gone };
          tell();
          if (gone < pageSize) break;
        }
        const something = Object.values(deleted).some((count) => count > 0);
        const about = { tenant: '', reason: 'retention', sessionId: null, requestedBy: 'retention' } as const;
        if (something) await recordDeletion(db, { id, atMs: Date.now(), ...about, deleted });
        return deleted;
      }),
    eraseSession: ({ id, sessionId, tenant, requestedBy }) =>
      runActivity(async () => {
        const deleted = await erase({ id: sessionId, tenant });
        await recordDeletion(db, { id, atMs: Date.now(), tenant, reason: 'erasure', sessionId, requestedBy, deleted });
        return deleted;
      }),
  };
}
