import { readFile } from 'node:fs/promises';
import type { Percentiles, ReportType } from '../../domain/analytics.ts';
import { VoicebotError } from '../../domain/errors.ts';
import { table } from '../terminal/table.ts';
import { dataOfHtml, htmlOf, type Section } from './html.ts';
import { count, milliseconds, percentOf } from './values.ts';

interface Counts {
  readonly turns: number;
  readonly failed: number;
  readonly interrupted: number;
  readonly retried: number;
}
type GroupRow = Counts & { readonly value: string | null; readonly wait: Percentiles };
interface Point extends Counts {
  readonly at: string;
  readonly calls: number;
  readonly heardSeconds: number;
  readonly spokenSeconds: number;
  readonly p50: number | null;
  readonly p95: number | null;
}

/** What `GET /analytics/{report}` answers; each type has some of it. */
export interface AnalyticsData {
  readonly type: ReportType;
  readonly from: string;
  readonly until: string;
  readonly calls?: {
    readonly started: number;
    readonly active: number;
    readonly contained: number;
    readonly transferred: number;
    readonly meanTurns: number | null;
    readonly meanSeconds: number | null;
    readonly byEnd: readonly { readonly reason: string | null; readonly calls: number }[];
  };
  readonly turns?: Counts;
  readonly wait?: Percentiles;
  readonly sources?: readonly GroupRow[];
  readonly intents?: readonly GroupRow[];
  readonly groups?: readonly GroupRow[];
  readonly steps?: readonly {
    readonly step: string;
    readonly queue: Percentiles;
    readonly work: Percentiles;
    readonly workSeconds: number;
  }[];
  readonly points?: readonly Point[];
  readonly failures?: readonly {
    readonly step: string | null;
    readonly code: string | null;
    readonly turns: number;
    readonly lastAt: string;
  }[];
  readonly guards?: readonly {
    readonly side: string;
    readonly action: string;
    readonly reason: string;
    readonly count: number;
  }[];
}

/** An earlier report, as JSON or as a page of this command. @throws VoicebotError `invalid-request` where it is none of the type. */
export async function readReport(file: string, type: string): Promise<AnalyticsData> {
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw new VoicebotError('invalid-request', `${file} cannot be read (${cause.code}).`, { cause });
  });
  const data = dataIn(text) as Partial<AnalyticsData> | undefined;
  if (data?.type === type) return data as AnalyticsData;
  throw new VoicebotError('invalid-request', `${file} is no report of the type '${type}'.`, {
    hint: `Make one: voicebot analytics-report --type ${type} --export ${file}`,
  });
}

export function dataIn(text: string): unknown {
  try {
    return text.trimStart().startsWith('{') ? JSON.parse(text) : dataOfHtml(text);
  } catch {
    return undefined;
  }
}

/** A report in each of its forms. */
export function analyticsViews(data: AnalyticsData, before: AnalyticsData | undefined) {
  const figures = figuresOf(data, before);
  const sections = sectionsOf(data);
  return {
    table: () =>
      [
        `${titleOf(data)}\n${data.from} to ${data.until}`,
        table(
          before ? ['FIGURE', 'NOW', 'BEFORE'] : ['FIGURE', 'VALUE'],
          figures.map(({ name, value, before: then }) => (before ? [name, value, then ?? 'unknown'] : [name, value])),
        ),
        ...sections.flatMap((section) =>
          section.table && section.table.rows.length > 0
            ? [
                `${section.title}\n${table(
                  section.table.headers.map((one) => one.toUpperCase()),
                  section.table.rows,
                )}`,
              ]
            : [],
        ),
      ].join('\n\n'),
    csv: () => csvOf(data),
    html: () => htmlOf({ title: titleOf(data), about: `${data.from} to ${data.until}`, figures, sections, data }),
  };
}

const titleOf = ({ type }: AnalyticsData) => `Voicebot: ${type === 'summary' ? 'summary of calls' : type}`;

function figuresOf(now: AnalyticsData, before: AnalyticsData | undefined) {
  const named: [string, (data: AnalyticsData) => string | undefined][] = [
    ['calls', ({ calls }) => calls && count(calls.started)],
    ['calls active now', ({ calls }) => calls && count(calls.active)],
    [
      'contained calls',
      ({ calls }) => calls && `${count(calls.contained)} (${percentOf(calls.contained, calls.contained + calls.transferred)})`,
    ],
    ['transferred', ({ calls }) => calls && count(calls.transferred)],
    ['turns a call', ({ calls }) => calls && count(calls.meanTurns)],
    ['seconds a call', ({ calls }) => calls && count(calls.meanSeconds)],
    ['turns', ({ turns }) => turns && count(turns.turns)],
    ['failed turns', ({ turns }) => turns && `${count(turns.failed)} (${percentOf(turns.failed, turns.turns)})`],
    ['interrupted', ({ turns }) => turns && count(turns.interrupted)],
    ['retried', ({ turns }) => turns && count(turns.retried)],
    ['wait p50', ({ wait }) => wait && milliseconds(wait.p50)],
    ['wait p95', ({ wait }) => wait && milliseconds(wait.p95)],
    ['wait p99', ({ wait }) => wait && milliseconds(wait.p99)],
  ];
  return named.flatMap(([name, of]) => {
    const value = of(now);
    return value === undefined ? [] : [{ name, value, before: before && of(before) }];
  });
}

