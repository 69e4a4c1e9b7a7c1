import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { version } from '../config/version.ts';

/** Where the figures come from: no figure without its machine and versions. */
export function machine() {
  const processors = cpus();
  return {
    cpu: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    os: `${process.platform} ${release()}`,
    node: process.versions.node,
    voicebot: version,
    onnxruntime: packageVersion('onnxruntime-node'),
    temporal: packageVersion('@temporalio/worker'),
    date: new Date().toISOString(),
  };
}

const packageVersion = (name: string): string =>
  JSON.parse(readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url), 'utf8')).version;

/** Median and 95th percentile (nearest rank), to a tenth. */
export function spread(values: readonly number[]): { p50: number; p95: number; n: number } {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = (q: number) => round(sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN);
  return { p50: rank(0.5), p95: rank(0.95), n: sorted.length };
}

export const round = (value: number, digits = 1) => Math.round(value * 10 ** digits) / 10 ** digits;

/** The report, and nothing else, on stdout: the last line is JSON. */
export function printReport(report: object): void {
  process.stdout.write(`${JSON.stringify(report)}\n`);
}

export const note = (text: string) => process.stderr.write(`${text}\n`);
