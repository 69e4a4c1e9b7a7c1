import type { SpeechMaker, SpeechStore } from '../db/speech.ts';
import { messageOf } from '../domain/errors.ts';
import { splitSentences } from '../domain/sentences.ts';

/** Texts that may wait; what comes beyond is not made ahead, and costs the caller who hears it first a moment. */
const maxWaiting = 200;

/**
 * Texts that are spoken ahead, one after the other, while nobody is on the line: answers that were just given, for the next caller who asks,
 * the latest first; then what may be said some day.
 */
export class SpeechQueue {
  readonly #store: SpeechStore;
  readonly #maker: SpeechMaker;
  readonly #signal: AbortSignal;
  readonly #warn: (message: string) => void;
  readonly #waiting: string[] = [];
  #running: Promise<void> | undefined;

  constructor(options: { store: SpeechStore; maker: SpeechMaker; signal: AbortSignal; warn: (message: string) => void }) {
    this.#store = options.store;
    this.#maker = options.maker;
    this.#signal = options.signal;
    this.#warn = options.warn;
  }

  /** An answer that was just given. */
  add(text: string): void {
    this.#take(text, () => this.#waiting.unshift(text));
  }

  /** A text that may be said some day. */
  addLast(text: string): void {
    this.#take(text, () => this.#waiting.push(text));
  }

  #take(text: string, enqueue: () => void): void {
    if (this.#waiting.length >= maxWaiting || this.#waiting.includes(text) || this.#signal.aborted) return;
    enqueue();
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  async #run(): Promise<void> {
    for (let text = this.#waiting.shift(); text !== undefined; text = this.#waiting.shift()) {
      try {
        await this.#store.fill(splitSentences(text), this.#maker, this.#signal);
      } catch (error) {
        if (this.#signal.aborted) return;
        this.#warn(`speech was not made ahead: ${messageOf(error)}`);
      }
    }
  }
}
