import { mkdir } from 'node:fs/promises';
import type { PGlite } from '@electric-sql/pglite';
import { messageOf, VoicebotError } from '../domain/errors.ts';
import { lockFolder } from './embedded-lock.ts';

export interface EmbeddedServer {
  readonly client: PGlite;
  close(): Promise<void>;
}

/**
 * Starts the embedded Postgres on its folder, which is then this process's alone.
 * @throws VoicebotError `invalid-config` where another process has it; `dependency-unavailable` where it does not start.
 */
export async function openEmbeddedServer(folder: string): Promise<EmbeddedServer> {
  const { PGlite } = await import('@electric-sql/pglite');
  const { vector } = await import('@electric-sql/pglite-pgvector');
  await mkdir(folder, { recursive: true });
  const unlock = await lockFolder(folder);
  const client = await PGlite.create({ dataDir: folder, extensions: { vector } }).catch(async (cause) => {
    await unlock();
    throw new VoicebotError('dependency-unavailable', `The embedded Postgres in ${folder} does not start: ${messageOf(cause)}`, {
      hint: 'Its files may be broken: restore a backup (docs/operations.md), or set DATA_DIR to another folder.',
      cause,
    });
  });
  return {
    client,
    close: async () => {
      await client.close();
      await unlock();
    },
  };
}
