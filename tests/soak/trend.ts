/** A process's memory at a moment of its life. */
export interface Sample {
  readonly atSeconds: number;
  readonly memoryMb: number;
}

export interface Trend {
  readonly mbPerHour: number;
  /** Half the width of the 95 % confidence interval of that. */
  readonly noiseMbPerHour: number;
}

/** The slope of a least-squares line, with what chance may have done to it (1.96 standard errors). Undefined for fewer than ten samples. */
export function trendOf(samples: readonly Sample[]): Trend | undefined {
  const n = samples.length;
  if (n < 10) return undefined;
  const mean = (of: (sample: Sample) => number) => samples.reduce((sum, sample) => sum + of(sample), 0) / n;
  const [meanAt, meanMb] = [mean(({ atSeconds }) => atSeconds), mean(({ memoryMb }) => memoryMb)];
  const spread = samples.reduce((sum, { atSeconds }) => sum + (atSeconds - meanAt) ** 2, 0);
  const slope = samples.reduce((sum, { atSeconds, memoryMb }) => sum + (atSeconds - meanAt) * (memoryMb - meanMb), 0) / spread;
  const residue = samples.reduce(
    (sum, { atSeconds, memoryMb }) => sum + (memoryMb - meanMb - slope * (atSeconds - meanAt)) ** 2,
    0,
  );
  // Memory is sampled again before it has changed, so neighbours tell the same: the sample counts for less than its size.
  const alike = autocorrelation(samples.map(({ atSeconds, memoryMb }) => memoryMb - meanMb - slope * (atSeconds - meanAt)));
  const effective = Math.max(3, n * ((1 - alike) / (1 + alike)));
  const error = Math.sqrt(residue / (effective - 2 || 1) / spread) * Math.sqrt(n / effective);
  return { mbPerHour: slope * 3_600, noiseMbPerHour: 1.96 * error * 3_600 };
}

/** Of neighbours, at least 0. */
function autocorrelation(values: readonly number[]): number {
  const power = values.reduce((sum, value) => sum + value ** 2, 0);
  if (power === 0) return 0;
  const product = values.slice(1).reduce((sum, value, i) => sum + value * (values[i] ?? 0), 0);
  return Math.min(0.99, Math.max(0, product / power));
}
