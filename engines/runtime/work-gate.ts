import { cancelled } from '../../domain/errors.ts';

/** Callers who have just been heard or answered are likely to need something again at once. */
const quietMs = 1_000;

/**
 * Shares the cores among the engines of this process: batch work starts only while no caller waits for anything, background work only
 * while none is on a line of this process and none was served a moment ago, and a language model makes its further tokens only while no
 * caller hears silence. Urgent work never waits here.
 */
export class WorkGate {
  #callers = 0;
  #urgent = 0;
  #lines = 0;
  #servedAt = Number.NEGATIVE_INFINITY;
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
    this.#servedAt = performance.now();
    this.#wakeIfFree();
  }

  /** A caller is on the line until the returned function is called. */
  lineOpened(): () => void {
    this.#lines++;
    let open = true;
    return () => {
      if (!open) return;
      open = false;
      this.#lines--;
      this.#wakeIfFree();
    };
  }

  /** Calls `go` once nothing urgent runs; at once where nothing does. */
  afterUrgent(go: () => void): void {
    if (this.#urgent === 0) go();
    else this.#afterUrgent.push(go);
  }

  /** Resolves once no caller waits. */
  async batchMayStart(signal: AbortSignal | undefined): Promise<void> {
    while (this.#callers > 0) await this.#woken(signal);
  }

  /** Resolves once no caller is on the line, and none was served a moment ago. */
  async backgroundMayStart(signal: AbortSignal | undefined): Promise<void> {
    for (;;) {
      const leftMs = this.#servedAt + quietMs - performance.now();
      if (this.#callers === 0 && this.#lines === 0 && leftMs <= 0) return;
      await this.#woken(signal, this.#callers === 0 && this.#lines === 0 ? leftMs : undefined);
    }
  }

  #wakeIfFree(): void {
    if (this.#callers === 0) for (const wake of this.#waiting) wake();
  }

  /** @param afterMs wakes by itself then. */
  #woken(signal: AbortSignal | undefined, afterMs?: number): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const forget = () => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        signal?.removeEventListener('abort', abort);
      };
      const wake = () => {
        forget();
        resolve();
      };
      const abort = () => {
        forget();
        reject(cancelled(signal as AbortSignal));
      };
      if (signal?.aborted) return abort();
      this.#waiting.add(wake);
      signal?.addEventListener('abort', abort, { once: true });
      if (afterMs !== undefined) timer = setTimeout(wake, afterMs);
    });
  }
}
