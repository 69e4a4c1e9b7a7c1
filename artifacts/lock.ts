import { setTimeout as sleep } from 'node:timers/promises';
import lockfile from 'proper-lockfile';
import { type FetchListener, silentListener } from './types.ts';

/** A process that was killed leaves its lock behind, which then counts no more after so long. */
const staleMs = 30_000;
const beatMs = 5_000;
const askAgainMs = 500;
/** Who waits so long is told what for. */
const patienceMs = 2_000;

export interface LockOptions {
  readonly listener?: FetchListener | undefined;
  /** Gives up waiting. */
  readonly signal?: AbortSignal | undefined;
  /** What another process does meanwhile, for who waits. */
  readonly doing: string;
}

/**
 * Does something while no other process does it to the same folder. One that works without pause for longer than a lock counts is not
 * waited for any longer: whatever is done must bear that it is done twice at a time.
 */
export async function locked<T>(folder: string, work: () => Promise<T>, options: LockOptions): Promise<T> {
  const release = await acquire(folder, options);
  try {
    return await work();
  } finally {
    // It may have counted no more, and be another's by now.
    await release().catch(() => undefined);
  }
}

async function acquire(folder: string, { listener = silentListener, signal, doing }: LockOptions) {
  const since = performance.now();
  for (let told = false; ; ) {
    signal?.throwIfAborted();
    try {
      return await lockfile.lock(folder, {
        ...{ stale: staleMs, update: beatMs, onCompromised: () => undefined },
        // The folder need not be there yet.
        realpath: false,
      });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') throw error;
    }
    if (!told && performance.now() - since > patienceMs) {
      listener.note(`Waiting for another process: ${doing} ...`);
      told = true;
    }
    await sleep(askAgainMs, undefined, { signal });
  }
}
