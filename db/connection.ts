import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { VoicebotError } from '../domain/errors.ts';
import { openEmbeddedServer } from './embedded.ts';
import type { DatabaseOptions } from './open.ts';
import { allTenantsRole } from './roles.ts';

type Row = Record<string, unknown>;

/** One session of a Postgres, as its owner: no tenant's, and with the schema as it is. */
export interface Connection {
  /** How it is named to people: no password. */
  readonly description: string;
  query(text: string, values?: unknown[]): Promise<readonly Row[]>;
  /** Several statements at once. */
  execute(script: string): Promise<void>;
  /** What `COPY … TO STDOUT` gives. @param source a table or a query in brackets. */
  copyOut(source: string): Promise<AsyncIterable<Uint8Array>>;
  /** Feeds `COPY … FROM STDIN`. @param target a table with its columns. */
  copyIn(target: string, rows: Readable): Promise<void>;
  /** Migrates to the last of a folder's migrations. */
  migrate(migrationsFolder: string): Promise<void>;
  close(): Promise<void>;
}

/** @throws VoicebotError `dependency-unavailable`, `invalid-config` where another process has the embedded one. */
export async function connectDatabase(options: DatabaseOptions): Promise<Connection> {
  return options.url ? connectServer(options.url) : connectEmbedded(join(options.dataDir, 'postgres'));
}

async function connectServer(url: string): Promise<Connection> {
  const { default: pg } = await import('pg');
  const { from, to } = await import('pg-copy-streams');
  const { pipeline } = await import('node:stream/promises');
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  // Without a listener, a connection that breaks would end the process; the query under way says so.
  client.on('error', () => {});
  const { host, pathname } = new URL(url);
  const description = `Postgres at ${host}${pathname}`;
  await client.connect().catch((cause) => {
    throw new VoicebotError('dependency-unavailable', `${description} does not answer: ${cause.message}`, {
      retryable: true,
      hint: 'Check DATABASE_URL, and that the server runs.',
      cause,
    });
  });
  return {
    description,
    query: async (text, values) => (await client.query<Row>(text, values)).rows,
    execute: async (script) => void (await client.query(script)),
    copyOut: async (source) => client.query(to(`copy ${source} to stdout`)) as Readable,
    copyIn: async (target, rows) => pipeline(rows, client.query(from(`copy ${target} from stdin`)) as Writable),
    migrate: async (migrationsFolder) => {
      const { drizzle } = await import('drizzle-orm/node-postgres');
      const { migrate } = await import('drizzle-orm/node-postgres/migrator');
      await migrate(drizzle(client), { migrationsFolder });
    },
    close: () => client.end(),
  };
}

async function connectEmbedded(folder: string): Promise<Connection> {
  const { buffer } = await import('node:stream/consumers');
  const { client, close } = await openEmbeddedServer(folder);
  return {
    description: `PGlite in ${folder}`,
    query: async (text, values) => (await client.query<Row>(text, values)).rows,
    execute: async (script) => void (await client.exec(script)),
    copyOut: async (source) => {
      const { blob } = await client.query(`copy ${source} to '/dev/blob'`);
      return blob ? (blob.stream() as unknown as AsyncIterable<Uint8Array>) : emptyBytes();
    },
    copyIn: async (target, rows) => {
      const blob = new Blob([await buffer(rows)]);
      await client.query(`copy ${target} from '/dev/blob'`, [], { blob });
    },
    migrate: async (migrationsFolder) => {
      const { drizzle } = await import('drizzle-orm/pglite');
      const { migrate } = await import('drizzle-orm/pglite/migrator');
      await migrate(drizzle(client), { migrationsFolder });
    },
    close,
  };
}

async function* emptyBytes(): AsyncGenerator<Uint8Array> {}

/**
 * Does what reads rows of all tenants, in one transaction that sees one moment. The owner of the tables sees none of what row-level security
 * guards; a schema from before there were tenants has neither the role nor the guard.
 */
export async function asAllTenants<T>(connection: Connection, work: () => Promise<T>): Promise<T> {
  const [known] = await connection.query(
    `select exists (select from pg_class where relrowsecurity and relnamespace = 'public'::regnamespace)
      and not (select rolsuper or rolbypassrls from pg_roles where rolname = current_user) as guarded`,
  );
  await connection.execute(
    `begin isolation level repeatable read read only${known?.guarded ? `; set local role ${allTenantsRole}` : ''}`,
  );
  try {
    return await work();
  } finally {
    await connection.execute('rollback').catch(() => {});
  }
}
