import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { BlobStore } from '../blobs.ts';
import type { Manifest } from './manifest.ts';

const folderName = 'blobs/';
/** A store in a network answers more at once. */
const atOnce = 8;

export interface SavedBlobs {
  readonly paths: readonly string[];
  /** Deleted while the copy was made, as retention does. */
  readonly gone: number;
}

/** Copies every blob as it lies in the store, encrypted where it is. */
export async function saveBlobs(blobs: BlobStore, folder: string, signal?: AbortSignal): Promise<SavedBlobs> {
  const paths: string[] = [];
  let gone = 0;
  await eachOf(blobs.keys(), async (key) => {
    signal?.throwIfAborted();
    const path = folderName + key;
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true });
    const source = await blobs.stored(key).catch(() => undefined);
    if (!source) {
      gone++;
      return;
    }
    await pipeline(source, createWriteStream(target, { mode: 0o600 }), { ...(signal && { signal }) });
    paths.push(path);
  });
  return { paths: paths.sort(), gone };
}

/** Puts every blob of a backup into a store. @returns how many. */
export async function loadBlobs(blobs: BlobStore, folder: string, manifest: Manifest, signal?: AbortSignal): Promise<number> {
  const paths = manifest.files.map(({ path }) => path).filter((path) => path.startsWith(folderName));
  await eachOf(paths, async (path) => {
    signal?.throwIfAborted();
    await blobs.putStored(path.slice(folderName.length), createReadStream(join(folder, path)));
  });
  return paths.length;
}

async function eachOf<T>(items: Iterable<T> | AsyncIterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const running = new Set<Promise<void>>();
  for await (const item of items) {
    const one = work(item).finally(() => running.delete(one));
    running.add(one);
    if (running.size >= atOnce) await Promise.race(running);
  }
  await Promise.all(running);
}
