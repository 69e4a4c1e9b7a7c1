import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/schema.ts';

const fileIn = (dataDir: string) => join(dataDir, 'secrets.key');

/** Whether the secret is there, so that none would be made. */
export const hasSecret = (config: Config, dataDir: string): boolean => Boolean(config.SECRETS_KEY) || existsSync(fileIn(dataDir));

/** Puts the secret of another installation into the data folder; one that is there stays. */
export async function keepSecret(secret: string, dataDir: string): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  await writeFile(fileIn(dataDir), secret, { mode: 0o600, flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}

/** SECRETS_KEY, or a secret that is made once and kept in the data folder, readable by its owner alone. */
export async function secretOf(config: Config, dataDir: string): Promise<string> {
  if (config.SECRETS_KEY) return config.SECRETS_KEY;
  const file = fileIn(dataDir);
  if (!existsSync(file)) {
    await mkdir(dataDir, { recursive: true });
    const part = `${file}.${process.pid}`;
    await writeFile(part, randomBytes(32).toString('hex'), { mode: 0o600 });
    // Of two processes that begin together, the first one's key counts for both.
    await link(part, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    await rm(part, { force: true });
  }
  return (await readFile(file, 'utf8')).trim();
}
