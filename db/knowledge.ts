import { and, cosineDistance, desc, eq, gt, inArray, ne, notInArray, sql } from 'drizzle-orm';
import type { Article } from '../domain/knowledge/article.ts';
import type { Database } from './open.ts';
import { articlePassages, articles, cacheEntries, tenants } from './schema.ts';

export interface EmbeddedPassage {
  readonly kind: 'question' | 'paragraph';
  readonly text: string;
  readonly embedding: Float32Array;
}

export interface ArticleChange {
  readonly article: Article & { readonly sha256: string };
  readonly passages: readonly EmbeddedPassage[];
}

/** Hashes of the articles that are there, so that only what has changed is embedded. */
export async function articleHashes(db: Database, tenant: string): Promise<Map<string, string>> {
  const rows = await db.select({ id: articles.id, sha256: articles.sha256 }).from(articles).where(eq(articles.tenant, tenant));
  return new Map(rows.map(({ id, sha256 }) => [id, sha256]));
}

/**
 * Takes changed articles in and others out, in one transaction. The version of the tenant's knowledge rises; cached answers that rest on
 * a changed article are dropped, all others go on under the new version.
 */
export async function changeKnowledge(
  db: Database,
  tenant: string,
  {
    changed,
    keep,
  }: {
    readonly changed: readonly ArticleChange[] /** All others are removed; unset: none is. */;
    readonly keep?: readonly string[] | undefined;
  },
): Promise<{ readonly version: number; readonly removed: readonly string[] }> {
  return db.transaction(async (tx) => {
    const [{ version } = { version: 0 }] = await tx
      .insert(tenants)
      .values({ id: tenant, knowledgeVersion: 1 })
      .onConflictDoUpdate({ target: tenants.id, set: { knowledgeVersion: sql`${tenants.knowledgeVersion} + 1` } })
      .returning({ version: tenants.knowledgeVersion });
    const ofTenant = eq(articles.tenant, tenant);
    const removed = keep
      ? await tx
          .delete(articles)
          .where(keep.length === 0 ? ofTenant : and(ofTenant, notInArray(articles.id, [...keep])))
          .returning({ id: articles.id })
      : [];
    const touched = [...removed.map(({ id }) => id), ...changed.map(({ article }) => article.id)];
    if (touched.length > 0) {
      await tx
        .delete(articlePassages)
        .where(and(eq(articlePassages.tenant, tenant), inArray(articlePassages.articleId, touched)));
      // A list bound as one parameter: an array has as many placeholders as members otherwise.
      const array = sql`array[${sql.join(
        touched.map((id) => sql`${id}`),
        sql`, `,
      )}]::text[]`;
      await tx.delete(cacheEntries).where(and(eq(cacheEntries.tenant, tenant), sql`${cacheEntries.citations} && ${array}`));
    }
    for (const { article, passages } of changed) {
      const row = { tenant, version, updatedAt: new Date(), ...article };
      const { questions: _, ...columns } = row;
      await tx
        .insert(articles)
        .values(columns)
        .onConflictDoUpdate({ target: [articles.tenant, articles.id], set: columns });
      if (passages.length === 0) continue;
      await tx.insert(articlePassages).values(
        passages.map(({ kind, text, embedding }) => ({
          ...{ tenant, articleId: article.id, language: article.language, kind, text, embedding: [...embedding] },
        })),
      );
    }
    await tx
      .update(cacheEntries)
      .set({ knowledgeVersion: version })
      .where(and(eq(cacheEntries.tenant, tenant), eq(cacheEntries.knowledgeVersion, version - 1)));
    return { version, removed: removed.map(({ id }) => id) };
  });
}

export interface FoundPassage {
  readonly articleId: string;
  readonly kind: 'question' | 'paragraph';
  readonly text: string;
  /** Cosine similarity to the question; 0 where only its words were found. */
  readonly similarity: number;
}

const perSearch = 12;

/** Passages near to a question by meaning and by words, each list in its own order. */
export async function searchPassages(
  db: Database,
  where: { readonly tenant: string; readonly language: string },
  question: string,
  embedding: Float32Array,
): Promise<{ readonly byMeaning: readonly FoundPassage[]; readonly byWords: readonly FoundPassage[] }> {
  const scope = and(eq(articlePassages.tenant, where.tenant), eq(articlePassages.language, where.language));
  const shown = { articleId: articlePassages.articleId, kind: articlePassages.kind, text: articlePassages.text };
  const distance = cosineDistance(articlePassages.embedding, [...embedding]);
  // Any of the words: callers use more of them than the article does.
  const query = sql`to_tsquery('english', nullif(replace(plainto_tsquery('english', ${question})::text, ' & ', ' | '), ''))`;
  const rank = sql<number>`ts_rank_cd(${articlePassages.words}, ${query})`;
  const [near, worded] = await Promise.all([
    db
      .select({ ...shown, distance: sql<number>`${distance}` })
      .from(articlePassages)
      .where(scope)
      .orderBy(distance)
      .limit(perSearch),
    db
      .select({ ...shown, distance: sql<number>`${distance}` })
      .from(articlePassages)
      .where(and(scope, sql`${articlePassages.words} @@ ${query}`))
      .orderBy(desc(rank))
      .limit(perSearch),
  ]);
  const found = ({ distance: far, ...row }: (typeof near)[number]): FoundPassage => ({ ...row, similarity: 1 - Number(far) });
  return { byMeaning: near.map(found), byWords: worded.map(found) };
}

/** How callers ask for an article, beside its title. */
export async function articleQuestions(db: Database, tenant: string, id: string): Promise<string[]> {
  const rows = await db
    .select({ text: articlePassages.text })
    .from(articlePassages)
    .innerJoin(articles, and(eq(articles.tenant, articlePassages.tenant), eq(articles.id, articlePassages.articleId)))
    .where(
      and(
        eq(articlePassages.tenant, tenant),
        eq(articlePassages.articleId, id),
        eq(articlePassages.kind, 'question'),
        ne(articlePassages.text, articles.title),
      ),
    )
    .orderBy(articlePassages.text);
  return rows.map(({ text }) => text);
}

export async function findArticle(db: Database, tenant: string, id: string) {
  const [row] = await db
    .select()
    .from(articles)
    .where(and(eq(articles.tenant, tenant), eq(articles.id, id)));
  return row;
}

export function listArticles(db: Database, tenant: string) {
  return db
    .select({
      id: articles.id,
      language: articles.language,
      title: articles.title,
      version: articles.version,
      updatedAt: articles.updatedAt,
    })
    .from(articles)
    .where(eq(articles.tenant, tenant))
    .orderBy(articles.id);
}

/** The spoken answers of some articles, and their titles, in the order of their ids. @param after the id of the last one before them. */
export function articleAnswers(db: Database, tenant: string, after: string, limit: number) {
  return db
    .select({ id: articles.id, title: articles.title, answer: articles.answer })
    .from(articles)
    .where(and(eq(articles.tenant, tenant), gt(articles.id, after)))
    .orderBy(articles.id)
    .limit(limit);
}
