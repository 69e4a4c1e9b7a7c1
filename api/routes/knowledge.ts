import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { articleQuestions, findArticle, listArticles } from '../../db/knowledge.ts';
import type { Database } from '../../db/open.ts';
import { messageOf } from '../../domain/errors.ts';
import { parseArticle } from '../../domain/knowledge/article.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { CallService } from '../calls.ts';
import { notFound } from '../problem.ts';
import { json, jsonBody, problems } from '../schemas.ts';
import { tenantQuery } from './tenant.ts';

const tags = ['Knowledge'];

const articleSchema = z
  .object({ id: z.string(), language: z.string(), title: z.string(), version: z.number().int(), updatedAt: z.string() })
  .openapi('Article');

const importSchema = z
  .object({
    articles: z
      .array(z.object({ file: z.string().max(500), markdown: z.string().max(100_000) }))
      .max(500)
      .openapi({ description: 'Markdown files with front matter.' }),
    prune: z.boolean().default(false).openapi({ description: 'Remove articles that are not among these.' }),
  })
  .openapi('KnowledgeImport');

const importedSchema = z
  .object({
    added: z.array(z.string()),
    changed: z.array(z.string()),
    removed: z.array(z.string()),
    unchanged: z.number().int(),
  })
  .openapi('ImportedKnowledge');

const importRoute = createRoute({
  method: 'post',
  path: '/knowledge/articles',
  tags,
  summary: 'Take approved articles in',
  description: 'What has not changed is not touched. Cached answers that rest on a changed article are dropped.',
  request: { query: tenantQuery, body: jsonBody(importSchema) },
  responses: { 200: json(importedSchema, 'What has changed.'), ...problems(400, 413, 503, 504) },
});

const list = createRoute({
  method: 'get',
  path: '/knowledge/articles',
  tags,
  summary: 'Articles of a tenant',
  request: { query: tenantQuery },
  responses: { 200: json(z.object({ articles: z.array(articleSchema) }), 'The articles.'), ...problems(400, 503) },
});

const one = createRoute({
  method: 'get',
  path: '/knowledge/articles/{article}',
  tags,
  summary: 'One article',
  request: { query: tenantQuery, params: z.object({ article: z.string() }) },
  responses: {
    200: json(
      articleSchema
        .extend({
          answer: z.string(),
          body: z.string(),
          questions: z.array(z.string()).openapi({ description: 'How callers ask for it, beside its title.' }),
        })
        .openapi('ArticleDetail'),
      'The article.',
    ),
    ...problems(400, 404, 503),
  },
});

const remove = createRoute({
  method: 'delete',
  path: '/knowledge/articles/{article}',
  tags,
  summary: 'Take an article away',
  description: 'Cached answers that rest on it are dropped.',
  request: { query: tenantQuery, params: z.object({ article: z.string() }) },
  responses: { 200: json(importedSchema, 'What has changed.'), ...problems(400, 404, 503, 504) },
});

/** Articles that go through Temporal together: well below what a payload may hold. */
const batchCharacters = 300_000;

export function addKnowledgeRoutes(
  app: OpenAPIHono,
  { db, calls, logger }: { readonly db: Database; readonly calls: CallService; readonly logger: Logger },
): void {
  app.openapi(importRoute, async (c) => {
    const { tenant } = c.req.valid('query');
    const { articles: files, prune } = c.req.valid('json');
    // All are read before any is taken in: a file that is wrong changes nothing.
    const articles = files.map(({ file, markdown }) => parseArticle(markdown, file));
    const result = { added: [] as string[], changed: [] as string[], removed: [] as string[], unchanged: 0 };
    const take = async (batch: typeof articles, keep?: readonly string[]) => {
      const taken = await calls.steps.importKnowledge({ tenant, articles: batch, ...(keep ? { keep } : {}) });
      result.added.push(...taken.added);
      result.changed.push(...taken.changed);
      result.removed.push(...taken.removed);
      result.unchanged += taken.unchanged;
    };
    let batch: typeof articles = [];
    let size = 0;
    for (const article of articles) {
      batch.push(article);
      size += article.body.length;
      if (size < batchCharacters) continue;
      await take(batch);
      batch = [];
      size = 0;
    }
    await take(batch, prune ? articles.map(({ id }) => id) : undefined);
    // The articles are in; that their speech is not made ahead yet is no reason to refuse them.
    await calls.steps.speakAhead(tenant).catch((error) => logger.warn({ error: messageOf(error) }, 'speech is not made ahead'));
    return c.json(result, 200);
  });
  app.openapi(list, async (c) => {
    const rows = await listArticles(db, c.req.valid('query').tenant);
    return c.json({ articles: rows.map((row) => ({ ...row, updatedAt: row.updatedAt.toISOString() })) }, 200);
  });
  app.openapi(one, async (c) => {
    const { article: id } = c.req.valid('param');
    const row = await findArticle(db, c.req.valid('query').tenant, id);
    if (!row) throw notFound(`There is no article '${id}'.`);
    const { tenant, sha256: _, ...shown } = row;
    const questions = await articleQuestions(db, tenant, id);
    return c.json({ ...shown, questions, updatedAt: row.updatedAt.toISOString() }, 200);
  });
  app.openapi(remove, async (c) => {
    const { article: id } = c.req.valid('param');
    const { tenant } = c.req.valid('query');
    const kept = (await listArticles(db, tenant)).map((row) => row.id);
    if (!kept.includes(id)) throw notFound(`There is no article '${id}'.`);
    const { version: _, ...result } = await calls.steps.importKnowledge({
      tenant,
      articles: [],
      keep: kept.filter((one) => one !== id),
    });
    return c.json({ ...result, added: [...result.added], changed: [...result.changed], removed: [...result.removed] }, 200);
  });
}
