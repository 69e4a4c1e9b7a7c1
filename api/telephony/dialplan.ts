/** How long Asterisk may take to ask what comes next. */
const keptMs = 60_000;

/**
 * What the dialplan of Asterisk does with a call after its AudioSocket has closed: it asks, and gets the address that the caller is
 * transferred to, or nothing, which is the end of the call.
 */
export class Dialplan {
  readonly #transferTo: string | undefined;
  readonly #next = new Map<string, NodeJS.Timeout>();

  constructor(transferTo: string | undefined) {
    this.#transferTo = transferTo;
  }

  /** The caller is to be put through. */
  transfer(uuid: string): void {
    clearTimeout(this.#next.get(uuid));
    this.#next.set(uuid, setTimeout(() => this.#next.delete(uuid), keptMs).unref());
  }

  /** Where the call goes; empty for nowhere. Told once. */
  next(uuid: string): string {
    const timer = this.#next.get(uuid);
    if (!timer) return '';
    clearTimeout(timer);
    this.#next.delete(uuid);
    return this.#transferTo ?? '';
  }
}
