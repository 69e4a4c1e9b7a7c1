import { cancelled } from '../../domain/errors.ts';

/**
 * Lets batch work start only while no caller waits for anything, on any engine of this process. Caller work never waits here.
 */
export class WorkGate {
  #callers = 0;
  readonly #waiting = new Set<() => void>();

  callerStarted(): void {
    this.#callers++;
  }

  callerFinished(): void {
    this.#callers--;
    if (this.#callers === 0) for (const wake of this.#waiting) wake();
  }

  /** Resolves once no caller waits. */
  async batchMayStart(signal: AbortSignal | undefined): Promise<void> {
    while (this.#callers > 0) {
      await new Promise<void>((resolve, reject) => {
        const wake = () => {
          this.#waiting.delete(wake);
          signal?.removeEventListener('abort', abort);
          resolve();
        };
        const abort = () => {
          this.#waiting.delete(wake);
          reject(cancelled(signal as AbortSignal));
        };
        if (signal?.aborted) return abort();
        this.#waiting.add(wake);
        signal?.addEventListener('abort', abort, { once: true });
      });
    }
  }
}
