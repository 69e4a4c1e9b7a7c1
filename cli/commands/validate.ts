import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { type ApiOptions, clientOf, withApi } from '../api-command.ts';
import { interrupted } from '../interrupted.ts';
import { print } from '../output.ts';
import { bold, coloured, dim, signs } from '../terminal/colours.ts';
import type { ValidatedCheck, Validation } from '../validation/validate.ts';
import { whole } from '../whole-number.ts';

const line = '='.repeat(60);
const lights = { EXCELLENT: '🟢', GOOD: '🟢', FAIR: '🟡', POOR: '🔴' } as const;

export function addValidateCommand(program: Command): void {
  withApi(program.command('validate'))
    .option('--output <file>', 'where the details are written', 'cli_demo_results.json')
    .option('--users <n>', 'callers of the load test', whole(1, 1_000), 2)
    .option('--duration <seconds>', 'how long it lasts', whole(1, 86_400), 10)
    .action(async (options: ApiOptions & { output: string; users: number; duration: number }) => {
      const { validate } = await import('../validation/validate.ts');
      const say = (text: string) => options.json || process.stdout.write(`${text}\n`);
      say(`${line}\n🚀 ${bold('ENTERPRISE CLI FEATURE VALIDATION')}\n${line}`);
      let shown = '';
      const result = await validate({
        client: clientOf(options),
        ...{ loadUsers: options.users, loadSeconds: Math.max(5, options.duration), signal: interrupted() },
        note: (text) => say(dim(text)),
        onCheck: (title, check) => {
          if (title !== shown) say(`\n📋 ${bold(title)}`);
          shown = title;
          say(checkLine(check));
        },
      });
      await writeFile(options.output, `${JSON.stringify(result, null, 2)}\n`);
      print(result, options.json, () => `${overall(result)}\n\n💾 Detailed report saved: ${options.output}`);
      if (!result.ready) process.exitCode = 1;
    });
}

function checkLine({ result, name, about, found, fix }: ValidatedCheck): string {
  const text = coloured[result](`${signs[result]} ${name} - ${about}`);
  return [`${text} ${dim(`(${found})`)}`, ...(fix === null ? [] : [`   → ${fix}`])].join('\n');
}

function overall({ sections, total, passed, failed, warnings, percent, status, ready }: Validation): string {
  const mark = (share: number) => (share === 100 ? '✅' : share >= 75 ? '⚠️' : '❌');
  return [
    '',
    ...sections.map((one) => `📋 ${one.title} (${one.passed}/${one.total} - ${one.percent}% ${mark(one.percent)})`),
    '',
    `📊 ${bold('OVERALL ENTERPRISE READINESS:')}`,
    `   Total commands tested: ${total}`,
    `   Passed: ${passed} (${percent}%)${warnings > 0 ? `, ${warnings} of them with a warning` : ''}`,
    `   Failed: ${failed} (${Math.round((100 - percent) * 10) / 10}%)`,
    `   Overall status: ${lights[status]} ${status}`,
    '',
    `🚀 ${bold('PRODUCTION DEPLOYMENT STATUS:')} ${ready ? '✅ READY' : '❌ NOT READY'}`,
  ].join('\n');
}
