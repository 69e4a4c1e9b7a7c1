import { messageOf } from '../domain/errors.ts';
import type { Logger } from '../telemetry/logger.ts';

/** Steps that undo what was started, run once, the last one first; one that fails does not keep the others from running. */
export class Cleanup {
  readonly #logger: Logger;
  readonly #steps: { name: string; undo: () => Promise<void> }[] = [];
  #running: Promise<void> | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
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
      try {
        await undo();
        this.#logger.debug({ part: name }, 'stopped');
      } catch (error) {
        this.#logger.warn({ part: name, error: messageOf(error) }, 'did not stop cleanly');
      }
    }
  }
}