function groupSection(title: string, name: string, groups: readonly GroupRow[] | undefined): Section[] {
  if (!groups) return [];
  const rows = groups.map(({ value, turns, failed, interrupted, wait }) => [
    ...[value ?? '(none)', count(turns), count(failed), count(interrupted), milliseconds(wait.p50), milliseconds(wait.p95)],
  ]);
  return [{ title, table: { headers: [name, 'turns', 'failed', 'interrupted', 'wait p50', 'wait p95'], rows } }];
}

function sectionsOf(data: AnalyticsData): Section[] {
  const { calls, steps, points, failures, guards } = data;
  const at = points?.map((point) => Date.parse(point.at) / 1000) ?? [];
  return [
    ...(points && data.type === 'usage'
      ? [
          {
            title: 'Turns over time',
            chart: {
              ...({ kind: 'bars', x: 'time', unit: 'turns', at } as const),
              series: [{ name: 'turns', values: points.map(({ turns }) => turns) }],
            },
            table: {
              headers: ['from', 'calls', 'turns', 'failed', 'heard', 'spoken'],
              rows: points.map((one) => [
                ...[one.at, count(one.calls), count(one.turns), count(one.failed)],
                ...[`${count(one.heardSeconds)} s`, `${count(one.spokenSeconds)} s`],
              ]),
            },
          },
        ]
      : []),
    ...(points && data.type === 'performance'
      ? [
          {
            title: 'How long callers waited',
            chart: {
              ...({ kind: 'lines', x: 'time', unit: 'ms', at } as const),
              series: [
                { name: 'p50', values: points.map(({ p50 }) => p50) },
                { name: 'p95', values: points.map(({ p95 }) => p95) },
              ],
            },
          },
        ]
      : []),
    ...(steps
      ? [
          {
            title: 'Where the time went',
            chart: {
              ...({ kind: 'bars', x: 'name', unit: 'ms' } as const),
              at: steps.map(({ step }) => step),
              series: [{ name: 'work p95', values: steps.map(({ work }) => work.p95) }],
            },
            table: {
              headers: ['step', 'times', 'work p50', 'work p95', 'queue p95', 'seconds in all'],
              rows: steps.map(({ step, queue, work, workSeconds }) => [
                ...[step, count(work.count), milliseconds(work.p50), milliseconds(work.p95)],
                ...[queue.count === 0 ? 'none' : milliseconds(queue.p95), count(workSeconds)],
              ]),
            },
          },
        ]
      : []),
    ...(calls
      ? [
          {
            title: 'How calls ended',
            table: { headers: ['end', 'calls'], rows: calls.byEnd.map((one) => [one.reason ?? 'active', count(one.calls)]) },
          },
        ]
      : []),
    ...groupSection('By source', 'source', data.sources),
    ...groupSection('By intent', 'intent', data.intents),
    ...(failures
      ? [
          {
            title: 'What failed',
            table: {
              headers: ['step', 'cause', 'turns', 'last'],
              rows: failures.map((one) => [one.step ?? 'unknown', one.code ?? 'unknown', count(one.turns), one.lastAt]),
            },
          },
        ]
      : []),
    ...(guards
      ? [
          {
            title: 'What guards stopped',
            table: {
              headers: ['side', 'action', 'reason', 'times'],
              rows: guards.map((one) => [one.side, one.action, one.reason, count(one.count)]),
            },
          },
        ]
      : []),
    ...groupSection('Broken down', 'value', data.groups),
  ];
}

/** Every value by its path, so that one form fits all types: `section,key,field,value`. */
function csvOf(data: AnalyticsData): string {
  const lines: string[][] = [['section', 'key', 'field', 'value']];
  const put = (section: string, key: string, value: unknown, field: string) => {
    if (value !== null && typeof value === 'object') {
      for (const [name, inner] of Object.entries(value)) put(section, key, inner, field ? `${field}.${name}` : name);
    } else lines.push([section, key, field, value === null ? '' : String(value)]);
  };
  for (const [section, value] of Object.entries(data)) {
    if (!Array.isArray(value)) put(section, '', value, '');
    else for (const [index, row] of value.entries()) put(section, keyOf(row, index), row, '');
  }
  return lines.map((line) => line.map(csvCell).join(',')).join('\r\n');
}

const keyOf = (row: Record<string, unknown>, index: number) => String(row.at ?? row.step ?? row.value ?? row.reason ?? index);

/** A spreadsheet must not take what callers or operators named for a formula. */
function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && !/^-?\d/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
