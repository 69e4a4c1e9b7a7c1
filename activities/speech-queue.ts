import type { SpeechMaker, SpeechStore } from '../db/speech.ts';
import { messageOf } from '../domain/errors.ts';
import { splitSentences } from '../domain/sentences.ts';

/** Texts that may wait; what comes beyond is not made ahead, and costs the caller who hears it first a moment. */
const maxWaiting = 200;

/** Answers that were just given, spoken for the next caller who asks: one after the other, while nobody is on the line. */
export class SpeechQueue {
  readonly #store: SpeechStore;
  readonly #maker: SpeechMaker;
  readonly #signal: AbortSignal;
  readonly #warn: (message: string) => void;
  readonly #waiting = new Set<string>();
  #running: Promise<void> | undefined;

  constructor(options: { store: SpeechStore; maker: SpeechMaker; signal: AbortSignal; warn: (message: string) => void }) {
    this.#store = options.store;
    this.#maker = options.maker;
    this.#signal = options.signal;
    this.#warn = options.warn;
  }

  add(text: string): void {
    if (this.#waiting.size >= maxWaiting || this.#signal.aborted) return;
    this.#waiting.add(text);
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  async #run(): Promise<void> {
    for (const text of this.#waiting) {
      try {
        await this.#store.fill(splitSentences(text), this.#maker, this.#signal);
      } catch (error) {
        if (this.#signal.aborted) return;
        this.#warn(`speech was not made ahead: ${messageOf(error)}`);
      }
      this.#waiting.delete(text);
    }
  }
}
