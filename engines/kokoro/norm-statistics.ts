/** What the norms of the generator have measured over one clause. */
export interface NormStatistics {
  /** One a channel of every norm, one norm after the other. */
  readonly means: Float32Array;
  readonly deviations: Float32Array;
}

export interface Measured extends NormStatistics {
  readonly features: Float32Array;
}

/** Features that count by themselves; each of the rest counts as one of many. */
export const leadingFeatures = 2;

/**
 * What is known of a clause before its sound is made, and what the norms depend on: its length, the share of it that is the silence
 * around the words, and mean and deviation of every channel of the sounding frames.
 * @param frames [channels, length], row-major. @param from, to: the sounding frames.
 */
export function featuresOf(frames: Float32Array, channels: number, from: number, to: number): Float32Array {
  const length = frames.length / channels;
  const out = new Float32Array(leadingFeatures + 2 * channels);
  out[0] = Math.log(length);
  out[1] = 1 - (to - from) / length;
  for (let channel = 0; channel < channels; channel++) {
    let sum = 0;
    let squares = 0;
    for (let i = channel * length + from; i < channel * length + to; i++) {
      sum += frames[i] as number;
      squares += (frames[i] as number) ** 2;
    }
    const mean = sum / Math.max(1, to - from);
    out[leadingFeatures + channel] = mean;
    out[leadingFeatures + channels + channel] = Math.sqrt(Math.max(0, squares / Math.max(1, to - from) - mean ** 2));
  }
  return out;
}

/** Weight of the leading features, and of being near to the mean: what did best on clauses that were left out. */
const leadingWeight = 0.3;
const ridge = 0.1;
/** No clause is further away than this from the mean of those that were measured, in deviations. */
const largestDeviation = 4;

/**
 * Foretells the statistics of a clause from those of others: a linear regression with a ridge on the features, in its dual form, since
 * clauses are few and features many (Saunders, Gammerman and Vovk 1998).
 */
export class StatisticsModel {
  readonly #scaled: readonly Float32Array[];
  readonly #inverse: readonly Float64Array[];
  readonly #centre: Float32Array;
  readonly #spread: Float32Array;
  readonly #mean: NormStatistics;
  readonly #known: readonly NormStatistics[];

  constructor(measured: readonly Measured[]) {
    const features = measured.map((one) => one.features);
    this.#centre = meanOf(features);
    const spread = this.#centre.map((mean, i) => {
      const variance = features.reduce((sum, f) => sum + ((f[i] as number) - mean) ** 2, 0) / features.length;
      return Math.sqrt(variance);
    });
    // A channel that hardly changes must not count for more than one that does.
    const least = 0.1 * (spread.reduce((sum, value) => sum + value, 0) / spread.length) + 1e-6;
    this.#spread = spread.map((value) => value + least);
    this.#scaled = features.map((f) => this.#scale(f));
    this.#inverse = inverseOf(this.#scaled.map((a, i) => this.#scaled.map((b, j) => dot(a, b) + (i === j ? ridge : 0))));
    // Deviations are positive: they are foretold as logarithms.
    const logged = measured.map(({ means, deviations }) => ({ means, deviations: deviations.map((value) => Math.log(value)) }));
    this.#mean = { means: meanOf(logged.map((l) => l.means)), deviations: meanOf(logged.map((l) => l.deviations)) };
    this.#known = logged;
  }

  foretell(features: Float32Array): NormStatistics {
    const scaled = this.#scale(features);
    const near = this.#scaled.map((known) => dot(known, scaled));
    const weights = this.#inverse.map((row) => row.reduce((sum, value, i) => sum + value * (near[i] as number), 0));
    const rest = 1 - weights.reduce((sum, weight) => sum + weight, 0);
    const mixed = (key: keyof NormStatistics) => {
      const out = this.#mean[key].map((value) => value * rest);
      for (const [i, known] of this.#known.entries()) {
        const weight = weights[i] as number;
        const values = known[key];
        for (let c = 0; c < out.length; c++) out[c] = (out[c] as number) + weight * (values[c] as number);
      }
      return out;
    };
    return { means: mixed('means'), deviations: mixed('deviations').map((value) => Math.exp(value)) };
  }

  #scale(features: Float32Array): Float32Array {
    const others = 1 / Math.sqrt(features.length - leadingFeatures);
    return features.map((value, i) => {
      const z = (value - (this.#centre[i] as number)) / (this.#spread[i] as number);
      return Math.max(-largestDeviation, Math.min(largestDeviation, z)) * (i < leadingFeatures ? leadingWeight : others);
    });
  }
}

function meanOf(rows: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(rows[0]?.length ?? 0);
  for (const row of rows) for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) + (row[i] as number) / rows.length;
  return out;
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

/** Inverse of a positive definite matrix by Gauss and Jordan; the ridge keeps its pivots away from 0. */
function inverseOf(matrix: readonly (readonly number[])[]): Float64Array[] {
  const n = matrix.length;
  const rows = matrix.map((row, i) =>
    Float64Array.from({ length: 2 * n }, (_, j) => (j < n ? (row[j] ?? 0) : j - n === i ? 1 : 0)),
  );
  for (const [i, pivot] of rows.entries()) {
    const by = pivot[i] as number;
    for (let j = i; j < 2 * n; j++) pivot[j] = (pivot[j] as number) / by;
    for (const [k, row] of rows.entries()) {
      const factor = row[i] as number;
      if (k === i || factor === 0) continue;
      for (let j = i; j < 2 * n; j++) row[j] = (row[j] as number) - factor * (pivot[j] as number);
    }
  }
  return rows.map((row) => row.slice(n));
}
