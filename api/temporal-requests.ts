import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, isGrpcServiceError } from '@temporalio/client';
import { VoicebotError } from '../domain/errors.ts';

/**
 * gRPC codes of a server that restarts, is out of reach or has too much to do: UNAVAILABLE, UNKNOWN and ABORTED of one that is going
 * down, RESOURCE_EXHAUSTED.
 */
const passing = new Set([14, 2, 10, 8]);
const pauseMs = 250;

/** What the API asks of Temporal: bounded in time, and asked again while the server is away. */
export class TemporalRequests {
  readonly #client: Client;
  readonly #stopping = new AbortController();

  constructor(client: Client) {
    this.#client = client;
  }

  /** Aborts once what is still asked is given up. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Gives up what is still asked, so that the connection can be closed. */
  stop(): void {
    this.#stopping.abort();
  }

  /**
   * Asks until it is answered or the time is over. Requests carry ids, so that one which had arrived is not done twice.
   * @throws VoicebotError `worker-unavailable` after the time, `dependency-unavailable` when the service stops.
   */
  async within<T>(timeoutMs: number, request: () => Promise<T>): Promise<T> {
    const late = AbortSignal.timeout(timeoutMs);
    const signal = AbortSignal.any([late, this.stopping]);
    try {
      return await this.#persist(signal, request);
    } catch (error) {
      if (this.stopping.aborted) {
        throw new VoicebotError('dependency-unavailable', 'The service is stopping.', { retryable: true });
      }
      if (!late.aborted || isAway(error)) throw error;
      throw new VoicebotError('worker-unavailable', `No worker answered within ${timeoutMs / 1000} s.`, {
        retryable: true,
        hint: "Is a worker for the queue 'calls' running? WORKER_WAIT and TURN_TIMEOUT set how long a call waits.",
        cause: error,
      });
    }
  }

  async #persist<T>(signal: AbortSignal, request: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        // A signal of its own for each try: the client leaves a listener on it.
        return await this.#client.connection.withAbortSignal(AbortSignal.any([signal]), request);
      } catch (error) {
        if (signal.aborted || !isAway(error)) throw error;
        await sleep(pauseMs, undefined, { signal }).catch(() => {
          throw error;
        });
      }
    }
  }
}

/** The server was not there. */
export function isAway(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (isGrpcServiceError(cause)) return passing.has(cause.code);
  }
  return false;
}
