import type { InferenceSession } from 'onnxruntime-node';

/** A graph that is opened when it is needed, and closed again where it is not needed for a while. */
export class OccasionalSession {
  readonly #open: () => Promise<InferenceSession>;
  readonly #idleMs: number;
  #session: Promise<InferenceSession> | undefined;
  #using = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param idleMs without use after which it is closed; 0 keeps it open. */
  constructor(open: () => Promise<InferenceSession>, idleMs: number) {
    this.#open = open;
    this.#idleMs = idleMs;
  }

  async use<T>(work: (session: InferenceSession) => Promise<T>): Promise<T> {
    clearTimeout(this.#timer);
    this.#using++;
    try {
      this.#session ??= this.#open();
      const session = await this.#session.catch((error) => {
        this.#session = undefined;
        throw error;
      });
      return await work(session);
    } finally {
      this.#using--;
      if (this.#using === 0 && this.#idleMs > 0) this.#timer = setTimeout(() => void this.#close(), this.#idleMs).unref();
    }
  }

  async #close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await (await session)?.release();
  }
}
