import { writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { type Command, Option } from 'commander';
import { reportDimensions, reportTypes } from '../../domain/analytics.ts';
import { VoicebotError } from '../../domain/errors.ts';
import { type ApiOptions, clientOf, withApi } from '../api-command.ts';
import { print } from '../output.ts';

const formats = ['json', 'table', 'csv', 'html'] as const;
type Format = (typeof formats)[number];

interface ReportOptions extends ApiOptions {
  readonly type: string;
  readonly timeRange: string;
  readonly by?: string;
  readonly tenant?: string;
  readonly export?: string;
  readonly format?: Format;
  readonly compare?: string;
}

export function addAnalyticsCommands(program: Command): void {
  withApi(program.command('analytics-report'))
    .addOption(new Option('--type <type>', 'what it is about').choices(reportTypes).default('summary'))
    .addOption(new Option('--time-range <range>', 'the time until now').choices(['1h', '24h', '7d', '30d']).default('24h'))
    .addOption(new Option('--by <dimension>', 'broken down by it').choices(reportDimensions))
    .option('--tenant <tenant>', 'of one tenant; that of the key, or all, when unset')
    .option('--export <file>', 'write it to a file, in the format of its name: .json, .csv, .html or .txt')
    .addOption(new Option('--format <format>', 'how it is shown; table when unset').choices(formats))
    .option('--compare <file>', 'an earlier report of this type (.json), shown beside it')
    .action(async (options: ReportOptions) => {
      const { report, read } = await import('../report/analytics.ts').then(({ analyticsViews, readReport }) => ({
        report: analyticsViews,
        read: readReport,
      }));
      const query = new URLSearchParams({ range: options.timeRange });
      if (options.by) query.set('by', options.by);
      if (options.tenant) query.set('tenant', options.tenant);
      const data = await clientOf(options).json<Parameters<typeof report>[0]>(`/analytics/${options.type}?${query}`);
      const views = report(data, options.compare ? await read(options.compare, options.type) : undefined);
      const format = options.json ? 'json' : (options.format ?? formatOf(options.export) ?? 'table');
      if (!options.export) return print(data, format === 'json', () => views[format === 'json' ? 'table' : format]());
      await writeFile(options.export, format === 'json' ? `${JSON.stringify(data, null, 2)}\n` : `${views[format]()}\n`);
      process.stderr.write(`${options.export} is there.\n`);
    });
}

const byExtension: Readonly<Record<string, Format>> = {
  '.json': 'json',
  '.csv': 'csv',
  '.html': 'html',
  '.htm': 'html',
  '.txt': 'table',
};

function formatOf(file: string | undefined): Format | undefined {
  if (file === undefined) return undefined;
  const format = byExtension[extname(file).toLowerCase()];
  if (format) return format;
  throw new VoicebotError('invalid-request', `The name ${file} does not say how to write it.`, {
    hint: `End it with ${Object.keys(byExtension).join(', ')}, or give --format.`,
  });
}
