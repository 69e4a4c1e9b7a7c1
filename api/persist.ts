import { setTimeout as sleep } from 'node:timers/promises';
import { isGrpcServiceError } from '@temporalio/client';

/** gRPC codes of a server that restarts or is out of reach: UNAVAILABLE, and UNKNOWN and ABORTED of one that is going down. */
const passing = new Set([14, 2, 10]);
const pauseMs = 250;

/**
 * Asks Temporal again and again while its server is away, until the signal. Requests carry ids, so that one which had arrived is
 * not done twice.
 */
export async function persist<T>(signal: AbortSignal, request: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await request();
    } catch (error) {
      if (signal.aborted || !isPassing(error)) throw error;
      await sleep(pauseMs, undefined, { signal }).catch(() => {
        throw error;
      });
    }
  }
}

function isPassing(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (isGrpcServiceError(cause)) return passing.has(cause.code);
  }
  return false;
}
