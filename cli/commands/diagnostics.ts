import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { loadConfig } from '../../config/load.ts';
import { VoicebotError } from '../../domain/errors.ts';
import { type ApiOptions, clientOf, withApi } from '../api-command.ts';
import type { BenchmarkReport } from '../diagnosis/benchmark.ts';
import { checkLines } from '../diagnosis/check.ts';
import type { Spread } from '../load/percentiles.ts';
import { print } from '../output.ts';
import { bold } from '../terminal/colours.ts';
import { table } from '../terminal/table.ts';
import { working } from '../terminal/working.ts';
import { spokenTable } from '../voices/speak-and-check.ts';
import { enginesIn } from './voices.ts';

export function addDiagnosticCommands(program: Command): void {
  withApi(program.command('system-diagnostics'))
    .option('--comprehensive', 'also engines, processes and the last hour')
    .action(async (options: ApiOptions & { comprehensive?: boolean }) => {
      const { diagnose } = await import('../diagnosis/system.ts');
      const found = await working('Looking at the system', () => diagnose(clientOf(options), options.comprehensive ?? false));
      print(found, options.json, () => {
        const { machine, checks, score, arithmetic, comprehensive } = found;
        const gpus = machine.gpus.map(({ model, memoryMb }) => `${model}${memoryMb === null ? '' : `, ${memoryMb} MB`}`);
        return [
          `${machine.cpu.model}, ${machine.cpu.cores} cores; ${(machine.memory.totalMb / 1000).toFixed(1)} GB; GPU: ${gpus.join('; ') || 'none'}`,
          checkLines(checks),
          `${bold(`Health score: ${score === null ? 'unknown' : `${score} of 100`}`)}\n${arithmetic}`,
          ...(comprehensive
            ? [
                table(
                  ['PROCESS', 'PID', 'CPU', 'MEMORY'],
                  comprehensive.processes.map((one) => [
                    ...[one.name, String(one.pid), `${one.cpuPercent} %`, `${one.memoryMb} MB`],
                  ]),
                ),
              ]
            : []),
        ].join('\n\n');
      });
      if (found.checks.some(({ result }) => result === 'failed')) process.exitCode = 1;
    });

  withApi(program.command('performance-benchmark'))
    .addOption(
      new Option('--engines <names>', 'voices to measure, separated by commas, or all')
        .argParser(enginesIn)
        .default(['kokoro'], 'kokoro'),
    )
    .option('--folder <folder>', 'where their sound is put', 'voices')
    .action(async (options: ApiOptions & { engines: readonly string[]; folder: string }) => {
      const { benchmark } = await import('../diagnosis/benchmark.ts');
      const found = await working('Measuring', () => benchmark(clientOf(options), options.engines, options.folder));
      print(found, options.json, () => benchmarkText(found));
      if ('error' in found.api || 'error' in found.writtenTurnMs) process.exitCode = 1;
    });

  program
    .command('log-analysis')
    .option('--file <file>', "log of a service; that of voicebot start's when unset, - for standard input")
    .option('--errors-only', 'only errors')
    .option('--since <time>', 'only what is as new as 30m, 24h, 7d or a moment of ISO 8601', momentOf)
    .option('--json', 'print JSON')
    .action(async (options: { file?: string; errorsOnly?: boolean; since?: number; json?: boolean }) => {
      const { analyseLogs } = await import('../diagnosis/logs.ts');
      const file = options.file ?? resolve(loadConfig().DATA_DIR, 'voicebot.log');
      const given = { errorsOnly: options.errorsOnly ?? false, sinceMs: options.since };
      const found = await analyseLogs(file, given).catch((cause: NodeJS.ErrnoException) => {
        throw new VoicebotError('not-found', `The log ${file} cannot be read (${cause.code ?? cause.message}).`, {
          hint: 'Name one with --file; a service writes its log to standard error, but on a terminal.',
          cause,
        });
      });
      print({ file, ...found }, options.json, () => {
        const levels = Object.entries(found.byLevel).map(([level, count]) => `${count} ${level}`);
        const rows = found.groups.map((group) => [
          ...[group.level, String(group.count), group.message, group.cause ?? '', group.first, group.last],
        ]);
        return [
          `${file}: ${found.lines} lines${found.unread > 0 ? `, ${found.unread} of them no JSON` : ''}${levels.length > 0 ? `; ${levels.join(', ')}` : ''}`,
          rows.length === 0 ? 'Nothing to show.' : table(['LEVEL', 'TIMES', 'WHAT', 'CAUSE', 'FIRST', 'LAST'], rows),
        ].join('\n\n');
      });
    });

  program
    .command('doctor')
    .option('--url <url>', 'address of the API')
    .option('--json', 'print JSON')
    .action(async (options: ApiOptions) => {
      const { examine } = await import('../diagnosis/doctor.ts');
      const checks = await working('Examining the installation', () => examine(clientOf(options)));
      const wrong = checks.filter(({ result }) => result === 'failed').length;
      print({ checks, failed: wrong }, options.json, () =>
        [checkLines(checks), '', wrong === 0 ? 'Nothing is wrong.' : `${wrong} to be mended.`].join('\n'),
      );
      if (wrong > 0) process.exitCode = 1;
    });

  withApi(program.command('security-audit'))
    .option('--no-packages', 'do not ask the registry for advisories')
    .action(async (options: ApiOptions & { packages: boolean }) => {
      const { auditSecurity, riskOf } = await import('../diagnosis/security.ts');
      const checks = await working('Auditing', () => auditSecurity(clientOf(options), options.packages));
      const risk = riskOf(checks);
      print({ risk, checks }, options.json, () => `${checkLines(checks)}\n\n${bold(`Risk: ${risk}`)}`);
      if (risk === 'high') process.exitCode = 1;
    });
}

function benchmarkText({ machine, api, writtenTurnMs, engines }: BenchmarkReport): string {
  const spread = ({ p50, p95 }: Spread) => `p50 ${p50} ms, p95 ${p95} ms`;
  const rows = [
    ['one core', `${machine.hashMbPerSecond} MB/s of SHA-256`],
    ['memory', `${machine.memoryCopyGbPerSecond} GB/s copied`],
    ['disk', `${spread(machine.syncedWriteMs)} for a write that is kept`],
    ['API', 'error' in api ? api.error : spread(api.healthMs)],
    ['a turn in writing', 'error' in writtenTurnMs ? writtenTurnMs.error : spread(writtenTurnMs)],
  ];
  return `${table(['WHAT', 'MEASURED'], rows)}\n\n${spokenTable(engines)}`;
}

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** In milliseconds since 1970. */
function momentOf(text: string): number {
  const [, amount, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  const at = amount && unit ? Date.now() - Number(amount) * (units[unit] ?? 0) : Date.parse(text);
  if (Number.isFinite(at)) return at;
  throw new InvalidArgumentError('It is a time such as 30m, 24h, 7d or 2026-01-31T08:00:00Z.');
}
