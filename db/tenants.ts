import { arrayContains, asc, eq } from 'drizzle-orm';
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

/** What an administrator says of a tenant; null where the configuration counts. */
export interface TenantProfile {
  /** What callers are greeted with. */
  readonly bankName: string | null;
  /** Telephone numbers that are called, in E.164: calls to them are this tenant's. */
  readonly numbers: readonly string[];
  /** Calls at a time. */
  readonly maxSessions: number | null;
  /** How long sessions, and audio, are kept, in days. */
  readonly retentionSessionsDays: number | null;
  readonly retentionAudioDays: number | null;
}

const profileColumns = {
  bankName: tenants.bankName,
  numbers: tenants.numbers,
  maxSessions: tenants.maxSessions,
  retentionSessionsDays: tenants.retentionSessionsDays,
  retentionAudioDays: tenants.retentionAudioDays,
};

const nothingSaid: TenantProfile = {
  bankName: null,
  numbers: [],
  maxSessions: null,
  retentionSessionsDays: null,
  retentionAudioDays: null,
};

export async function tenantProfile(db: Database, id: string): Promise<TenantProfile> {
  const [row] = await db.select(profileColumns).from(tenants).where(eq(tenants.id, id));
  return row ?? nothingSaid;
}

/** Those of whom something is known, by name. */
export function listTenants(db: Database): Promise<(TenantProfile & { readonly id: string })[]> {
  return db
    .select({ id: tenants.id, ...profileColumns })
    .from(tenants)
    .orderBy(asc(tenants.id));
}

/** What is not named stays. */
export async function changeTenant(db: Database, id: string, changes: Partial<TenantProfile>): Promise<TenantProfile> {
  const { numbers, ...others } = changes;
  const set = { ...others, ...(numbers && { numbers: [...numbers] }) };
  const insert = db.insert(tenants).values({ id, ...set });
  if (Object.keys(set).length === 0) await insert.onConflictDoNothing();
  else await insert.onConflictDoUpdate({ target: tenants.id, set });
  return tenantProfile(db, id);
}

/** Whose number is called; undefined where it is nobody's. */
export async function tenantOfNumber(db: Database, number: string): Promise<string | undefined> {
  const [row] = await db
    .select({ id: tenants.id })
    .from(tenants)
    .where(arrayContains(tenants.numbers, [number]));
  return row?.id;
}
