/** Logistic regression over a few measured features: the probability that something holds. */
export class Logistic {
  readonly #weights: readonly number[];
  readonly #means: readonly number[];
  readonly #scales: readonly number[];

  constructor({ weights, means, scales }: LogisticParameters) {
    this.#weights = weights;
    this.#means = means;
    this.#scales = scales;
  }

  /** Newton's method on standardised features, with a light pull to zero (ridge 1). */
  static fit(rows: readonly (readonly number[])[], holds: readonly boolean[]): Logistic {
    const width = rows[0]?.length ?? 0;
    const columns = Array.from({ length: width }, (_, j) => rows.map((row) => row[j] as number).filter(isKnown));
    const means = columns.map((column) => mean(column));
    const scales = columns.map((column, j) => Math.sqrt(mean(column.map((value) => (value - (means[j] as number)) ** 2))) || 1);
    const x = rows.map((row) => standardised(row, { means, scales }));
    let weights = new Array<number>(width + 1).fill(0);
    for (let iteration = 0; iteration < 20; iteration++) {
      const gradient = weights.map((w, j) => (j === 0 ? 0 : -w));
      const curvature = weights.map((_, j) => weights.map((__, k) => (j === k ? (j === 0 ? 1e-6 : 1) : 0)));
      for (const [i, row] of x.entries()) {
        const p = sigmoid(dot(weights, row));
        const slope = Math.max(p * (1 - p), 1e-6);
        for (let j = 0; j <= width; j++) {
          gradient[j] = (gradient[j] as number) + ((holds[i] ? 1 : 0) - p) * (row[j] as number);
          const line = curvature[j] as number[];
          for (let k = 0; k <= width; k++) line[k] = (line[k] as number) + slope * (row[j] as number) * (row[k] as number);
        }
      }
      const step = solve(curvature, gradient);
      weights = weights.map((w, j) => w + (step[j] as number));
      if (Math.hypot(...step) < 1e-6) break;
    }
    return new Logistic({ weights, means, scales });
  }

  /** @param features as many as it was fitted on; the mean stands in for one that is not known (NaN). */
  probability(features: readonly number[]): number {
    return sigmoid(dot(this.#weights, standardised(features, this.parameters)));
  }

  get parameters(): LogisticParameters {
    return { weights: this.#weights, means: this.#means, scales: this.#scales };
  }
}

export interface LogisticParameters {
  /** The first is the constant. */
  readonly weights: readonly number[];
  readonly means: readonly number[];
  readonly scales: readonly number[];
}

/**
 * The lowest threshold at which at most `maxWrong` of what passes is wrong, judged on cases that were not fitted on.
 * @param least share that is to pass even where that is not to be had.
 */
export function thresholdFor(
  cases: readonly { readonly probability: number; readonly right: boolean }[],
  { maxWrong, least = 0 }: { readonly maxWrong: number; readonly least?: number },
): number {
  const sorted = [...cases].sort((a, b) => b.probability - a.probability);
  let wrong = 0;
  let threshold = 1;
  for (const [i, { probability, right }] of sorted.entries()) {
    if (!right) wrong++;
    const passed = i + 1;
    if (wrong / passed <= maxWrong || passed <= least * sorted.length) threshold = probability;
  }
  return threshold;
}

const isKnown = (value: number) => !Number.isNaN(value);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

function standardised(row: readonly number[], { means, scales }: Pick<LogisticParameters, 'means' | 'scales'>): number[] {
  return [1, ...row.map((value, j) => (isKnown(value) ? (value - (means[j] as number)) / (scales[j] as number) : 0))];
}

const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));
const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);

/** Gaussian elimination with pivoting. */
function solve(matrix: number[][], vector: number[]): number[] {
  const n = vector.length;
  const rows = matrix.map((row, i) => [...row, vector[i] as number]);
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let i = column + 1; i < n; i++) {
      if (Math.abs(rows[i]?.[column] as number) > Math.abs(rows[pivot]?.[column] as number)) pivot = i;
    }
    [rows[column], rows[pivot]] = [rows[pivot] as number[], rows[column] as number[]];
    const lead = rows[column] as number[];
    for (let i = 0; i < n; i++) {
      if (i === column) continue;
      const row = rows[i] as number[];
      const factor = (row[column] as number) / ((lead[column] as number) || 1e-12);
      for (let k = column; k <= n; k++) row[k] = (row[k] as number) - factor * (lead[k] as number);
    }
  }
  return rows.map((row, i) => (row[n] as number) / ((row[i] as number) || 1e-12));
}
