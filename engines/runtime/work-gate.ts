import { cancelled } from '../../domain/errors.ts';

/**
 * Shares the cores among the engines of this process: batch work starts only while no caller waits for anything, and a language
 * model makes its further tokens only while no caller hears silence. Urgent work never waits here.
 */
export class WorkGate {
  #callers = 0;
  #urgent = 0;
  readonly #waiting = new Set<() => void>();
  #afterUrgent: (() => void)[] = [];

  started(priority: 'urgent' | 'caller'): void {
    this.#callers++;
    if (priority === 'urgent') this.#urgent++;
  }

  finished(priority: 'urgent' | 'caller'): void {
    this.#callers--;
    if (priority === 'urgent' && --this.#urgent === 0) {
      const waiting = this.#afterUrgent;
      this.#afterUrgent = [];
      for (const go of waiting) go();
    }
    if (this.#callers === 0) for (const wake of this.#waiting) wake();
  }

  /** Calls `go` once nothing urgent runs; at once where nothing does. */
  afterUrgent(go: () => void): void {
    if (this.#urgent === 0) go();
    else this.#afterUrgent.push(go);
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
