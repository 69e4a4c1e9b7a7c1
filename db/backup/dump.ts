import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { VoicebotError } from '../../domain/errors.ts';
import { asAllTenants, type Connection } from '../connection.ts';
import { migratedTo } from '../migrations.ts';
import type { Manifest } from './manifest.ts';
import { carriedTables } from './tables.ts';

/**
 * Writes all rows as they are at one moment, a file for each table in the text format of COPY (PostgreSQL manual, COPY, "Text Format"),
 * compressed. The service may go on meanwhile.
 * @throws VoicebotError `not-found` for a database without a schema.
 */
export async function dumpTables(
  connection: Connection,
  folder: string,
  signal?: AbortSignal,
): Promise<Pick<Manifest, 'tables' | 'migratedTo'>> {
  await mkdir(join(folder, 'database'), { recursive: true });
  const tag = await migratedTo(connection);
  if (!tag) throw new VoicebotError('not-found', `There is nothing in ${connection.description}.`);
  const tables = await asAllTenants(connection, async () => {
    const tables: Manifest['tables'] = [];
    for (const { name, columns } of await carriedTables(connection)) {
      const path = `database/${name}.copy.gz`;
      let rows = 0;
      const source = await connection.copyOut(`(select ${columns.join(', ')} from ${name})`);
      await pipeline(
        Readable.from(source),
        async function* counted(chunks: AsyncIterable<Uint8Array>) {
          for await (const chunk of chunks) {
            // A row is a line: what breaks lines is escaped within.
            for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, at + 1)) rows++;
            yield chunk;
          }
        },
        createGzip(),
        createWriteStream(join(folder, path), { mode: 0o600 }),
        { ...(signal && { signal }) },
      );
      tables.push({ name, columns: [...columns], rows, path });
    }
    return tables;
  });
  if ((await migratedTo(connection)) !== tag) {
    throw new VoicebotError('conflict', `${connection.description} was migrated meanwhile.`, {
      hint: 'Make the backup again.',
      retryable: true,
    });
  }
  return { tables, migratedTo: tag };
}

const newline = 10;
