import { makeZip } from 'client-zip';
import { listItems } from '../db/batches.ts';
import type { BlobStore } from '../db/blobs.ts';
import type { Database } from '../db/open.ts';
import { renditionKey } from '../db/renderings.ts';
import { keptInScope } from '../db/scope.ts';
import { type Rendition, renditionTypes } from '../domain/messages/message.ts';

export interface ArchiveSources {
  readonly db: Database;
  readonly blobs: Pick<BlobStore, 'find'>;
}

/** Items that are read at a time. */
const pageRows = 200;

/** The messages of a batch and what is known of each, as a zip file that is made while it is read. */
export function batchArchive(
  { db, blobs }: ArchiveSources,
  { tenant, batchId, rendition }: { readonly tenant: string; readonly batchId: string; readonly rendition: Rendition },
): ReadableStream<Uint8Array> {
  async function* files() {
    const manifest: object[] = [];
    const names = new Set<string>();
    for (let after: number | undefined = 0; after !== undefined; ) {
      const rows = await listItems(db, { tenant, batchId, after, limit: pageRows });
      for (const { line, key, engine, voice, speed, text, state, version, hash, errorCode, errorMessage } of rows) {
        const made = state === 'created' || state === 'reused';
        const bytes = made && (await blobs.find(renditionKey(tenant, hash, rendition)));
        const file = bytes ? `${key}.${renditionTypes[rendition].extension}` : null;
        manifest.push({
          line,
          key,
          file,
          state,
          version,
          engine,
          voice,
          speed,
          text,
          rendering: hash || null,
          errorCode,
          errorMessage,
        });
        // A row that repeats another one is in the archive already.
        if (!bytes || !file || names.has(file)) continue;
        names.add(file);
        yield { name: file, input: bytes as Uint8Array<ArrayBuffer> };
      }
      after = rows.length === pageRows ? rows.at(-1)?.line : undefined;
    }
    yield { name: 'manifest.json', input: JSON.stringify({ batch: batchId, rendition, messages: manifest }, null, 2) };
  }
  return makeZip(keptInScope(files()));
}
