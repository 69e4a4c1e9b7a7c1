import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { type ApiOptions, clientOf, withApi } from '../api-command.ts';
import { interrupted } from '../interrupted.ts';
import { print } from '../output.ts';
import { whole } from '../whole-number.ts';

interface LoadCommand extends ApiOptions {
  readonly users: number;
  readonly duration: number;
  readonly ramp: number;
  readonly scenario: string;
  readonly turns: number;
  readonly pause: number;
  readonly report?: string;
  readonly compare?: string;
}

export function addLoadTestingCommand(program: Command): void {
  withApi(program.command('load-testing'))
    .option('--users <n>', 'callers at once', whole(1, 1_000), 10)
    .option('--duration <seconds>', 'how long', whole(5, 86_400), 60)
    .option('--ramp <seconds>', 'over which callers come', whole(0, 3_600), 5)
    .option('--scenario <name>', 'greetings, questions, mixed, or a text file with a phrase on each line', 'questions')
    .option('--turns <n>', 'until a caller hangs up and calls again', whole(1, 1_000), 10)
    .option('--pause <ms>', 'what a caller takes before they speak again', whole(0, 60_000), 2_000)
    .option('--report <file>', 'write a page with charts, or JSON where the name ends so')
    .option('--compare <file>', 'an earlier report, shown beside it')
    .action(async (options: LoadCommand) => {
      const [{ loadTest }, { phrasesOf }, { loadViews, readLoadReport }, { loadProgress }] = await Promise.all([
        import('../load/run.ts'),
        import('../load/scenarios.ts'),
        import('../report/load.ts'),
        import('../load/progress.ts'),
      ]);
      const before = options.compare ? await readLoadReport(options.compare) : undefined;
      const progress = loadProgress(options.duration);
      const report = await loadTest(clientOf(options), {
        ...{ users: options.users, durationSeconds: options.duration, rampSeconds: options.ramp, scenario: options.scenario },
        ...{ phrases: await phrasesOf(options.scenario), turnsOfCall: options.turns, pauseMs: options.pause },
        ...{ signal: interrupted(), onSecond: progress.onSecond },
      }).finally(progress.stop);
      const views = loadViews(report, before);
      if (options.report) {
        const json = options.report.endsWith('.json');
        await writeFile(options.report, json ? `${JSON.stringify(report, null, 2)}\n` : views.html());
      }
      print(report, options.json, () => views.table());
      if (report.turns === 0 || report.failed + report.refused > 0) process.exitCode = 1;
    });
}
