/**
 * Tells the bot's own voice, as a line sends it back, from the caller's: an echo is nearly the same wave as what was played up to half
 * a second before, speech of a person is not. Where it was found once it is looked for again, and known by less: a line that
 * filters the echo changes its wave, not its delay.
 */
const samplesPerMs = 16;
const windowSamples = 192 * samplesPerMs;
const maxDelaySamples = 500 * samplesPerMs;
/** Of what was sent, so much may not have been played yet. */
const maxAheadSamples = 500 * samplesPerMs;
/** Every delay is tried at 4 kHz, and around the best one at 16 kHz. */
const decimation = 4;
const fineSamples = 6;
/** Buffers of the line move an echo so far. */
const sameDelaySamples = 5 * samplesPerMs;
/** Normalised correlation from which sound is an echo; another voice reaches it at some delay in one of a hundred windows. */
const minCorrelation = 0.7;
/** The same, at the delay of the last echo. */
const minCorrelationAgain = 0.4;

export class EchoDetector {
  readonly #played = new History(windowSamples + maxDelaySamples + maxAheadSamples);
  readonly #heard = new History(windowSamples);
  /** Samples between what was played and its echo, on the clock of both sides. */
  #delay: number | undefined;

  /** Samples at 16 kHz as they go to the caller. */
  played(samples: Float32Array): void {
    this.#played.push(samples);
  }

  /** Samples at 16 kHz as they come from the caller. */
  heard(samples: Float32Array): void {
    this.#heard.push(samples);
    // While the bot says nothing, it plays silence.
    const behind = this.#heard.total - this.#played.total;
    if (behind > 0) this.played(new Float32Array(behind));
  }

  /** Whether the last sound heard is the bot's own. */
  isEcho(): boolean {
    const heard = this.#heard.latest();
    const played = this.#played.latest();
    // An offset in what was played and a delay on the clock of both sides make this sum.
    const zero = this.#heard.total - this.#played.total + played.length - windowSamples;
    const fine = new Comparison(played, heard);
    if (this.#delay !== undefined) {
      const again = fine.best(zero - this.#delay - sameDelaySamples, zero - this.#delay + sameDelaySamples);
      if (again.correlation >= minCorrelationAgain) return true;
    }
    const coarse = new Comparison(decimated(played), decimated(heard)).best(0, played.length);
    const around = coarse.offset * decimation;
    const best = fine.best(around - fineSamples, around + fineSamples);
    if (best.correlation < minCorrelation) return false;
    this.#delay = zero - best.offset;
    return true;
  }
}

/** Finds a wave in a longer one. */
class Comparison {
  readonly #long: Float32Array;
  readonly #wave: Float32Array;
  readonly #waveEnergy: number;
  /** Sums of squares of the longer one before each sample. */
  readonly #energyBefore: Float64Array;

  constructor(long: Float32Array, wave: Float32Array) {
    this.#long = long;
    this.#wave = wave;
    this.#waveEnergy = wave.reduce((sum, sample) => sum + sample * sample, 0);
    this.#energyBefore = new Float64Array(long.length + 1);
    for (let i = 0; i < long.length; i++) {
      this.#energyBefore[i + 1] = (this.#energyBefore[i] as number) + (long[i] as number) ** 2;
    }
  }

  /** The offset of the highest correlation from `first` to `last`; its sign does not count, as a line may turn a wave over. */
  best(first: number, last: number): { offset: number; correlation: number } {
    const best = { offset: 0, correlation: 0 };
    const end = Math.min(last, this.#long.length - this.#wave.length);
    for (let offset = Math.max(0, first); offset <= end; offset++) {
      const correlation = this.#correlation(offset);
      if (correlation <= best.correlation) continue;
      best.offset = offset;
      best.correlation = correlation;
    }
    return best;
  }

  #correlation(offset: number): number {
    const long = this.#long;
    const wave = this.#wave;
    const energy = (this.#energyBefore[offset + wave.length] as number) - (this.#energyBefore[offset] as number);
    // Sums of squares are exact to far less than the softest sample.
    if (energy < 1e-9 || this.#waveEnergy < 1e-9) return 0;
    let product = 0;
    for (let i = 0; i < wave.length; i++) product += (wave[i] as number) * (long[offset + i] as number);
    return Math.abs(product) / Math.sqrt(energy * this.#waveEnergy);
  }
}

/** The mean of four samples is filter enough for a comparison. */
function decimated(samples: Float32Array): Float32Array {
  const out = new Float32Array(Math.floor(samples.length / decimation));
  for (let i = 0; i < out.length; i++) {
    let sum = 0;
    for (let j = 0; j < decimation; j++) sum += samples[i * decimation + j] as number;
    out[i] = sum / decimation;
  }
  return out;
}

/** The last samples of a stream. */
class History {
  readonly #ring: Float32Array;
  /** Samples pushed so far. */
  total = 0;

  constructor(length: number) {
    this.#ring = new Float32Array(length);
  }

  push(samples: Float32Array): void {
    for (const sample of samples) this.#ring[this.total++ % this.#ring.length] = sample;
  }

  latest(): Float32Array {
    const next = this.total % this.#ring.length;
    const out = new Float32Array(this.#ring.length);
    out.set(this.#ring.subarray(next));
    out.set(this.#ring.subarray(0, next), this.#ring.length - next);
    return out;
  }
}
