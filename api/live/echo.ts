/**
 * Tells the bot's own voice, as a line sends it back, from the caller's. What was played is compared with what is heard, at 4 kHz and
 * at every delay up to half a second: an echo is nearly the same wave, speech of a person is not.
 */
const rateHz = 16_000;
const decimation = 4;
const windowSamples = (rateHz / decimation) * 0.192;
const maxDelaySamples = (rateHz / decimation) * 0.5;
/** Normalised correlation from which sound is an echo. Vowels of two people at the same pitch reach 0.8. */
const minCorrelation = 0.85;

export class EchoDetector {
  readonly #played = new History(windowSamples + maxDelaySamples + (rateHz / decimation) * 0.5);
  readonly #heard = new History(windowSamples);

  /** Samples played and heard so far: both sides on one clock. */
  #playedSamples = 0;
  #heardSamples = 0;

  /** Samples at 16 kHz as they go to the caller. */
  played(samples: Float32Array): void {
    this.#played.push(samples);
    this.#playedSamples += samples.length;
  }

  /** Samples at 16 kHz as they come from the caller. */
  heard(samples: Float32Array): void {
    this.#heard.push(samples);
    this.#heardSamples += samples.length;
    // While the bot says nothing, it plays silence.
    if (this.#playedSamples < this.#heardSamples) this.played(new Float32Array(this.#heardSamples - this.#playedSamples));
  }

  /** Whether the last sound heard is the bot's own. */
  isEcho(): boolean {
    const heard = this.#heard.latest();
    const played = this.#played.latest();
    const heardEnergy = energy(heard, 0, heard.length);
    if (heardEnergy === 0) return false;
    for (let from = played.length - heard.length; from >= 0; from--) {
      const playedEnergy = energy(played, from, heard.length);
      if (playedEnergy === 0) continue;
      let product = 0;
      for (let i = 0; i < heard.length; i++) product += (heard[i] as number) * (played[from + i] as number);
      if (Math.abs(product) / Math.sqrt(heardEnergy * playedEnergy) >= minCorrelation) return true;
    }
    return false;
  }
}

function energy(samples: Float32Array, from: number, length: number): number {
  let sum = 0;
  for (let i = from; i < from + length; i++) sum += (samples[i] as number) ** 2;
  return sum;
}

/** The last samples at 4 kHz; the mean of four is filter enough for a comparison. */
class History {
  readonly #ring: Float32Array;
  #next = 0;
  /** Of the samples that do not make four yet: packets end anywhere. */
  #sum = 0;
  #summed = 0;

  constructor(length: number) {
    this.#ring = new Float32Array(Math.round(length));
  }

  push(samples: Float32Array): void {
    for (const sample of samples) {
      this.#sum += sample;
      if (++this.#summed < decimation) continue;
      this.#ring[this.#next] = this.#sum / decimation;
      this.#next = (this.#next + 1) % this.#ring.length;
      this.#sum = 0;
      this.#summed = 0;
    }
  }

  latest(): Float32Array {
    const out = new Float32Array(this.#ring.length);
    out.set(this.#ring.subarray(this.#next));
    out.set(this.#ring.subarray(0, this.#next), this.#ring.length - this.#next);
    return out;
  }
}
