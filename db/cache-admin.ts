import { and, asc, count, desc, eq, isNull, lt, type SQL, sql, sum } from 'drizzle-orm';
import type { Database } from './open.ts';
import { cacheEntries, cacheReviews, cacheUse, tenants } from './schema.ts';

export interface CacheStats {
  readonly entries: number;
  readonly expired: number;
  readonly hits: number;
  readonly misses: number;
  /** Of all look-ups; null where there were none. */
  readonly hitRate: number | null;
  readonly savedMs: number;
  readonly openReviews: number;
  readonly judgedRight: number;
  readonly judgedWrong: number;
  /** Set by a person; null where the model's own threshold counts. */
  readonly threshold: number | null;
}

export async function cacheStats(db: Database, tenant: string): Promise<CacheStats> {
  const ofTenant = eq(cacheEntries.tenant, tenant);
  const [entries] = await db.select({ n: count() }).from(cacheEntries).where(ofTenant);
  const [expired] = await db
    .select({ n: count() })
    .from(cacheEntries)
    .where(and(ofTenant, lt(cacheEntries.expiresAt, new Date())));
  const [use] = await db
    .select({ hits: sum(cacheUse.hits), misses: sum(cacheUse.misses), savedMs: sum(cacheUse.savedMs) })
    .from(cacheUse)
    .where(eq(cacheUse.tenant, tenant));
  const verdicts = await db
    .select({ verdict: cacheReviews.verdict, n: count() })
    .from(cacheReviews)
    .where(eq(cacheReviews.tenant, tenant))
    .groupBy(cacheReviews.verdict);
  const judged = (verdict: 'right' | 'wrong' | null) => verdicts.find((row) => row.verdict === verdict)?.n ?? 0;
  const [settings] = await db.select({ threshold: tenants.cacheThreshold }).from(tenants).where(eq(tenants.id, tenant));
  const [hits, misses] = [Number(use?.hits ?? 0), Number(use?.misses ?? 0)];
  return {
    entries: entries?.n ?? 0,
    expired: expired?.n ?? 0,
    hits,
    misses,
    hitRate: hits + misses === 0 ? null : hits / (hits + misses),
    savedMs: Math.round(Number(use?.savedMs ?? 0)),
    openReviews: judged(null),
    judgedRight: judged('right'),
    judgedWrong: judged('wrong'),
    threshold: settings?.threshold ?? null,
  };
}

const entryColumns = {
  id: cacheEntries.id,
  tenant: cacheEntries.tenant,
  language: cacheEntries.language,
  persona: cacheEntries.persona,
  model: cacheEntries.model,
  adapter: cacheEntries.adapter,
  knowledgeVersion: cacheEntries.knowledgeVersion,
  question: cacheEntries.question,
  reply: cacheEntries.reply,
  intent: cacheEntries.intent,
  citations: cacheEntries.citations,
  hits: cacheEntries.hits,
  costMs: cacheEntries.costMs,
  createdAt: cacheEntries.createdAt,
  expiresAt: cacheEntries.expiresAt,
};

/** Those that are served most first. */
export function listEntries(db: Database, tenant: string, limit: number) {
  return db
    .select(entryColumns)
    .from(cacheEntries)
    .where(eq(cacheEntries.tenant, tenant))
    .orderBy(desc(cacheEntries.hits), desc(cacheEntries.createdAt))
    .limit(limit);
}

/** All entries of a tenant, page by page in the order of their ids, for an export of any size. */
export async function* exportEntries(db: Database, tenant: string, pageSize = 500) {
  let after: string | undefined;
  for (;;) {
    const older: SQL | undefined = after === undefined ? undefined : sql`${cacheEntries.id} > ${after}`;
    const page = await db
      .select(entryColumns)
      .from(cacheEntries)
      .where(and(eq(cacheEntries.tenant, tenant), older))
      .orderBy(asc(cacheEntries.id))
      .limit(pageSize);
    yield* page;
    after = page.at(-1)?.id;
    if (page.length < pageSize) return;
  }
}

/** @returns how many entries are gone. @param options `articleId`: only answers that rest on that article. */
export async function clearEntries(
  db: Database,
  tenant: string,
  options: { readonly articleId?: string | undefined } = {},
): Promise<number> {
  const { articleId } = options;
  const citing = articleId === undefined ? undefined : sql`${articleId} = any(${cacheEntries.citations})`;
  const gone = await db
    .delete(cacheEntries)
    .where(and(eq(cacheEntries.tenant, tenant), citing))
    .returning({ id: cacheEntries.id });
  return gone.length;
}

/** Removes what is not served any more: answers whose time is over, and those that were judged wrong. */
export async function optimizeCache(db: Database, tenant: string): Promise<{ readonly expired: number; readonly wrong: number }> {
  const ofTenant = eq(cacheEntries.tenant, tenant);
  const expired = await db
    .delete(cacheEntries)
    .where(and(ofTenant, lt(cacheEntries.expiresAt, new Date())))
    .returning({ id: cacheEntries.id });
  const outdated = await db
    .delete(cacheEntries)
    .where(
      and(
        ofTenant,
        sql`${cacheEntries.knowledgeVersion} < coalesce((select ${tenants.knowledgeVersion} from ${tenants} where ${tenants.id} = ${tenant}), 0)`,
      ),
    )
    .returning({ id: cacheEntries.id });
  const wrong = await db
    .delete(cacheEntries)
    .where(
      and(
        ofTenant,
        sql`${cacheEntries.id} in (select ${cacheReviews.entryId} from ${cacheReviews} where ${cacheReviews.verdict} = 'wrong' group by ${cacheReviews.entryId} having count(*) > 1)`,
      ),
    )
    .returning({ id: cacheEntries.id });
  return { expired: expired.length + outdated.length, wrong: wrong.length };
}

/** @param threshold 0 to 1; null lets the model's own count. */
export async function setCacheThreshold(db: Database, tenant: string, threshold: number | null): Promise<void> {
  await db
    .insert(tenants)
    .values({ id: tenant, cacheThreshold: threshold })
    .onConflictDoUpdate({ target: tenants.id, set: { cacheThreshold: threshold } });
}

/** Served answers that nobody has judged yet, the most doubtful first. */
export function openReviews(db: Database, tenant: string, limit: number) {
  return db
    .select()
    .from(cacheReviews)
    .where(and(eq(cacheReviews.tenant, tenant), isNull(cacheReviews.verdict)))
    .orderBy(asc(cacheReviews.probability), desc(cacheReviews.createdAt))
    .limit(limit);
}

export interface JudgedHit {
  readonly probability: number;
  readonly right: boolean;
}

export async function judgedHits(db: Database, tenant: string): Promise<JudgedHit[]> {
  const rows = await db
    .select({ probability: cacheReviews.probability, verdict: cacheReviews.verdict })
    .from(cacheReviews)
    .where(and(eq(cacheReviews.tenant, tenant), sql`${cacheReviews.verdict} is not null`));
  return rows.map(({ probability, verdict }) => ({ probability, right: verdict === 'right' }));
}

/** @returns whether there was such a review. */
export async function judge(db: Database, tenant: string, id: string, verdict: 'right' | 'wrong'): Promise<boolean> {
  const judged = await db
    .update(cacheReviews)
    .set({ verdict })
    .where(and(eq(cacheReviews.tenant, tenant), eq(cacheReviews.id, id)))
    .returning({ id: cacheReviews.id });
  return judged.length > 0;
}
