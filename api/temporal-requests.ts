import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { VoicebotError } from '../domain/errors.ts';
import { fromTemporal, isAway } from './temporal-errors.ts';

const pauseMs = 250;

/** What the API asks of Temporal: bounded in time, and asked again while the server is away. */
export class TemporalRequests {
  readonly #client: Client;
  readonly #stopping = new AbortController();

  constructor(client: Client) {
    this.#client = client;
    // Every caller who waits listens to it.
    setMaxListeners(0, this.stopping);
  }

  /** Aborts once what is still asked is given up. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Gives up what is still asked, so that the connection can be closed. */
  stop(): void {
    this.#stopping.abort();
  }

  /** As `within`, where what went wrong is of interest as the product's own error only. @throws VoicebotError. */
  async ask<T>(timeoutMs: number, request: () => Promise<T>): Promise<T> {
    try {
      return await this.within(timeoutMs, request);
    } catch (error) {
      throw fromTemporal(error);
    }
  }

  /**
   * Asks until it is answered or the time is over. Requests carry ids, so that one which had arrived is not done twice.
   * @throws VoicebotError `worker-unavailable` after the time, `dependency-unavailable` when the service stops.
   */
  async within<T>(timeoutMs: number, request: () => Promise<T>): Promise<T> {
    const controller = new AbortController();
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      controller.abort(new DOMException(`It took more than ${timeoutMs} ms.`, 'TimeoutError'));
    }, timeoutMs);
    try {
      return await following(this.stopping, controller, () => this.#persist(controller.signal, request));
    } catch (error) {
      if (this.stopping.aborted) {
        throw new VoicebotError('dependency-unavailable', 'The service is stopping.', { retryable: true });
      }
      if (!late || isAway(error)) throw error;
      throw new VoicebotError('worker-unavailable', `No worker answered within ${timeoutMs / 1000} s.`, {
        retryable: true,
        hint: "Is a worker for the queue 'calls' running? WORKER_WAIT and TURN_TIMEOUT set how long a call waits.",
        cause: error,
      });
    } finally {
      clearTimeout(timer);
    }
  }

  async #persist<T>(signal: AbortSignal, request: () => Promise<T>): Promise<T> {
    for (;;) {
      // The client would send it all the same: what is asked after the end must not arrive.
      signal.throwIfAborted();
      // A signal of its own for each try: the client leaves a listener on it, which goes with it.
      const own = new AbortController();
      try {
        return await following(signal, own, () => this.#client.connection.withAbortSignal(own.signal, request));
      } catch (error) {
        if (signal.aborted || !isAway(error)) throw error;
        await sleep(pauseMs, undefined, { signal }).catch(() => {
          throw error;
        });
      }
    }
  }
}

/** Does work whose controller aborts with a signal that may live much longer; nothing of it stays there. */
async function following<T>(signal: AbortSignal, controller: AbortController, work: () => Promise<T>): Promise<T> {
  const follow = () => controller.abort(signal.reason);
  if (signal.aborted) follow();
  signal.addEventListener('abort', follow, { once: true });
  try {
    return await work();
  } finally {
    signal.removeEventListener('abort', follow);
  }
}
