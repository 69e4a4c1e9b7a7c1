import { eq } from 'drizzle-orm';
import type { Database } from './open.ts';
import { tenants } from './schema.ts';

export interface TenantSettings {
  readonly knowledgeVersion: number;
  /** The LoRA adapter in use; empty for none. */
  readonly adapter: string;
  readonly cacheThreshold: number | null;
}

export async function tenantSettings(db: Database, id: string): Promise<TenantSettings> {
  const [row] = await db.select().from(tenants).where(eq(tenants.id, id));
  return {
    knowledgeVersion: row?.knowledgeVersion ?? 0,
    adapter: row?.adapter ?? '',
    cacheThreshold: row?.cacheThreshold ?? null,
  };
}

/** @param adapter its name; null for the model as it is. */
export async function activateAdapter(db: Database, tenant: string, adapter: string | null): Promise<void> {
  await db.insert(tenants).values({ id: tenant, adapter }).onConflictDoUpdate({ target: tenants.id, set: { adapter } });
}
