import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { connectDatabase } from '../../db/connection.ts';
import { migrateBack, migratedTo, migrateUpTo, migrationTags, wayBack } from '../../db/migrations.ts';
import { openDatabase } from '../../db/open.ts';
import { fillTables, rowsOf, schemaOf } from '../support/filled-database.ts';

/** The last migration of 0.4.0. */
const lastOf040 = '0004_brain';

const newFolder = () => mkdtemp(join(tmpdir(), 'voicebot-back-'));

/** What a new database has after each of the migrations. */
async function schemas(tags: readonly string[]): Promise<Map<string, readonly string[]>> {
  const connection = await connectDatabase({ dataDir: await newFolder() });
  await connection.execute('create role voicebot_tenant; create role voicebot_all');
  const found = new Map<string, readonly string[]>();
  for (const tag of tags) {
    await migrateUpTo(connection, tag);
    found.set(tag, await schemaOf(connection));
  }
  await connection.close();
  return found;
}

it('a filled database goes back, migration by migration, to the schema of 0.4 with its rows, and forward again', async () => {
  const dataDir = await newFolder();
  await openDatabase({ dataDir }).then(({ close }) => close());
  const connection = await connectDatabase({ dataDir });
  await fillTables(connection);
  const newest = await schemaOf(connection);
  const before = await rowsOf(connection);
  const tags = await migrationTags();
  const target = tags.indexOf(lastOf040);
  const expected = await schemas(tags.slice(target));
  for (let at = tags.length - 2; at >= target; at--) {
    const tag = tags[at] ?? '';
    await migrateBack(connection, await wayBack(connection, tag));
    expect(await migratedTo(connection)).toBe(tag);
    expect(await schemaOf(connection)).toEqual(expected.get(tag));
  }
  expect(await rowsOf(connection)).toMatchObject({ 'public.sessions': { rows: 1 }, 'public.turns': { rows: 1 } });
  await connection.close();

  await openDatabase({ dataDir }).then(({ close }) => close());
  const again = await connectDatabase({ dataDir });
  expect(await schemaOf(again)).toEqual(newest);
  const after = await rowsOf(again);
  for (const kept of ['public.cache_reviews', 'public.articles', 'demo_bank.accounts']) expect(after[kept]).toEqual(before[kept]);
  await again.close();
});

it('says beforehand which rows a way back loses, and of where there is none', async () => {
  const dataDir = await newFolder();
  const { close } = await openDatabase({ dataDir });
  await close();
  const connection = await connectDatabase({ dataDir });
  expect((await wayBack(connection, '0009_access')).loses).toEqual([]);
  await fillTables(connection);
  expect((await wayBack(connection, '0009_access')).loses).toEqual(['turns.engine', 'turns.waited_ms', 'deletions', 'audit_log']);
  await expect(wayBack(connection, '0099_never')).rejects.toThrow("There is no migration '0099_never'");
  await expect(wayBack(connection, '0002_live')).rejects.toThrow('There is no way back from 0004_brain.');
  await connection.close();
});

it('several tenants keep the schema that keeps them apart', async () => {
  const dataDir = await newFolder();
  await openDatabase({ dataDir }).then(({ close }) => close());
  const connection = await connectDatabase({ dataDir });
  const schema = await schemaOf(connection);
  await connection.execute(
    `alter table tenants no force row level security; insert into tenants (id) values ('north'); alter table tenants force row level security`,
  );
  await expect(migrateBack(connection, await wayBack(connection, '0011_data_life'))).rejects.toThrow('There are several tenants');
  expect(await schemaOf(connection)).toEqual(schema);
  await connection.close();
});
