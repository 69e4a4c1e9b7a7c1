/** Milliseconds of one frame: 512 samples at 16 kHz. */
export const frameMs = 32;

export interface EndpointingSettings {
  /** Silence after which the transcript is tentative and a reply is prepared. */
  readonly pauseMs: number;
  /** Silence that ends the turn while nothing better is known. */
  readonly releaseMs: number;
  /** A turn longer than this is taken as it is. */
  readonly maxTurnMs: number;
}

export type EndpointEvent =
  /** A sound that may become speech; `dismissed` or `started` follows. */
  | { readonly type: 'suspected' }
  | { readonly type: 'dismissed' }
  /** The caller speaks; it began so many frames ago. */
  | { readonly type: 'started'; readonly framesAgo: number }
  /** A silence: perhaps the end of the turn. */
  | { readonly type: 'paused' }
  /** The caller goes on. */
  | { readonly type: 'resumed' }
  /** The turn is over. */
  | { readonly type: 'released' };

/** Speech begins at this probability and lasts until it falls below the lower one, so that it does not flutter. */
const startProbability = 0.5;
const endProbability = 0.35;
/** Shorter sounds start no turn. */
const minSpeechFrames = 3;
/** From so many on the bot had better be silent. */
const suspectFrames = 2;
/** Sounds shorter than this do not take a pause back. */
const minResumeFrames = 2;

/**
 * When a caller begins, pauses, goes on and is done, from one probability of speech a frame. Counts frames, reads no clock.
 */
export class Endpointer {
  readonly #settings: EndpointingSettings;
  #state: 'quiet' | 'speaking' | 'paused' = 'quiet';
  #speechFrames = 0;
  #silentFrames = 0;
  #turnFrames = 0;
  #releaseMs: number;
  #lastPauseMs = 0;

  constructor(settings: EndpointingSettings) {
    this.#settings = settings;
    this.#releaseMs = settings.releaseMs;
  }

  get speaking(): boolean {
    return this.#state === 'speaking';
  }

  /** True from the start of a turn to its release. */
  get inTurn(): boolean {
    return this.#state !== 'quiet';
  }

  /** Length of the silence that lasts now. */
  get silenceMs(): number {
    return this.#silentFrames * frameMs;
  }

  /** Length of the last pause after which the caller went on. */
  get lastPauseMs(): number {
    return this.#lastPauseMs;
  }

  get turnMs(): number {
    return this.#turnFrames * frameMs;
  }

  /** How much silence ends this turn, as far as is known by now. */
  expectRelease(releaseMs: number): void {
    this.#releaseMs = Math.max(releaseMs, this.#settings.pauseMs);
  }

  push(probability: number): EndpointEvent | undefined {
    const speech = probability >= (this.#state === 'speaking' ? endProbability : startProbability);
    if (speech) this.#speechFrames++;
    if (this.#state === 'quiet') return this.#quiet(speech);
    this.#turnFrames++;
    if (this.#state === 'speaking') return this.#speaking(speech);
    return this.#paused(speech);
  }

  #quiet(speech: boolean): EndpointEvent | undefined {
    if (!speech) {
      const suspected = this.#speechFrames >= suspectFrames;
      this.#speechFrames = 0;
      return suspected ? { type: 'dismissed' } : undefined;
    }
    if (this.#speechFrames === suspectFrames) return { type: 'suspected' };
    if (this.#speechFrames < minSpeechFrames) return undefined;
    this.#state = 'speaking';
    this.#silentFrames = 0;
    this.#turnFrames = this.#speechFrames;
    this.#releaseMs = this.#settings.releaseMs;
    return { type: 'started', framesAgo: this.#speechFrames };
  }

  #speaking(speech: boolean): EndpointEvent | undefined {
    this.#silentFrames = speech ? 0 : this.#silentFrames + 1;
    if (this.silenceMs < this.#settings.pauseMs && this.turnMs < this.#settings.maxTurnMs) return undefined;
    this.#state = 'paused';
    this.#speechFrames = 0;
    return { type: 'paused' };
  }

  #paused(speech: boolean): EndpointEvent | undefined {
    if (!speech) this.#speechFrames = 0;
    this.#silentFrames++;
    const full = this.turnMs >= this.#settings.maxTurnMs;
    if (this.#speechFrames >= minResumeFrames && !full) {
      this.#state = 'speaking';
      this.#lastPauseMs = this.silenceMs;
      this.#silentFrames = 0;
      this.#releaseMs = this.#settings.releaseMs;
      return { type: 'resumed' };
    }
    if (this.silenceMs < this.#releaseMs && !full) return undefined;
    this.#state = 'quiet';
    this.#speechFrames = 0;
    return { type: 'released' };
  }
}
