/** What a report is narrowed to, or broken down by. */
export const reportDimensions = ['tenant', 'intent', 'source', 'engine', 'adapter', 'assistant', 'language'] as const;
export type ReportDimension = (typeof reportDimensions)[number];

export const reportTypes = ['summary', 'performance', 'errors', 'usage'] as const;
export type ReportType = (typeof reportTypes)[number];

export interface ReportPeriod {
  readonly from: Date;
  /** Not included. */
  readonly until: Date;
}

export type ReportFilter = ReportPeriod & {
  readonly [Dimension in ReportDimension]?: string | undefined;
};

/** Milliseconds; null where nothing was measured. */
export interface Percentiles {
  readonly count: number;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

/** Points of a series over a period: about fifty, at times that people name. */
export function stepOf({ from, until }: ReportPeriod): number {
  const wanted = (until.getTime() - from.getTime()) / 1000 / wantedPoints;
  return niceSeconds.find((seconds) => seconds >= wanted) ?? (niceSeconds.at(-1) as number);
}

const wantedPoints = 50;
const [minute, hour, day] = [60, 3_600, 86_400];
const niceSeconds = [minute, 5 * minute, 15 * minute, 30 * minute, hour, 3 * hour, 6 * hour, 12 * hour, day, 7 * day, 30 * day];
