import { and, count, desc, eq, inArray, sql } from 'drizzle-orm';
import type { AssistantFigures } from '../domain/assistant/figures.ts';
import type { AssistantFiles } from '../domain/assistant/read.ts';
import type { Database } from './open.ts';
import { assistantDeployments, assistantVersions, sessions, turnReviews, turns } from './schema.ts';

export interface Deployment {
  readonly version: string;
  /** Tried beside it, for this share of new calls. */
  readonly candidate: string | null;
  readonly share: number;
  readonly createdAt: Date;
}

/** Keeps a version; one that is there already stays as it is. */
export async function keepAssistant(
  db: Database,
  kept: { readonly tenant: string; readonly version: string; readonly name: string; readonly files: AssistantFiles },
): Promise<void> {
  await db.insert(assistantVersions).values(kept).onConflictDoNothing();
}

export async function assistantFilesOf(db: Database, tenant: string, version: string): Promise<AssistantFiles | undefined> {
  const mine = and(eq(assistantVersions.tenant, tenant), eq(assistantVersions.version, version));
  const [row] = await db.select({ files: assistantVersions.files }).from(assistantVersions).where(mine);
  return row?.files;
}

export interface KeptVersion {
  readonly version: string;
  readonly name: string;
  readonly createdAt: Date;
}

/** Newest first. */
export async function listAssistants(db: Database, tenant: string): Promise<KeptVersion[]> {
  const { version, name, createdAt } = assistantVersions;
  return db
    .select({ version, name, createdAt })
    .from(assistantVersions)
    .where(eq(assistantVersions.tenant, tenant))
    .orderBy(desc(createdAt), version);
}

/** The latest deployments of a tenant, the one that holds first. */
export async function deploymentsOf(db: Database, tenant: string, limit: number): Promise<Deployment[]> {
  const { version, candidate, share, createdAt, id } = assistantDeployments;
  return db
    .select({ version, candidate, share, createdAt })
    .from(assistantDeployments)
    .where(eq(assistantDeployments.tenant, tenant))
    .orderBy(desc(id))
    .limit(limit);
}

export async function deployAssistant(
  db: Database,
  deployment: { readonly tenant: string; readonly version: string; readonly candidate?: string; readonly share?: number },
): Promise<void> {
  await db.insert(assistantDeployments).values(deployment);
}

/** Tenants and versions that new calls may begin with. */
export async function versionsInForce(db: Database): Promise<{ readonly tenant: string; readonly version: string }[]> {
  const newest = db
    .select({ id: sql<number>`max(${assistantDeployments.id})` })
    .from(assistantDeployments)
    .groupBy(assistantDeployments.tenant);
  const rows = await db.select().from(assistantDeployments).where(inArray(assistantDeployments.id, newest));
  return rows.flatMap(({ tenant, version, candidate }) =>
    [version, ...(candidate ? [candidate] : [])].map((one) => ({ tenant, version: one })),
  );
}

/** What each version has done in calls, by version. */
export async function assistantFigures(db: Database, tenant: string): Promise<Map<string, AssistantFigures>> {
  const version = sql<string>`${turns.assistant}`;
  const where = (condition: ReturnType<typeof sql>) => sql<number>`count(*) filter (where ${condition})`.mapWith(Number);
  const transferred = sql<number>`count(distinct ${turns.sessionId}) filter (where ${sessions.endReason} = 'transferred')`;
  const rows = await db
    .select({
      version,
      calls: sql<number>`count(distinct ${turns.sessionId})`.mapWith(Number),
      turns: count(),
      failed: where(sql`${turns.status} = 'failed'`),
      approved: where(sql`${turns.source} = 'approved'`),
      bank: where(sql`${turns.source} = 'bank'`),
      knowledge: where(sql`${turns.source} = 'knowledge'`),
      transferred: transferred.mapWith(Number),
      reviewedGood: where(sql`${turnReviews.verdict} = 'good'`),
      reviewedBad: where(sql`${turnReviews.verdict} = 'bad'`),
    })
    .from(turns)
    .innerJoin(sessions, eq(sessions.id, turns.sessionId))
    .leftJoin(turnReviews, and(eq(turnReviews.sessionId, turns.sessionId), eq(turnReviews.turn, turns.turn)))
    .where(and(eq(sessions.tenant, tenant), sql`${turns.assistant} is not null`))
    .groupBy(turns.assistant);
  return new Map(rows.map(({ version: name, ...figures }) => [name, figures]));
}
