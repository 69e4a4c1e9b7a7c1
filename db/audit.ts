import { and, asc, desc, eq, gt, gte, lt, lte, sql } from 'drizzle-orm';
import { type AuditEntry, type AuditRecord, entryHash, noHash } from '../domain/audit/chain.ts';
import type { Database } from './open.ts';
import { auditLog } from './schema.ts';

/** Any number, the same in every process: one at a time adds an entry to the chain. */
const auditLock = 7_402_293;

/** Adds an entry to the end of the chain. */
export function addAuditEntry(db: Database, record: AuditRecord): Promise<AuditEntry> {
  return db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${auditLock})`);
    const [last] = await tx
      .select({ seq: auditLog.seq, hash: auditLog.hash })
      .from(auditLog)
      .orderBy(desc(auditLog.seq))
      .limit(1);
    const seq = (last?.seq ?? 0) + 1;
    const hash = entryHash(last?.hash ?? noHash, seq, record);
    const { atMs, ...about } = record;
    await tx.insert(auditLog).values({ ...about, seq, hash, at: new Date(atMs) });
    return { ...record, seq, hash };
  });
}

const entryOf = ({ at, ...row }: typeof auditLog.$inferSelect): AuditEntry => ({ ...row, atMs: at.getTime() });

export interface AuditFilter {
  /** Of one tenant alone; of all when unset. */
  readonly tenant?: string | undefined;
  readonly actor?: string | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  /** Those before this one. */
  readonly before?: number | undefined;
  readonly limit: number;
}

/** Entries, the newest first. */
export async function listAuditEntries(db: Database, filter: AuditFilter): Promise<AuditEntry[]> {
  const { tenant, actor, from, to, before, limit } = filter;
  const rows = await db
    .select()
    .from(auditLog)
    .where(
      and(
        tenant === undefined ? undefined : eq(auditLog.tenant, tenant),
        actor === undefined ? undefined : eq(auditLog.actor, actor),
        from && gte(auditLog.at, from),
        to && lte(auditLog.at, to),
        before === undefined ? undefined : lt(auditLog.seq, before),
      ),
    )
    .orderBy(desc(auditLog.seq))
    .limit(limit);
  return rows.map(entryOf);
}

const pageSize = 1_000;

/** All entries in their order, page by page. */
export async function* allAuditEntries(db: Database): AsyncGenerator<AuditEntry> {
  for (let after = 0; ; ) {
    const rows = await db.select().from(auditLog).where(gt(auditLog.seq, after)).orderBy(asc(auditLog.seq)).limit(pageSize);
    for (const row of rows) yield entryOf(row);
    const last = rows.at(-1);
    if (!last || rows.length < pageSize) return;
    after = last.seq;
  }
}

/** The end of the chain; undefined while it is empty. */
export async function lastAuditEntry(db: Database): Promise<AuditEntry | undefined> {
  const [row] = await db.select().from(auditLog).orderBy(desc(auditLog.seq)).limit(1);
  return row && entryOf(row);
}
