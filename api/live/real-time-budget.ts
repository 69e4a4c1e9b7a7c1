import { VoicebotError } from '../../domain/errors.ts';

/** A network that stalled may deliver so much at once. */
const burstSeconds = 5;

/** Audio may come late and in heaps, but in the long run not faster than time passes. */
export class RealTimeBudget {
  readonly #bytesPerSecond: number;
  readonly #now: () => number;
  readonly #startedAt: number;
  #bytes = 0;

  constructor(bytesPerSecond: number, now: () => number = () => performance.now()) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#now = now;
    this.#startedAt = now();
  }

  /** @throws VoicebotError `limit-reached`. */
  spend(bytes: number): void {
    const elapsed = (this.#now() - this.#startedAt) / 1000;
    // Time in which nothing came is not saved up.
    this.#bytes = Math.max(this.#bytes, (elapsed - burstSeconds) * this.#bytesPerSecond) + bytes;
    if (this.#bytes / this.#bytesPerSecond > elapsed + burstSeconds) {
      throw new VoicebotError('limit-reached', `The audio is more than ${burstSeconds} s ahead of real time.`, {
        hint: 'Send audio as it comes from the microphone, not faster.',
      });
    }
  }
}
