import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { VoicebotError } from '../../domain/errors.ts';
import type { Connection } from '../connection.ts';
import { migrateUpTo, migrationTags } from '../migrations.ts';
import { prepareRoles } from '../roles.ts';
import type { Manifest } from './manifest.ts';
import { carriedTables, setSequences } from './tables.ts';

/**
 * Fills an empty database: its schema as it was when the backup was made, all rows in one transaction, then what later migrations add
 * is for `openDatabase`. @throws VoicebotError `invalid-request` where the database is not empty, or the backup is of a later release.
 */
export async function loadTables(connection: Connection, folder: string, manifest: Manifest): Promise<void> {
  await refuseFilled(connection);
  if (!(await migrationTags()).includes(manifest.migratedTo)) {
    throw new VoicebotError(
      'invalid-request',
      `The backup is of release ${manifest.version}, whose database this one does not know (${manifest.migratedTo}).`,
      { hint: `Restore it with release ${manifest.version} or a later one.` },
    );
  }
  await prepareRoles({ query: async (text) => ({ rows: await connection.query(text) }) });
  await migrateUpTo(connection, manifest.migratedTo);
  await connection.execute('begin');
  try {
    await fill(connection, folder, manifest);
    await connection.execute('commit');
  } catch (error) {
    await connection.execute('rollback').catch(() => {});
    throw error;
  }
}

async function fill(connection: Connection, folder: string, { tables }: Manifest): Promise<void> {
  const here = await carriedTables(connection);
  const guarded = await connection.query(
    `select oid::regclass::text as name from pg_class where relforcerowsecurity and relnamespace = 'public'::regnamespace`,
  );
  // What the migrations have put in stands in the backup, too. The owner is let by until all is in.
  await connection.execute(
    [
      ...guarded.map(({ name }) => `alter table ${name} no force row level security`),
      ...here.flatMap(({ name }) => [`alter table ${name} disable trigger user`, `truncate ${name} cascade`]),
      ...here.map(({ name }) => `alter table ${name} enable trigger user`),
    ].join(';'),
  );
  for (const { name } of here) {
    const table = tables.find((one) => one.name === name);
    if (!table) continue;
    const rows = createReadStream(join(folder, table.path)).pipe(createGunzip());
    await connection.copyIn(`${name} (${table.columns.join(', ')})`, rows);
    const [loaded] = await connection.query(`select count(*)::int as rows from ${name}`);
    if (loaded?.rows !== table.rows) {
      throw new VoicebotError(
        'invalid-request',
        `Of ${table.rows} rows of ${name}, ${loaded?.rows} can be read; nothing was kept.`,
      );
    }
  }
  await setSequences(connection);
  await connection.execute(guarded.map(({ name }) => `alter table ${name} force row level security`).join(';'));
}

/** Nothing is written over. */
async function refuseFilled(connection: Connection): Promise<void> {
  const [found] = await connection.query(
    `select exists (select from pg_tables where schemaname in ('public', 'demo_bank', 'drizzle')) as filled`,
  );
  if (!found?.filled) return;
  throw new VoicebotError(
    'invalid-request',
    `${connection.description} is not empty, and a backup is restored into an empty database.`,
    {
      hint: 'Name a new database in DATABASE_URL (or, embedded, a new folder in DATA_DIR), restore, and have the services use that one.',
    },
  );
}
