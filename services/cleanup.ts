import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../domain/errors.ts';
import type { Logger } from '../telemetry/logger.ts';

/** Whoever waits for a stop is told what for. */
const patienceMs = 5_000;
/**
 * Longer than any step needs that goes well: callers are heard out for 10 s, and steps of workers are handed over after as long. Shorter than
 * what supervisors give a process, so that what comes after it is undone as well.
 */
const boundMs = 15_000;

/**
 * Steps that undo what was started, run once, the last one first. One that fails, or takes too long, does not keep the others from running.
 */
export class Cleanup {
  readonly #logger: Logger;
  readonly #patienceMs: number;
  readonly #boundMs: number;
  readonly #steps: { name: string; undo: () => Promise<void> }[] = [];
  #running: Promise<void> | undefined;

  constructor(logger: Logger, options: { readonly patienceMs?: number; readonly boundMs?: number } = {}) {
    this.#logger = logger;
    this.#patienceMs = options.patienceMs ?? patienceMs;
    this.#boundMs = options.boundMs ?? boundMs;
  }

  add(name: string, undo: () => Promise<void>): void {
    this.#steps.push({ name, undo });
  }

  run(): Promise<void> {
    this.#running ??= this.#run();
    return this.#running;
  }

  async #run(): Promise<void> {
    for (const { name, undo } of this.#steps.reverse()) {
      const timer = setTimeout(() => this.#logger.info({ part: name }, 'still stopping'), this.#patienceMs);
      const late = new AbortController();
      try {
        const ended = await Promise.race([undo(), sleep(this.#boundMs, 'late' as const, { signal: late.signal })]);
        if (ended === 'late') this.#logger.warn({ part: name, afterMs: this.#boundMs }, 'does not stop, and is left behind');
        else this.#logger.debug({ part: name }, 'stopped');
      } catch (error) {
        this.#logger.warn({ part: name, error: messageOf(error) }, 'did not stop cleanly');
      } finally {
        clearTimeout(timer);
        late.abort();
      }
    }
  }
}
