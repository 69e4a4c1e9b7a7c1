/** What a key of the telephone comes to. */
export type KeyPress =
  | { readonly kind: 'digits'; readonly digits: string }
  /** One of several; more are to come. */
  | { readonly kind: 'collected' }
  | { readonly kind: 'person' }
  /** The caller wants no recording, or takes that back. */
  | { readonly kind: 'recording'; readonly recorded: boolean }
  | { readonly kind: 'ignored' };

/** A pause between two keys after which they belong to two entries. */
const pauseMs = 8_000;
/** Keys that are kept at the most. */
const maxDigits = 24;

const commands: Readonly<Record<string, KeyPress>> = {
  '0': { kind: 'person' },
  '*': { kind: 'recording', recorded: false },
  '#': { kind: 'recording', recorded: true },
};

/**
 * Keys of a caller. While the bot waits for digits they are collected until there are enough, or until #; * begins anew. Otherwise 0 asks
 * for a person, * stops the recording, and # lets it go on.
 */
export class Keypad {
  #digits = '';
  #pressedAt = 0;
  /** When there were enough digits last. */
  #completeAt = Number.NEGATIVE_INFINITY;

  /** @param expected digits that the bot waits for. @param now milliseconds of a clock that never goes back. */
  press(key: string, expected: number | undefined, now: number): KeyPress {
    // Whoever ends an entry by # that was complete already means nothing else by it.
    const endsEntry = key === '#' && now - this.#completeAt <= pauseMs;
    if (expected === undefined) return (!endsEntry && commands[key]) || { kind: 'ignored' };
    if (now - this.#pressedAt > pauseMs) this.#digits = '';
    this.#pressedAt = now;
    if (key === '*') this.#digits = '';
    else if (/^\d$/.test(key)) this.#digits = (this.#digits + key).slice(-maxDigits);
    const complete = this.#digits.length >= expected || (key === '#' && this.#digits !== '');
    if (!complete) return { kind: 'collected' };
    const digits = this.#digits;
    this.#digits = '';
    this.#completeAt = now;
    return { kind: 'digits', digits };
  }
}
