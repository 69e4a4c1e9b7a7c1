/** What a silent line asks for. */
export type IdleStep = 'ask' | 'end' | undefined;

/** Watches a line for silence: after a while the caller is asked whether they are there, after the same again the call ends. */
export class IdleWatch {
  readonly #idleMs: number;
  #quietSince: number;
  #asked = false;

  /** @param idleMs 0: never. */
  constructor(idleMs: number, now: number) {
    this.#idleMs = idleMs;
    this.#quietSince = now;
  }

  /** The caller has spoken. */
  heard(): void {
    this.#asked = false;
  }

  /** @param busy somebody speaks, or a reply is being made. */
  step(now: number, busy: boolean): IdleStep {
    if (busy) this.#quietSince = now;
    if (this.#idleMs === 0 || busy || now - this.#quietSince < this.#idleMs) return undefined;
    this.#quietSince = now;
    const step = this.#asked ? 'end' : 'ask';
    this.#asked = true;
    return step;
  }
}
