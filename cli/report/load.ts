import { readFile } from 'node:fs/promises';
import { VoicebotError } from '../../domain/errors.ts';
import type { LoadReport } from '../load/run.ts';
import { table } from '../terminal/table.ts';
import { dataIn } from './analytics.ts';
import { htmlOf } from './html.ts';
import { count, milliseconds, percentOf } from './values.ts';

/** An earlier report, as JSON or as a page of this command. @throws VoicebotError `invalid-request` where it is none. */
export async function readLoadReport(file: string): Promise<LoadReport> {
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw new VoicebotError('invalid-request', `${file} cannot be read (${cause.code}).`, { cause });
  });
  const data = dataIn(text) as Partial<LoadReport> | undefined;
  if (data?.type === 'load-testing') return data as LoadReport;
  throw new VoicebotError('invalid-request', `${file} is no report of load-testing.`, {
    hint: 'Make one: voicebot load-testing --report load.html',
  });
}

const figures: readonly [string, (report: LoadReport) => string][] = [
  ['callers at once', ({ users }) => count(users)],
  ['calls', ({ calls }) => count(calls)],
  ['turns', ({ turns }) => count(turns)],
  ['turns a second', ({ turnsPerSecond }) => count(turnsPerSecond)],
  ['voice to voice p50', ({ voiceToVoiceMs }) => milliseconds(voiceToVoiceMs.p50)],
  ['voice to voice p95', ({ voiceToVoiceMs }) => milliseconds(voiceToVoiceMs.p95)],
  ['voice to voice p99', ({ voiceToVoiceMs }) => milliseconds(voiceToVoiceMs.p99)],
  ['failed turns', ({ failed, turns }) => `${count(failed)} (${percentOf(failed, turns)})`],
  ['not let in', ({ refused }) => count(refused)],
  ['this machine busy, p50', ({ machineBusyPercent: { p50 } }) => (p50 === null ? 'unknown' : `${Math.round(p50)} %`)],
];

/** A load test in each of its forms. */
export function loadViews(report: LoadReport, before: LoadReport | undefined) {
  const shown = figures.map(([name, of]) => ({ name, value: of(report), before: before && of(before) }));
  const { driver } = report;
  const limit = driver.wasTheLimit
    ? 'This program was itself the limit: its frames came late. Take fewer callers, or another machine for them.'
    : `This program was not the limit: ${driver.cpuPercentOfCore} % of a core, ${driver.lateFramesPercent} % of its frames late.`;
  return {
    table: () =>
      [
        table(
          before ? ['FIGURE', 'NOW', 'BEFORE'] : ['FIGURE', 'VALUE'],
          shown.map(({ name, value, before: then }) => (before ? [name, value, then ?? 'unknown'] : [name, value])),
        ),
        ...(report.causes.length > 0
          ? [
              table(
                ['TIMES', 'CAUSE'],
                report.causes.map(({ cause, times }) => [String(times), cause]),
              ),
            ]
          : []),
        limit,
      ].join('\n\n'),
    html: () =>
      htmlOf({
        title: 'Voicebot: load test',
        about: `${report.users} callers for ${report.durationSeconds} s at ${report.url}, from ${report.startedAt}; scenario ${report.scenario}`,
        figures: shown,
        sections: [
          {
            title: 'How long callers waited',
            text: 'From the last word that was sent to the first sound of the reply.',
            chart: {
              ...({ kind: 'lines', x: 'number', xLabel: 'seconds', unit: 'ms' } as const),
              at: report.timeline.map(({ second }) => second),
              series: [
                { name: 'p50', values: report.timeline.map(({ p50 }) => p50) },
                { name: 'p95', values: report.timeline.map(({ p95 }) => p95) },
              ],
            },
          },
          {
            title: 'Turns',
            chart: {
              ...({ kind: 'bars', x: 'number', xLabel: 'seconds', unit: 'turns' } as const),
              at: report.timeline.map(({ second }) => second),
              series: [
                { name: 'turns', values: report.timeline.map(({ turns }) => turns) },
                { name: 'failed', values: report.timeline.map(({ failed }) => failed) },
              ],
            },
          },
          {
            title: 'What went wrong',
            table: { headers: ['cause', 'times'], rows: report.causes.map(({ cause, times }) => [cause, count(times)]) },
          },
          { title: 'Who drove the calls', text: limit },
        ],
        data: report,
      }),
  };
}
