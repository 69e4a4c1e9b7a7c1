import { existsSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import pg from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../config/load.ts';
import { openBlobs } from '../../db/blobs.ts';
import { connectDatabase } from '../../db/connection.ts';
import { openDatabase } from '../../db/open.ts';
import { makeBackup, restoreBackup } from '../../services/backup.ts';
import { secretOf } from '../../services/secrets-key.ts';
import { openEncryption } from '../../temporal/payloads/open.ts';
import { fillTables, rowsOf, schemaOf } from '../support/filled-database.ts';
import { freshDatabase, startPostgres } from '../support/postgres-server.ts';

const server = await startPostgres();
afterAll(() => server?.close());

/** A new database whose login is no superuser: row-level security holds for it. */
async function ordinaryDatabase(url: string): Promise<string> {
  const fresh = await freshDatabase(url);
  const admin = new pg.Client({ connectionString: fresh });
  await admin.connect();
  for (const role of ['voicebot_tenant nologin', 'voicebot_all nologin', "ordinary login password 'ordinary'"]) {
    await admin.query(`do $$ begin create role ${role}; exception when duplicate_object then null; end $$`);
  }
  await admin.query('grant voicebot_tenant, voicebot_all to ordinary; create extension if not exists vector');
  await admin.query(`alter database ${new URL(fresh).pathname.slice(1)} owner to ordinary`);
  await admin.end();
  return Object.assign(new URL(fresh), { username: 'ordinary', password: 'ordinary' }).href;
}

const { signal } = new AbortController();
const newFolder = (name: string) => mkdtemp(join(tmpdir(), `voicebot-${name}-`));
const configIn = (dataDir: string, url?: string) => loadConfig({ DATA_DIR: dataDir, ...(url && { DATABASE_URL: url }) });

/** An installation with a row in every table, a recording under its keys, and calls in progress. */
async function installation(url?: string) {
  const dataDir = await newFolder('installation');
  const config = configIn(dataDir, url);
  await openDatabase({ url, dataDir }).then(({ close }) => close());
  const connection = await connectDatabase({ url, dataDir });
  await fillTables(connection);
  const rows = await rowsOf(connection);
  const schema = await schemaOf(connection);
  await connection.close();
  const { cipher } = await openEncryption(config, await secretOf(config, dataDir));
  const blobs = await openBlobs({ dataDir, cipher });
  await blobs.put('recordings/default/one/00001-heard.wav', Buffer.from('what was said'), 'audio/wav');
  await writeFile(join(dataDir, 'temporal.db'), 'calls in progress');
  return { config, dataDir, rows, schema };
}

const backUp = async (config: ReturnType<typeof configIn>, more: { keysFile?: string; blobs?: boolean } = {}) =>
  makeBackup({ config, destination: await newFolder('backups'), blobs: true, keysFile: undefined, signal, ...more });

/** A new place with the keys of the old one. */
async function placeWith(keysFile: string, url?: string) {
  const dataDir = await newFolder('restored');
  return { dataDir, config: loadConfig({ ...parseEnv(await readFile(keysFile, 'utf8')), DATA_DIR: dataDir, DATABASE_URL: url }) };
}

describe('a backup', () => {
  const places: [string, string, boolean][] = [
    ['the embedded database', 'a server', false],
    ['a server', 'the embedded database', true],
  ];
  it.each(places)('of %s has every row, blob and key in a restored copy on %s', async (_from, _to, onServer) => {
    if (!server) return;
    const old = await installation(onServer ? await ordinaryDatabase(server.url) : undefined);
    const keysFile = join(await newFolder('keys'), 'keys.env');
    const backup = await backUp(old.config, { keysFile });
    expect(backup.left).toEqual([]);
    expect((await stat(keysFile)).mode & 0o777).toBe(0o600);

    const place = await placeWith(keysFile, onServer ? undefined : await ordinaryDatabase(server.url));
    const restored = await restoreBackup(place.config, backup.folder, signal);
    expect(restored).toMatchObject({ blobs: 1, calls: true, check: { opened: 1, closed: [] } });
    const connection = await connectDatabase({ url: place.config.DATABASE_URL, dataDir: place.dataDir });
    expect(await rowsOf(connection)).toEqual(old.rows);
    expect((await schemaOf(connection)).length).toBe(old.schema.length);
    expect((await connection.query("select nextval(pg_get_serial_sequence('cache_reviews', 'id')) as next"))[0]?.next).not.toBe(
      1,
    );
    await connection.close();
    expect(await readFile(join(place.dataDir, 'temporal.db'), 'utf8')).toBe('calls in progress');
    // The copy is a service's like any other.
    await openDatabase({ url: place.config.DATABASE_URL, dataDir: place.dataDir }).then(({ close }) => close());
  });

  it('holds no key and no secret setting, and says what it has not', async () => {
    const old = await installation();
    const secret = await readFile(join(old.dataDir, 'secrets.key'), 'utf8');
    const backup = await backUp(loadConfig({ DATA_DIR: old.dataDir, ADMIN_KEY: 'vb_very-secret-indeed-0000-and-long-enough' }), {
      blobs: false,
    });
    expect(backup.left.map((line) => line.split(' ')[0])).toEqual(['Blobs', 'Keys:']);
    expect((await stat(backup.folder)).mode & 0o077).toBe(0);
    for (const path of await readdir(backup.folder, { recursive: true })) {
      const file = join(backup.folder, path);
      if (!(await stat(file)).isFile()) continue;
      const text = await readFile(file, 'latin1');
      expect(text).not.toContain(secret);
      expect(text).not.toContain('vb_very-secret');
    }
  });

  it('is not made of an embedded database that a service uses, and leaves nothing half done', async () => {
    const dataDir = await newFolder('installation');
    const { close } = await openDatabase({ dataDir });
    const destination = await newFolder('backups');
    const asked = makeBackup({ config: configIn(dataDir), destination, blobs: true, keysFile: undefined, signal });
    await expect(asked).rejects.toMatchObject({
      code: 'invalid-config',
      message: `Another process is using ${join(dataDir, 'postgres')}.`,
    });
    expect(await readdir(destination)).toEqual([]);
    await close();
  });
});

describe('a restore', () => {
  it('touches nothing where a file was changed or is missing, or where there is something already', async () => {
    const old = await installation();
    const { folder } = await backUp(old.config);
    await expect(restoreBackup(old.config, folder, signal)).rejects.toThrow('is not empty');
    const empty = await newFolder('restored');
    await appendFile(join(folder, 'database', 'public.turns.copy.gz'), 'x');
    await rename(join(folder, 'database', 'public.sessions.copy.gz'), join(folder, 'elsewhere'));
    await expect(restoreBackup(configIn(empty), folder, signal)).rejects.toThrow(
      'The backup is broken: database/public.sessions.copy.gz is missing, database/public.turns.copy.gz was changed.',
    );
    expect(existsSync(join(empty, 'postgres'))).toBe(false);
    await expect(restoreBackup(configIn(empty), join(empty, 'nowhere'), signal)).rejects.toMatchObject({ code: 'not-found' });
    await mkdir(join(empty, 'no-backup'));
    await expect(restoreBackup(configIn(empty), join(empty, 'no-backup'), signal)).rejects.toThrow('holds no backup');
  });

  it('tells whose keys are missing or wrong', async () => {
    const old = await installation();
    const { folder } = await backUp(old.config);
    const without = await restoreBackup(configIn(await newFolder('restored')), folder, signal);
    expect(without.check).toMatchObject({ opened: 0, closed: [expect.stringContaining('The keys are not here')] });
    const other = loadConfig({ DATA_DIR: await newFolder('restored'), SECRETS_KEY: 'another secret of the right length' });
    const wrong = await restoreBackup(other, folder, signal);
    expect(wrong.check).toMatchObject({ opened: 0, closed: [expect.stringContaining('recordings/default/one')] });
  });

  it('of an earlier release is brought to this one', async () => {
    const dataDir = await newFolder('installation');
    const connection = await connectDatabase({ dataDir });
    const { migrateUpTo } = await import('../../db/migrations.ts');
    await migrateUpTo(connection, '0004_brain');
    await fillTables(connection);
    await connection.close();
    const { folder } = await backUp(configIn(dataDir));
    const restored = await newFolder('restored');
    await restoreBackup(configIn(restored), folder, signal);
    const copy = await connectDatabase({ dataDir: restored });
    expect(await rowsOf(copy)).toMatchObject({ 'public.turns': { rows: 1 }, 'public.audit_log': { rows: 0 } });
    await copy.close();
  });
});
