import { join } from 'node:path';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import { messageOf, VoicebotError } from '../domain/errors.ts';
import { allTenants } from '../domain/tenant.ts';
import { openEmbeddedServer } from './embedded.ts';
import { databaseUnavailable } from './errors.ts';
import { migrationLock, migrationsFolder } from './migrations.ts';
import { grantTables, prepareRoles } from './roles.ts';
import type * as schema from './schema.ts';
import { scopeOfQuery } from './scope.ts';
import { scopedEmbedded, scopedServer } from './scoped.ts';

/** The same queries run on the embedded Postgres and on a server. */
export type Database = PgDatabase<PgQueryResultHKT, typeof schema>;

export interface OpenDatabase {
  /** Asks for the tenant of the moment (`inTenant`), and for none without. */
  readonly db: Database;
  /** Asks for all tenants: for what belongs to none of them. */
  readonly acrossTenants: Database;
  /** How it is named to people: no password. */
  readonly description: string;
  /** The pool of connections to a server; unset where the database is embedded. */
  readonly pool?: object;
  /** Resolves when the database answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** Postgres with pgvector; the embedded one when unset. */
  readonly url?: string | undefined;
  readonly dataDir: string;
}

/**
 * Opens the database and brings its schema up to date.
 * @throws VoicebotError `dependency-unavailable` when the server does not answer or lacks pgvector.
 */
export async function openDatabase(options: DatabaseOptions): Promise<OpenDatabase> {
  return options.url ? openServer(options.url) : openEmbedded(join(options.dataDir, 'postgres'));
}

async function openServer(url: string): Promise<OpenDatabase> {
  const { default: pg } = await import('pg');
  const { drizzle } = await import('drizzle-orm/node-postgres');
  const { migrate } = await import('drizzle-orm/node-postgres/migrator');
  const pool = new pg.Pool({ connectionString: url, max: 10, connectionTimeoutMillis: 10_000, statement_timeout: 30_000 });
  // A connection that breaks is replaced by the pool. Without listeners it would end the process: the pool's is for idle ones, the
  // other for one that is between two queries of a transaction.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  // Transactions take a connection first; queries report through drizzle (`databaseProblem`).
  const connect = pool.connect.bind(pool);
  pool.connect = ((callback?: Parameters<typeof connect>[0]) =>
    callback
      ? connect(callback)
      : connect().catch((error) => {
          throw databaseUnavailable(error);
        })) as typeof pool.connect;
  const { host, pathname } = new URL(url);
  const description = `Postgres at ${host}${pathname}`;
  try {
    const client = await pool.connect();
    try {
      await client.query('select pg_advisory_lock($1)', [migrationLock]);
      await prepareRoles(client);
      await migrate(drizzle(client), { migrationsFolder });
      await grantTables(client);
    } finally {
      await client.query('select pg_advisory_unlock($1)', [migrationLock]).catch(() => {});
      client.release();
    }
  } catch (error) {
    await pool.end();
    if (error instanceof VoicebotError && error.code === 'invalid-config') throw error;
    throw new VoicebotError('dependency-unavailable', `${description} cannot be used: ${reasonOf(error)}`, {
      retryable: true,
      hint: 'Check DATABASE_URL, that the server runs, and that its pgvector extension is installed.',
      cause: error,
    });
  }
  return {
    db: await scopedServer(pool, scopeOfQuery),
    acrossTenants: await scopedServer(pool, () => allTenants),
    description,
    pool,
    ping: async () => void (await pool.query('select 1')),
    close: () => pool.end(),
  };
}

async function openEmbedded(folder: string): Promise<OpenDatabase> {
  const { drizzle } = await import('drizzle-orm/pglite');
  const { migrate } = await import('drizzle-orm/pglite/migrator');
  const { client, close } = await openEmbeddedServer(folder);
  await prepareRoles(client);
  await migrate(drizzle(client), { migrationsFolder });
  await grantTables(client);
  const scoped = await scopedEmbedded(client);
  return {
    db: scoped(scopeOfQuery),
    acrossTenants: scoped(() => allTenants),
    description: `PGlite in ${folder}`,
    ping: async () => void (await client.query('select 1')),
    close,
  };
}

/** The deepest message: drizzle wraps the server's own. */
function reasonOf(error: unknown): string {
  let reason = error;
  while (reason instanceof Error && reason.cause instanceof Error) reason = reason.cause;
  const message = messageOf(reason);
  return message || ((reason as { code?: string }).code ?? 'unknown');
}
