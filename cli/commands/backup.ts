import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { type Command, Option } from 'commander';
import { loadConfig } from '../../config/load.ts';
import { messageOf, VoicebotError } from '../../domain/errors.ts';
import type { Backup } from '../../services/backup.ts';
import { interrupted } from '../interrupted.ts';
import { print } from '../output.ts';

/** What is done to the data of an installation as a whole, on the machine that may reach it; see docs/operations.md. */
export function addBackupCommands(program: Command): void {
  program
    .command('backup')
    .argument('[destination]', 'folder in which the backup gets a folder of its own', 'backups')
    .option('--keys <file>', 'write the keys to this file; keep it apart from the backup')
    .option('--no-blobs', 'leave out recordings, messages and adapters, where their bucket has copies of its own')
    .option('--json', 'print JSON')
    .action(async (destination: string, options: { keys?: string; blobs: boolean; json?: boolean }) => {
      const { makeBackup } = await import('../../services/backup.ts');
      const { keys: keysFile, blobs, json } = options;
      const backup = await makeBackup({ config: loadConfig(), destination, blobs, keysFile, signal: interrupted() });
      print(backup, json, () => backupText(backup));
    });

  program
    .command('backup-system')
    .addOption(
      new Option('--type <type>', 'settings; database and blobs; all of it; logs')
        .choices(['config', 'data', 'full', 'logs'])
        .default('full'),
    )
    .option('--destination <folder>', 'folder in which the backup gets a folder of its own', 'backups')
    .option('--keys <file>', 'write the keys to this file; keep it apart from the backup')
    .option('--json', 'print JSON')
    .action(async ({ type, destination, keys: keysFile, json }: SystemBackupOptions) => {
      const { backUpConfiguration, backUpLogs, logFolder } = await import('../management/partial-backup.ts');
      const config = loadConfig();
      if (type === 'config' || type === 'logs') {
        const made = await (type === 'config'
          ? backUpConfiguration(config, destination)
          : backUpLogs(config, logFolder(destination)));
        return print({ type, ...made }, json, () => `${made.files.join(', ')} in ${made.folder}`);
      }
      const { makeBackup } = await import('../../services/backup.ts');
      const backup = await makeBackup({ config, destination, blobs: true, keysFile, signal: interrupted() });
      const left = [...backup.left];
      if (type === 'full') {
        // Beside it: what is in the backup is in its list, by hashes.
        await backUpLogs(config, `${backup.folder}-logs`).catch((error) => left.push(messageOf(error)));
      }
      return print({ type, ...backup, left }, json, () => backupText({ ...backup, left }));
    });

  program
    .command('restore')
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
    .option('--to <migration>', 'go back to an earlier one, while no service runs; the embedded database, too')
    .option('--lose-data', 'with --to: also where rows are lost by it')
    .option('--json', 'print JSON')
    .action(async ({ to, loseData, json }: { to?: string; loseData?: boolean; json?: boolean }) => {
      const { bringUpToDate, goBackTo } = await import('../../services/migrate.ts');
      if (!to) {
        const upToDate = await bringUpToDate(loadConfig());
        return print({ database: upToDate }, json, () => `The database is up to date: ${upToDate}.`);
      }
      const { database, takenBack } = await goBackTo(loadConfig(), to, loseData ?? false);
      return print(
        { database, to, takenBack },
        json,
        () => `${database} is at ${to} again: ${takenBack} migrations were taken back.`,
      );
    });
}

interface SystemBackupOptions {
  readonly type: 'config' | 'data' | 'full' | 'logs';
  readonly destination: string;
  readonly keys?: string;
  readonly json?: boolean;
}

const backupText = ({ rows, files, bytes, folder, left }: Backup): string =>
  [
    `${rows} rows and ${files} files, ${(bytes / 1e6).toFixed(1)} MB, are in ${folder}`,
    ...left.map((what) => `Not in it: ${what}`),
  ].join('\n');

async function keysIn(file: string): Promise<Record<string, string>> {
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw new VoicebotError('not-found', `${file} cannot be read (${cause.code}).`, { cause });
  });
  return parseEnv(text) as Record<string, string>;
}
