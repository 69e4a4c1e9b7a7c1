import { desc, eq, sql } from 'drizzle-orm';
import type { AdapterMetrics } from '../domain/adapter.ts';
import type { Database } from './open.ts';
import { askedTenantOrNone } from './schema/columns.ts';
import { adapters, tenants } from './schema.ts';

export type AdapterRow = typeof adapters.$inferSelect;

export interface NewAdapter {
  readonly name: string;
  readonly baseModel: string;
  readonly file: string;
  readonly sha256: string;
  readonly metrics: AdapterMetrics;
}

export async function findAdapter(db: Database, name: string): Promise<AdapterRow | undefined> {
  return (await db.select().from(adapters).where(eq(adapters.name, name)))[0];
}

/** Newest first, with the tenants that speak with each. */
export async function listAdapters(db: Database): Promise<(AdapterRow & { readonly activeFor: readonly string[] })[]> {
  const rows = await db.select().from(adapters).orderBy(desc(adapters.createdAt), adapters.name);
  const active = await db
    .select({ id: tenants.id, adapter: tenants.adapter })
    .from(tenants)
    .where(sql`${tenants.adapter} is not null`);
  return rows.map((row) => ({ ...row, activeFor: active.filter(({ adapter }) => adapter === row.name).map(({ id }) => id) }));
}

/** A name is one file for ever. @returns `exists` for a name that has another file. */
export async function registerAdapter(db: Database, adapter: NewAdapter): Promise<'registered' | 'exists'> {
  // Registered for all tenants, it is everybody's.
  const row = { ...adapter, tenant: askedTenantOrNone };
  await db.insert(adapters).values(row).onConflictDoNothing();
  const known = await findAdapter(db, adapter.name);
  return known?.sha256 === adapter.sha256 ? 'registered' : 'exists';
}
