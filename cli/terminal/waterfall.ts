import { dim } from './colours.ts';

export interface WaterfallPart {
  readonly name: string;
  readonly ms: number;
}

const barWidth = 40;

/** Parts that follow each other, as bars below each other. */
export function waterfall(parts: readonly WaterfallPart[]): string {
  const shown = parts.filter(({ ms }) => ms >= 0.5);
  const total = shown.reduce((sum, { ms }) => sum + ms, 0);
  if (total === 0) return '';
  const width = Math.max(...shown.map(({ name }) => name.length));
  let before = 0;
  return shown
    .map(({ name, ms }) => {
      const from = Math.round((before / total) * barWidth);
      const to = Math.max(from + 1, Math.round(((before + ms) / total) * barWidth));
      before += ms;
      const bar = `${' '.repeat(from)}${'█'.repeat(to - from)}`.padEnd(barWidth + 1);
      return dim(`   ${name.padEnd(width)}  ${bar} ${String(Math.round(ms)).padStart(6)} ms`);
    })
    .join('\n');
}
