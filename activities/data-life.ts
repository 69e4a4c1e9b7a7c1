import { createHash } from 'node:crypto';
import { Context } from '@temporalio/activity';
import type { BlobStore } from '../db/blobs.ts';
import {
  deleteAudioBefore,
  deleteQuestionsBefore,
  deleteSession,
  type ExpiredSession,
  recordDeletion,
  sessionsEndedBefore,
  tenantsWithSessions,
} from '../db/data-life.ts';
import type { Database } from '../db/open.ts';
import { inTenant } from '../db/scope.ts';
import { sessionsOfCustomer } from '../db/sessions.ts';
import { tenantProfile } from '../db/tenants.ts';
import { added, type DeletedCounts, nothingDeleted, type Retention } from '../domain/data-life.ts';
import { throwIfAborted } from '../domain/errors.ts';
import { runActivity } from './run-activity.ts';

export interface ExpiryInput extends Retention {
  /** Names what is deleted now: the same again is the same. */
  readonly id: string;
  /** What is older than so many days now is deleted. */
  readonly nowMs: number;
}

export interface EraseInput {
  readonly id: string;
  readonly sessionId: string;
  readonly tenant: string;
  readonly requestedBy: string;
}

export interface EraseCustomerInput {
  readonly id: string;
  readonly tenant: string;
  /** As sessions of the customer have it. */
  readonly customerHash: string;
  readonly requestedBy: string;
}

export interface DataLifeActivities {
  /** Deletes what has been kept long enough, and keeps that it did. */
  deleteExpired(input: ExpiryInput): Promise<DeletedCounts>;
  /** Deletes a session with all that belongs to it, and keeps that it did. */
  eraseSession(input: EraseInput): Promise<DeletedCounts>;
  /** As `eraseSession`, for all sessions of a customer that have ended. */
  eraseCustomer(input: EraseCustomerInput): Promise<DeletedCounts>;
}

export interface DataLifeDependencies {
  readonly db: Database;
  readonly blobs: BlobStore;
  /** Deletes the executions of a call in Temporal, with their histories. @returns how many. */
  readonly deleteHistories: (session: ExpiredSession) => Promise<number>;
}

/** Rows that are looked for at a time. */
const pageSize = 100;
const dayMs = 86_400_000;

export function createDataLife({ db, blobs, deleteHistories }: DataLifeDependencies): DataLifeActivities {
  /** The histories go first: what is left of a session leads to them. */
  async function erase(session: ExpiredSession): Promise<DeletedCounts> {
    const histories = await deleteHistories(session);
    return { ...(await deleteSession(db, blobs, session.id)), histories };
  }

  /** What one tenant has kept long enough, by its own times where it has them. */
  async function expire(tenant: string, input: ExpiryInput, signal: AbortSignal): Promise<DeletedCounts> {
    const { retentionSessionsDays, retentionAudioDays } = await tenantProfile(db, tenant);
    const before = (days: number | undefined) => (days === undefined ? undefined : new Date(input.nowMs - days * dayMs));
    const sessionsBefore = before(retentionSessionsDays ?? input.sessionsDays);
    const audioBefore = before(retentionAudioDays ?? input.audioDays);
    let deleted = nothingDeleted;
    const tell = () => Context.current().heartbeat({ tenant, deleted });
    while (sessionsBefore) {
      const page = await sessionsEndedBefore(db, sessionsBefore, pageSize);
      for (const session of page) {
        throwIfAborted(signal);
        deleted = added(deleted, await erase(session));
      }
      tell();
      if (page.length < pageSize) break;
    }
    while (audioBefore) {
      throwIfAborted(signal);
      const gone = await deleteAudioBefore(db, blobs, audioBefore, pageSize);
      deleted = { ...deleted, recordings: deleted.recordings + gone };
      tell();
      if (gone < pageSize) break;
    }
    return sessionsBefore ? { ...deleted, questions: await deleteQuestionsBefore(db, sessionsBefore) } : deleted;
  }

  return {
    deleteExpired: (input) =>
      runActivity(async (signal) => {
        let all = nothingDeleted;
        const about = { atMs: input.nowMs, reason: 'retention', sessionId: null, requestedBy: 'retention' } as const;
        for (const tenant of await tenantsWithSessions(db)) {
          // Within its tenant, a step cannot delete what is another's.
          const deleted = await inTenant(tenant, () => expire(tenant, input, signal));
          if (!isNothing(deleted)) await recordDeletion(db, { id: idFor(input.id, tenant), tenant, ...about, deleted });
          all = added(all, deleted);
        }
        if (input.speechDays === undefined) return all;
        const speech = await blobs.deleteBefore('speech', new Date(input.nowMs - input.speechDays * dayMs));
        const deleted = { ...nothingDeleted, speech };
        if (speech > 0) await recordDeletion(db, { id: idFor(input.id, 'speech'), tenant: '', ...about, deleted });
        return added(all, deleted);
      }),
    eraseSession: ({ id, sessionId, tenant, requestedBy }) =>
      runActivity(async () => {
        const deleted = await erase({ id: sessionId, tenant });
        await recordDeletion(db, { id, atMs: Date.now(), tenant, reason: 'erasure', sessionId, requestedBy, deleted });
        return deleted;
      }),
    eraseCustomer: ({ id, tenant, customerHash, requestedBy }) =>
      runActivity(async (signal) => {
        // An attempt goes on counting where the last one ended: what that one deleted belongs in the certificate.
        let deleted: DeletedCounts = Context.current().info.heartbeatDetails ?? nothingDeleted;
        for (const session of await sessionsOfCustomer(db, customerHash)) {
          throwIfAborted(signal);
          if (session.status === 'active') continue;
          deleted = added(deleted, await erase(session));
          Context.current().heartbeat(deleted);
        }
        await recordDeletion(db, { id, atMs: Date.now(), tenant, reason: 'erasure', sessionId: null, requestedBy, deleted });
        return deleted;
      }),
  };
}

const isNothing = (deleted: DeletedCounts): boolean => Object.values(deleted).every((count) => count === 0);

/** The same for the same: a step that is taken again keeps no second record. */
function idFor(id: string, part: string): string {
  const hex = createHash('sha256').update(`${id} ${part}`).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-');
}
