import { makeZip } from 'client-zip';
import type { BlobStore } from '../db/blobs.ts';
import { recordingsOfSession } from '../db/blobs.ts';
import { listTurns } from '../db/kept-turns.ts';
import type { Database } from '../db/open.ts';
import { keptInScope } from '../db/scope.ts';
import type { SessionRow } from '../db/sessions.ts';
import { reviewsOf } from '../db/turn-reviews.ts';

export interface CustomerArchiveSources {
  readonly db: Database;
  readonly blobs: Pick<BlobStore, 'find'>;
}

/** Turns that are read at a time. */
const pageTurns = 200;

/** All that is kept of these sessions, for whoever they are about: a zip file that is made while it is read. */
export function customerArchive(
  { db, blobs }: CustomerArchiveSources,
  sessions: readonly SessionRow[],
): ReadableStream<Uint8Array> {
  async function* files() {
    const all: object[] = [];
    for (const { customerHashes: _, tenant: __, ...session } of sessions) {
      const turns: object[] = [];
      for (let after: number | undefined = 0; after !== undefined; ) {
        const page = await listTurns(db, session.id, { after, limit: pageTurns });
        turns.push(...page.map(({ tenant: ___, sessionId: ____, ...turn }) => turn));
        after = page.length === pageTurns ? page.at(-1)?.turn : undefined;
      }
      const recordings: object[] = [];
      for (const { turn, kind, blobKey, durationMs } of await recordingsOfSession(db, session.id)) {
        const file = `${session.id}/${String(turn).padStart(5, '0')}-${kind}.wav`;
        const wav = await blobs.find(blobKey);
        if (!wav) continue;
        recordings.push({ turn, kind, durationMs, file });
        yield { name: file, input: wav as Uint8Array<ArrayBuffer> };
      }
      all.push({ ...session, turns, reviews: await reviewsOf(db, session.id), recordings });
    }
    yield { name: 'sessions.json', input: JSON.stringify({ sessions: all }, null, 2) };
  }
  return makeZip(keptInScope(files()));
}
