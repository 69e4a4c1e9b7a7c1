/** Samples quieter than this count as silence: about -46 dB of full scale. */
const threshold = 0.005;

/** Cuts the silence before the first and after the last sound of a clause that comes piece by piece, but for a margin on both sides. */
export class Trimmer {
  readonly #margin: number;
  /** Silence that is not known yet to be followed by sound. */
  #held: Float32Array = new Float32Array(0);
  #sounding = false;

  constructor(marginSamples: number) {
    this.#margin = marginSamples;
  }

  /** @returns what surely belongs to the clause by now. */
  push(samples: Float32Array): Float32Array {
    const all = joined(this.#held, samples);
    let end = all.length;
    while (end > 0 && Math.abs(all[end - 1] as number) < threshold) end--;
    if (end === 0) {
      this.#held = this.#sounding ? all : all.slice(-this.#margin);
      return new Float32Array(0);
    }
    let start = 0;
    if (!this.#sounding) while (Math.abs(all[start] as number) < threshold) start++;
    this.#sounding = true;
    this.#held = all.slice(end);
    return all.subarray(Math.max(0, start - this.#margin), end);
  }

  /** @returns the margin after the last sound; empty where there was none. */
  end(): Float32Array {
    return this.#sounding ? this.#held.subarray(0, this.#margin) : new Float32Array(0);
  }
}

function joined(a: Float32Array, b: Float32Array): Float32Array {
  const out = new Float32Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}
