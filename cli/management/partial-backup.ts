import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { redactedConfig } from '../../config/load.ts';
import type { Config } from '../../config/schema.ts';
import { VoicebotError } from '../../domain/errors.ts';

export interface PartialBackup {
  readonly folder: string;
  readonly files: readonly string[];
}

const stamp = (now: Date) => `${now.toISOString().replaceAll(':', '-').slice(0, 19)}Z`;

/** The settings in effect, without secrets. */
export async function backUpConfiguration(config: Config, destination: string, now = new Date()): Promise<PartialBackup> {
  const folder = join(resolve(destination), `voicebot-config-${stamp(now)}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, 'configuration.json'), `${JSON.stringify(redactedConfig(config), null, 2)}\n`, { mode: 0o600 });
  return { folder, files: ['configuration.json'] };
}

/** The logs that the service has written into its data folder. @throws VoicebotError `not-found` where there are none. */
export async function backUpLogs(config: Config, into: string): Promise<PartialBackup> {
  const from = resolve(config.DATA_DIR);
  const files = (await readdir(from).catch(() => [])).filter((name) => /^voicebot.*\.log/.test(name));
  if (files.length === 0) {
    throw new VoicebotError('not-found', `There is no log in ${from}.`, {
      hint: 'Only voicebot start writes one, and on a terminal; elsewhere logs go to standard error.',
    });
  }
  const folder = resolve(into);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const file of files) await copyFile(join(from, file), join(folder, file));
  return { folder, files };
}

/** A folder of its own for logs. */
export const logFolder = (destination: string, now = new Date()): string =>
  join(resolve(destination), `voicebot-logs-${stamp(now)}`);
