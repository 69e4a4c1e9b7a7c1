import type { PGlite, PGliteInterface } from '@electric-sql/pglite';
import type { Pool, PoolClient } from 'pg';
import { allTenants } from '../domain/tenant.ts';
import type { Database } from './open.ts';
import { allTenantsRole, tenantRole } from './roles.ts';
import * as schema from './schema.ts';

/** The tenant that a query is asked for, or `allTenants`, found when it is asked: it is needed in no quotes (`tenantPattern`). */
export type Scope = () => string;

const roleFor = (tenant: string): string => (tenant === allTenants ? allTenantsRole : tenantRole);

/** Holds for one transaction, so that connections may be shared by any pooler. */
const settingsFor = (tenant: string): string => `set local role ${roleFor(tenant)}; set local voicebot.tenant = '${tenant}'`;

/** Every query is a transaction that says for whom it asks. */
export async function scopedServer(pool: Pool, scope: Scope): Promise<Database> {
  const { drizzle } = await import('drizzle-orm/node-postgres');
  async function within<T>(begin: string, work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    let broken = true;
    try {
      await client.query(begin);
      const result = await work(client).catch(async (error) => {
        await client.query('rollback').then(() => {
          broken = false;
        });
        throw error;
      });
      await client.query('commit');
      broken = false;
      return result;
    } finally {
      client.release(broken);
    }
  }
  const asking = {
    query: (query: never, values: never) => within(`begin; ${settingsFor(scope())}`, (client) => client.query(query, values)),
  };
  const db = drizzle(asking as unknown as Pool, { schema });
  db.transaction = (async (work: never, config: never) => {
    const client = await pool.connect();
    let broken = true;
    try {
      const result = await drizzle(client, { schema }).transaction(async (tx) => {
        await client.query(settingsFor(scope()));
        return (work as (tx: unknown) => unknown)(tx);
      }, config);
      broken = false;
      return result;
    } finally {
      client.release(broken);
    }
  }) as typeof db.transaction;
  return db as unknown as Database;
}

/**
 * Queries of the embedded server, which has one session: what was set for the query before holds until another tenant asks.
 * @returns a database for each way to say for whom it asks.
 */
export async function scopedEmbedded(client: PGlite): Promise<(scope: Scope) => Database> {
  const { drizzle } = await import('drizzle-orm/pglite');
  let current: string | undefined;
  let last: Promise<unknown> = Promise.resolve();
  /** One after the other: nothing is asked between a query and what says for whom it is. */
  function asked<T>(tenant: string, work: () => Promise<T>): Promise<T> {
    const result = last.then(async () => {
      if (tenant !== current) {
        current = undefined;
        await client.exec(`set role ${roleFor(tenant)}; set voicebot.tenant = '${tenant}'`);
        current = tenant;
      }
      return work();
    });
    last = result.catch(() => undefined);
    return result;
  }
  return (scope) => {
    const asking: Pick<PGliteInterface, 'query' | 'transaction'> = {
      query: async (query, params, how) => asked(scope(), () => client.query(query, params, how)),
      transaction: async (work) => asked(scope(), () => client.transaction(work)),
    };
    return drizzle(asking as PGlite, { schema }) as unknown as Database;
  };
}
