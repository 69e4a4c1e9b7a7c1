import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { version } from '../../config/version.ts';

export interface Chart {
  readonly kind: 'lines' | 'bars';
  /** Seconds since 1970 where `x` is `time`, plain numbers where it is `number`, names where it is `name`. */
  readonly x: 'time' | 'number' | 'name';
  readonly xLabel?: string;
  readonly at: readonly (number | string)[];
  readonly unit: string;
  readonly series: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
}

export interface Section {
  readonly title: string;
  readonly text?: string;
  readonly table?: { readonly headers: readonly string[]; readonly rows: readonly (readonly string[])[] };
  readonly chart?: Chart;
}

export interface HtmlReport {
  readonly title: string;
  /** What it is about, in a line. */
  readonly about: string;
  /** Figures that are seen first. */
  readonly figures: readonly { readonly name: string; readonly value: string; readonly before?: string | undefined }[];
  readonly sections: readonly Section[];
  /** What it was made of; `dataOfHtml` reads it back. */
  readonly data: unknown;
}

const dataMark = '<script type="application/json" id="data">';

/** One file with everything in it: it needs no network, and can be forwarded. */
export function htmlOf({ title, about, figures, sections, data }: HtmlReport): string {
  const uplot = (file: string) => readFileSync(createRequire(import.meta.url).resolve(`uplot/dist/${file}`), 'utf8');
  const charts = sections.flatMap(({ chart }) => (chart ? [chart] : []));
  let next = 0;
  const parts = sections.map(({ title: heading, text, table, chart }) =>
    [
      `<section><h2>${escaped(heading)}</h2>`,
      text ? `<p>${escaped(text)}</p>` : '',
      chart ? `<div class="chart" data-chart="${next++}"></div>` : '',
      table ? tableOf(table.headers, table.rows) : '',
      '</section>',
    ].join(''),
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${uplot('uPlot.min.css')}
${style}</style></head><body>
<header><h1>${escaped(title)}</h1><p>${escaped(about)}</p></header>
<div class="figures">${figures.map(figureOf).join('')}</div>
${parts.join('\n')}
<footer>Voicebot Orchestrator ${escaped(version)}</footer>
${dataMark}${embedded(data)}</script>
<script>${uplot('uPlot.iife.min.js')}</script>
<script>const charts = ${embedded(charts)};
${drawing}</script>
</body></html>`;
}

/** The data that a report of `htmlOf` was made of; undefined where the text is none. */
export function dataOfHtml(html: string): unknown {
  const from = html.indexOf(dataMark);
  if (from < 0) return undefined;
  const begin = from + dataMark.length;
  return JSON.parse(html.slice(begin, html.indexOf('</script>', begin)));
}

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Nothing in it ends the script that it stands in. */
const embedded = (value: unknown) => JSON.stringify(value).replaceAll('<', '\\u003c');

const figureOf = ({ name, value, before }: HtmlReport['figures'][number]) =>
  `<div><b>${escaped(value)}</b><span>${escaped(name)}</span>${before === undefined ? '' : `<i>before: ${escaped(before)}</i>`}</div>`;

function tableOf(headers: readonly string[], rows: readonly (readonly string[])[]): string {
  const isNumber = (text: string | undefined) => /^-?[\d.,]+( (?:ms|s|%|MB))?$/.test(text ?? '');
  const cells = (row: readonly string[]) =>
    row.map((cell) => `<td${isNumber(cell) ? ' class="number"' : ''}>${escaped(cell)}</td>`).join('');
  const head = headers.map((one, column) => `<th${isNumber(rows[0]?.[column]) ? ' class="number"' : ''}>${escaped(one)}</th>`);
  if (rows.length === 0) return '<p class="none">Nothing in this time.</p>';
  return `<div class="wide"><table><thead><tr>${head.join('')}</tr></thead><tbody>${rows.map((row) => `<tr>${cells(row)}</tr>`).join('')}</tbody></table></div>`;
}

const style = `:root{color-scheme:light dark;--ink:#1a2233;--soft:#5b6577;--line:#dfe3ea;--card:#fff;--ground:#f5f6f9;--a:#2f6fed;--b:#e8833a;--c:#2a9d78}
@media (prefers-color-scheme:dark){:root{--ink:#e6e9f0;--soft:#98a2b5;--line:#2b3342;--card:#1a2130;--ground:#121722;--a:#6e9cff;--b:#f0a167;--c:#5cc9a3}}
body{margin:0 auto;max-width:1040px;padding:32px 20px;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
h1{margin:0;font-size:26px}h2{margin:0 0 12px;font-size:17px}header p,footer,.none{color:var(--soft);margin:4px 0 20px}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(140px,1fr));gap:12px}
.figures div,section{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:16px}
.figures b{display:block;font-size:24px;font-variant-numeric:tabular-nums}.figures span,.figures i{display:block;color:var(--soft);font-style:normal;font-size:13px}
section{margin-top:16px}.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:14px}
th,td{padding:6px 10px;border-bottom:1px solid var(--line);text-align:left}th{color:var(--soft);font-weight:600}
.number{text-align:right;font-variant-numeric:tabular-nums}footer{margin-top:24px}.u-legend{font-size:13px}`;

/** Draws each chart as wide as its place, and again when that changes. */
const drawing = `const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name);
const colours = ['--a', '--b', '--c'].map(css);
const drawn = [];
for (const place of document.querySelectorAll('[data-chart]')) {
  const { kind, x, xLabel, at, unit, series } = charts[place.dataset.chart];
  const names = x === 'name';
  const axis = { stroke: css('--soft'), grid: { stroke: css('--line'), width: 1 }, ticks: { show: false } };
  const options = {
    width: place.clientWidth, height: 260,
    scales: { x: { time: x === 'time', ...(names ? { range: [-0.6, at.length - 0.4] } : kind === 'bars' && at.length > 1 ? { range: [at[0] - (at[1] - at[0]) / 2, at.at(-1) + (at[1] - at[0]) / 2] } : {}) }, y: { range: (u, min, max) => [0, max > 0 ? max * 1.1 : 1] } },
    axes: [
      { ...axis, label: xLabel, ...(names ? { splits: at.map((_, i) => i), values: () => at } : {}) },
      { ...axis, size: 70, label: unit },
    ],
    series: [
      names ? { value: (u, v) => at[v] ?? '' } : {},
      ...series.map(({ name }, i) => ({
        label: name, stroke: colours[i % 3], width: 2, fill: kind === 'bars' ? colours[i % 3] : undefined, spanGaps: true, points: { show: kind !== 'bars' },
        paths: kind === 'bars' ? uPlot.paths.bars({ size: [0.6, 60] }) : undefined,
        value: (u, v) => v == null ? '-' : v.toLocaleString() + ' ' + unit,
      })),
    ],
  };
  drawn.push([place, new uPlot(options, [names ? at.map((_, i) => i) : at, ...series.map(({ values }) => values)], place)]);
}
addEventListener('resize', () => { for (const [place, plot] of drawn) plot.setSize({ width: place.clientWidth, height: 260 }); });`;
