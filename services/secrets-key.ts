import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/schema.ts';

/** SECRETS_KEY, or a secret that is made once and kept in the data folder, readable by its owner alone. */
export async function secretOf(config: Config, dataDir: string): Promise<string> {
  if (config.SECRETS_KEY) return config.SECRETS_KEY;
  const file = join(dataDir, 'secrets.key');
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
