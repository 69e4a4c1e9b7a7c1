import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import type { z } from 'zod';
import { type AuditCheck, type AuditEntry, checkChain } from '../../domain/audit/chain.ts';
import { anchorLine, entryLine, linesIn } from '../../domain/audit/lines.ts';
import { VoicebotError } from '../../domain/errors.ts';
import { ApiClient, apiUrl } from '../api-client.ts';
import { print } from '../output.ts';
import { table } from '../terminal/table.ts';

interface Common {
  readonly url?: string;
  readonly json?: boolean;
}

type Listed = Omit<AuditEntry, 'atMs'> & { readonly at: string };

export function addAuditCommands(program: Command): void {
  const audit = program.command('audit');
  const command = (name: string, description: string) =>
    audit.command(name).description(description).option('--url <url>', 'address of the API').option('--json', 'print JSON');
  const clientOf = (options: Common) => new ApiClient(apiUrl(options.url));

  command('list', 'List what was done, the newest first.')
    .option('--actor <actor>', 'of one alone, as key:abc')
    .option('--tenant <tenant>', 'about one tenant alone')
    .option('--from <time>', 'ISO 8601')
    .option('--to <time>', 'ISO 8601')
    .option('--before <n>', 'those before this one')
    .option('--limit <n>', 'at most so many', '50')
    .action(async ({ url, json, ...filter }: Common & Record<string, string | undefined>) => {
      const query = new URLSearchParams(Object.entries(filter).filter((one): one is [string, string] => one[1] !== undefined));
      const result = await clientOf({ ...(url ? { url } : {}) }).json<{ entries: Listed[] }>(`/audit?${query}`);
      print(result, json as boolean | undefined, () =>
        table(
          ['NO.', 'WHEN', 'WHO', 'FROM', 'WHAT', 'TO', 'STATUS'],
          result.entries.map(({ seq, at, actor, address, action, target, status }) => [
            ...[String(seq), at, actor, address, action],
            ...[Object.values(target).join(' '), String(status)],
          ]),
        ),
      );
    });

  command('verify', 'Check that no entry was changed, removed or reordered.')
    .option('--file <file>', 'an export, checked on this machine, instead of asking the API')
    .option('--anchors <file>', 'with --file: the anchors that the service has written (DATA_DIR/audit-anchors.jsonl)')
    .action(async (options: Common & { file?: string; anchors?: string }) => {
      const check = options.file
        ? await checkChain(
            await linesOf(options.file, entryLine),
            options.anchors ? await linesOf(options.anchors, anchorLine) : [],
          )
        : await clientOf(options).json<AuditCheck>('/audit/verify');
      print(check, options.json, () => shown(check));
      if (check.findings.length > 0) process.exitCode = 1;
    });

  command('export', 'Write all entries to a file of JSON Lines.')
    .argument('<file>', 'where to')
    .action(async (file: string, options: Common) => {
      const stream = await clientOf(options).stream('/audit/export');
      const out = createWriteStream(file, { mode: 0o600 });
      await pipeline(stream, out);
      print({ file, bytes: out.bytesWritten }, options.json, () => `${file}: ${out.bytesWritten} bytes`);
    });
}

function shown({ entries, anchors, findings }: AuditCheck): string {
  const counts = `${entries} entries, ${anchors} anchors`;
  if (findings.length === 0) return `${counts}: nothing was changed, removed or reordered.`;
  return [
    `${counts}: the log is not as it was written.`,
    ...findings.map(({ seq, problem }) => `  entry ${seq}: ${problem}`),
  ].join('\n');
}

async function linesOf<T>(file: string, schema: z.ZodType<T>): Promise<T[]> {
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw new VoicebotError('invalid-request', `${file} cannot be read (${cause.code}).`, { cause });
  });
  try {
    return linesIn(text, schema);
  } catch (cause) {
    throw new VoicebotError('invalid-request', `${file} is no export of the audit log.`, { cause });
  }
}
