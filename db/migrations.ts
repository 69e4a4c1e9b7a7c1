import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { VoicebotError } from '../domain/errors.ts';
import { asAllTenants, type Connection } from './connection.ts';

export const migrationsFolder = fileURLToPath(new URL('./migrations', import.meta.url));

/** Any number, the same in every process: two that start together migrate one after the other. */
export const migrationLock = 7_402_291;

interface Migration {
  /** As `0013_waits`. */
  readonly tag: string;
  /** What the database keeps of it. */
  readonly when: number;
}

interface Journal {
  readonly entries: readonly Migration[];
}

const journalIn = (folder: string) => join(folder, 'meta', '_journal.json');

async function journal(): Promise<Journal> {
  return JSON.parse(await readFile(journalIn(migrationsFolder), 'utf8')) as Journal;
}

/** This release's migrations, in their order. */
export async function migrationTags(): Promise<string[]> {
  return (await journal()).entries.map(({ tag }) => tag);
}

/** How far a database has come. @returns undefined where it has no schema. @throws VoicebotError `invalid-config` for one of a later release. */
export async function migratedTo(connection: Connection): Promise<string | undefined> {
  const [found] = await connection.query(`select to_regclass('drizzle.__drizzle_migrations') is not null as there`);
  if (!found?.there) return undefined;
  const [last] = await connection.query('select max(created_at)::text as at from drizzle.__drizzle_migrations');
  if (!last?.at) return undefined;
  const tag = (await journal()).entries.find(({ when }) => when === Number(last.at))?.tag;
  if (!tag) {
    throw new VoicebotError('invalid-config', `${connection.description} was migrated by another release than this one.`, {
      hint: 'Use the release that its services run.',
    });
  }
  return tag;
}

/** Migrates an empty database as far as one of the migrations, and no further. */
export async function migrateUpTo(connection: Connection, tag: string): Promise<void> {
  const last = await indexOf(tag);
  const folder = await mkdtemp(join(tmpdir(), 'voicebot-migrations-'));
  try {
    await cp(migrationsFolder, folder, { recursive: true });
    const { entries, ...about } = await journal();
    const kept = entries.slice(0, last + 1);
    await writeFile(journalIn(folder), JSON.stringify({ ...about, entries: kept }));
    await connection.migrate(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export interface WayBack {
  /** The migrations to take back, the newest first. */
  readonly tags: readonly string[];
  /** What has rows now and is gone then, as `audit_log` or `turns.engine`. */
  readonly loses: readonly string[];
}

/** What going back to a migration would undo. @throws VoicebotError `invalid-request` for one that is not there or not before. */
export async function wayBack(connection: Connection, tag: string): Promise<WayBack> {
  const tags = await migrationTags();
  const [target, current] = [await indexOf(tag), tags.indexOf((await migratedTo(connection)) ?? '')];
  if (target > current) throw new VoicebotError('invalid-request', `The database is not as far as ${tag}.`);
  const undone = tags.slice(target + 1, current + 1).reverse();
  const loses: string[] = [];
  await asAllTenants(connection, async () => {
    for (const one of undone) {
      for (const name of /^-- Loses: (.*)\.$/m.exec(await backScript(one))?.[1]?.split(', ') ?? []) {
        const [table, column] = name.split('.');
        const [rows] = await connection.query(
          `select exists (select from ${table}${column ? ` where ${column} is not null` : ''}) as some`,
        );
        if (rows?.some) loses.push(name);
      }
    }
  });
  return { tags: undone, loses };
}

/** Takes migrations back, all or none. */
export async function migrateBack(connection: Connection, { tags }: WayBack): Promise<void> {
  const { entries } = await journal();
  await connection.execute(`begin; select pg_advisory_xact_lock(${migrationLock})`);
  try {
    for (const tag of tags) {
      await connection.execute(await backScript(tag));
      await connection.query('delete from drizzle.__drizzle_migrations where created_at = $1', [
        entries.find((one) => one.tag === tag)?.when,
      ]);
    }
    await connection.execute('commit');
  } catch (error) {
    await connection.execute('rollback');
    throw error;
  }
}

async function backScript(tag: string): Promise<string> {
  return readFile(join(migrationsFolder, 'back', `${tag}.sql`), 'utf8').catch((cause) => {
    throw new VoicebotError('invalid-request', `There is no way back from ${tag}.`, {
      hint: 'Restore the backup that was made before it (docs/operations.md).',
      cause,
    });
  });
}

async function indexOf(tag: string): Promise<number> {
  const tags = await migrationTags();
  const index = tags.indexOf(tag);
  if (index < 0) {
    throw new VoicebotError('invalid-request', `There is no migration '${tag}'.`, { hint: `Migrations: ${tags.join(', ')}.` });
  }
  return index;
}
