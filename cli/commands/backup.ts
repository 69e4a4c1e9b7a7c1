import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import type { Command } from 'commander';
import { loadConfig } from '../../config/load.ts';
import { VoicebotError } from '../../domain/errors.ts';
import { print } from '../output.ts';

/** What is done to the data of an installation as a whole, on the machine that may reach it; see docs/operations.md. */
export function addBackupCommands(program: Command): void {
  program
    .command('backup')
    .description(
      'Copy database, blobs and configuration into a new folder. The service may go on, but where its database is the embedded one.',
    )
    .argument('[destination]', 'folder in which the backup gets a folder of its own', 'backups')
    .option('--keys <file>', 'write the keys to this file; keep it apart from the backup')
    .option('--no-blobs', 'leave out recordings, messages and adapters, where their bucket has copies of its own')
    .option('--json', 'print JSON')
    .action(async (destination: string, options: { keys?: string; blobs: boolean; json?: boolean }) => {
      const { makeBackup } = await import('../../services/backup.ts');
      const { keys: keysFile, blobs, json } = options;
      const backup = await makeBackup({ config: loadConfig(), destination, blobs, keysFile, signal: interrupted() });
      print(backup, json, () =>
        [
          `${backup.rows} rows and ${backup.files} files, ${(backup.bytes / 1e6).toFixed(1)} MB, are in ${backup.folder}`,
          ...backup.left.map((what) => `Not in it: ${what}`),
        ].join('\n'),
      );
    });

  program
    .command('restore')
    .description('Fill an empty database and blob store from a backup, migrate it to this release, and check it.')
    .argument('<backup>', 'folder that `voicebot backup` has printed')
    .option('--keys <file>', 'the file with the keys, as `voicebot backup --keys` wrote it')
    .option('--json', 'print JSON')
    .action(async (folder: string, options: { keys?: string; json?: boolean }) => {
      const { restoreBackup } = await import('../../services/backup.ts');
      const keys = options.keys ? await keysIn(options.keys) : {};
      const given = loadConfig();
      const config = loadConfig({ ...keys, ...process.env });
      if (keys.SECRETS_KEY && !given.SECRETS_KEY) {
        const { keepSecret } = await import('../../services/secrets-key.ts');
        await keepSecret(keys.SECRETS_KEY, resolve(config.DATA_DIR));
      }
      const restored = await restoreBackup(config, folder, interrupted());
      const { check } = restored;
      const problems = [...check.closed, ...check.auditFindings.map(({ problem }) => `The audit log: ${problem}`)];
      if (problems.length > 0) process.exitCode = 1;
      print(restored, options.json, () =>
        [
          `${restored.rows} rows and ${restored.blobs} blobs are in ${restored.database}.`,
          restored.calls ? 'Calls in progress came along.' : 'Calls in progress did not come along: their sessions end as lost.',
          `Checked: ${check.auditEntries} entries of the audit log, ${check.opened} blobs opened by their keys.`,
          ...problems.map((problem) => `✗ ${problem}`),
        ].join('\n'),
      );
    });

  program
    .command('migrate')
    .description(
      'Bring the database of DATABASE_URL up to date and end, as a job before a deploy; every service does it at its start, too.',
    )
    .option('--to <migration>', 'go back to an earlier one, while no service runs; the embedded database, too')
    .option('--lose-data', 'with --to: also where rows are lost by it')
    .action(async ({ to, loseData }: { to?: string; loseData?: boolean }) => {
      const { bringUpToDate, goBackTo } = await import('../../services/migrate.ts');
      if (!to) {
        process.stdout.write(`The database is up to date: ${await bringUpToDate(loadConfig())}.\n`);
        return;
      }
      const { database, takenBack } = await goBackTo(loadConfig(), to, loseData ?? false);
      process.stdout.write(`${database} is at ${to} again: ${takenBack} migrations were taken back.\n`);
    });
}

async function keysIn(file: string): Promise<Record<string, string>> {
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw new VoicebotError('not-found', `${file} cannot be read (${cause.code}).`, { cause });
  });
  return parseEnv(text) as Record<string, string>;
}

/** Ctrl-C leaves nothing half done behind. */
function interrupted(): AbortSignal {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
  return stopping.signal;
}
