/** For each label what each part says of it: logarithms of probabilities, or similarities. */
export type Scores = ReadonlyMap<string, readonly number[]>;

/** Where little is to be learnt from, all parts count about the same. */
const prior = [0.5, 0.2, 0.2, 0.2, 0.3];
const pull = 2;

/** The probabilities of the labels by a weighted product of the parts (a logarithmic opinion pool). */
export function poolOf(scores: Scores, weights: readonly number[]): Map<string, number> {
  const sums = [...scores].map(([label, parts]) => [label, weigh(parts, weights)] as const);
  const highest = Math.max(...sums.map(([, sum]) => sum));
  const exponents = sums.map(([label, sum]) => [label, Math.exp(sum - highest)] as const);
  const total = exponents.reduce((sum, [, value]) => sum + value, 0);
  return new Map(exponents.map(([label, value]) => [label, value / total]));
}

/** Weights under which the right labels are most probable; gradient descent by Adam (Kingma and Ba 2015). */
export function poolWeights(cases: readonly { readonly scores: Scores; readonly label: string }[]): number[] {
  const weights = [...prior];
  const first = weights.map(() => 0);
  const second = weights.map(() => 0);
  for (let step = 1; step <= 60; step++) {
    const gradient = weights.map((w, j) => (pull * (w - (prior[j] as number))) / Math.max(1, cases.length));
    for (const { scores, label } of cases) {
      const right = scores.get(label);
      if (!right) continue;
      const pooled = poolOf(scores, weights);
      for (const [name, probability] of pooled) {
        const share = probability - (name === label ? 1 : 0);
        if (Math.abs(share) < 1e-4) continue;
        const parts = scores.get(name) as readonly number[];
        for (let j = 0; j < gradient.length; j++) {
          gradient[j] = (gradient[j] as number) + (share * (parts[j] as number)) / cases.length;
        }
      }
    }
    for (const [j, slope] of gradient.entries()) {
      first[j] = 0.9 * (first[j] as number) + 0.1 * slope;
      second[j] = 0.99 * (second[j] as number) + 0.01 * slope * slope;
      const rate = 0.03 / (1 + step / 30);
      weights[j] =
        (weights[j] as number) -
        (rate * ((first[j] as number) / (1 - 0.9 ** step))) / (Math.sqrt((second[j] as number) / (1 - 0.99 ** step)) + 1e-8);
    }
  }
  return weights;
}

function weigh(parts: readonly number[], weights: readonly number[]): number {
  let sum = 0;
  for (let j = 0; j < weights.length; j++) sum += (parts[j] as number) * (weights[j] as number);
  return sum;
}
