import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import {
  cacheStats,
  clearEntries,
  exportEntries,
  judge,
  judgedHits,
  listEntries,
  openReviews,
  optimizeCache,
  setCacheThreshold,
} from '../../db/cache-admin.ts';
import type { Database } from '../../db/open.ts';
import { thresholdFor } from '../../domain/understanding/logistic.ts';
import { jsonLines } from '../json-lines.ts';
import { notFound } from '../problem.ts';
import { json, jsonBody, plainText, problems } from '../schemas.ts';
import { tenantQuery } from './tenant.ts';

const tags = ['Cache'];

const statsSchema = z
  .object({
    entries: z.number().int(),
    expired: z.number().int(),
    hits: z.number().int(),
    misses: z.number().int(),
    hitRate: z.number().nullable().openapi({ description: 'Null where nothing was looked up yet.' }),
    savedMs: z.number().openapi({ description: 'What the answers that were served had taken to make, less the search.' }),
    openReviews: z.number().int(),
    judgedRight: z.number().int(),
    judgedWrong: z.number().int(),
    threshold: z
      .number()
      .nullable()
      .openapi({ description: "Least probability that is served; null where the model's own counts." }),
  })
  .openapi('CacheStats');

const entrySchema = z
  .object({
    id: z.string(),
    tenant: z.string(),
    language: z.string(),
    persona: z.string(),
    model: z.string(),
    adapter: z.string(),
    knowledgeVersion: z.number().int(),
    question: z.string(),
    reply: z.string(),
    intent: z.string(),
    citations: z.array(z.string()),
    hits: z.number().int(),
    costMs: z.number(),
    createdAt: z.string(),
    expiresAt: z.string(),
  })
  .openapi('CacheEntry');

const reviewSchema = z
  .object({
    id: z.string(),
    asked: z.string(),
    question: z.string().openapi({ description: 'What the answer had been made for.' }),
    reply: z.string(),
    probability: z.number(),
    createdAt: z.string(),
  })
  .openapi('CacheReview');

const stats = createRoute({
  method: 'get',
  path: '/cache/stats',
  tags,
  summary: 'What the cache is good for',
  request: { query: tenantQuery },
  responses: { 200: json(statsSchema, 'Hits, misses, saved time.'), ...problems(400, 503) },
});

const list = createRoute({
  method: 'get',
  path: '/cache/entries',
  tags,
  summary: 'Answers, those that are served most first',
  request: { query: tenantQuery.extend({ limit: z.coerce.number().int().min(1).max(1_000).default(100) }) },
  responses: { 200: json(z.object({ entries: z.array(entrySchema) }), 'The answers.'), ...problems(400, 503) },
});

const clear = createRoute({
  method: 'delete',
  path: '/cache/entries',
  tags,
  summary: 'Forget answers',
  request: {
    query: tenantQuery.extend({
      article: plainText(200).optional().openapi({ description: 'Only those that rest on this article.' }),
    }),
  },
  responses: { 200: json(z.object({ removed: z.number().int() }), 'How many are gone.'), ...problems(400, 503) },
});

const exported = createRoute({
  method: 'get',
  path: '/cache/export',
  tags,
  summary: 'All answers as JSON lines',
  request: { query: tenantQuery },
  responses: {
    200: { description: 'One answer a line.', content: { 'application/x-ndjson': { schema: z.string() } } },
    ...problems(400, 503),
  },
});

const optimize = createRoute({
  method: 'post',
  path: '/cache/optimize',
  tags,
  summary: 'Remove what is not served any more, and learn from reviews',
  description:
    'Answers whose time is over and those that were judged wrong twice are removed. With 20 judged hits or more the threshold is set so that at most 1.3 % of them would have been wrong.',
  request: { query: tenantQuery },
  responses: {
    200: json(
      z.object({ expired: z.number().int(), wrong: z.number().int(), threshold: z.number().nullable() }),
      'What was removed, and the threshold that counts now.',
    ),
    ...problems(400, 503),
  },
});

const threshold = createRoute({
  method: 'put',
  path: '/cache/threshold',
  tags,
  summary: 'Least probability at which an answer is served',
  request: {
    query: tenantQuery,
    body: jsonBody(
      z.object({
        threshold: z
          .number()
          .min(0)
          .max(1)
          // The column is of single precision, and refuses what is nearly nothing.
          .transform((value) => Number(value.toFixed(6)))
          .nullable()
          .openapi({ description: "Null for the model's own; 1 serves the very same question alone." }),
      }),
    ),
  },
  responses: { 200: json(z.object({ threshold: z.number().nullable() }), 'What counts now.'), ...problems(400, 503) },
});

const reviews = createRoute({
  method: 'get',
  path: '/cache/reviews',
  tags,
  summary: 'Answers that were served to another wording, the most doubtful first',
  request: { query: tenantQuery.extend({ limit: z.coerce.number().int().min(1).max(500).default(50) }) },
  responses: { 200: json(z.object({ reviews: z.array(reviewSchema) }), 'What nobody has judged yet.'), ...problems(400, 503) },
});

const verdict = createRoute({
  method: 'post',
  path: '/cache/reviews/{review}',
  tags,
  summary: 'Judge an answer that was served',
  request: {
    query: tenantQuery,
    params: z.object({ review: z.uuid() }),
    body: jsonBody(z.object({ verdict: z.enum(['right', 'wrong']) })),
  },
  responses: { 200: json(z.object({ verdict: z.enum(['right', 'wrong']) }), 'Kept.'), ...problems(400, 404, 503) },
});

/** Judged hits from which something can be learnt. */
const enoughJudged = 20;
const maxWrong = 0.013;

type Entry = Awaited<ReturnType<typeof listEntries>>[number];
const shown = (entry: Entry) => ({
  ...entry,
  createdAt: entry.createdAt.toISOString(),
  expiresAt: entry.expiresAt.toISOString(),
});

export function addCacheRoutes(app: OpenAPIHono, { db }: { readonly db: Database }): void {
  app.openapi(stats, async (c) => c.json(await cacheStats(db, c.req.valid('query').tenant), 200));
  app.openapi(list, async (c) => {
    const { tenant, limit } = c.req.valid('query');
    return c.json({ entries: (await listEntries(db, tenant, limit)).map(shown) }, 200);
  });
  app.openapi(clear, async (c) => {
    const { tenant, article } = c.req.valid('query');
    return c.json({ removed: await clearEntries(db, tenant, { articleId: article }) }, 200);
  });
  app.openapi(exported, (c) => {
    const entries = shownEntries(exportEntries(db, c.req.valid('query').tenant));
    return c.body(jsonLines(entries), 200, { 'Content-Type': 'application/x-ndjson' }) as never;
  });
  app.openapi(optimize, async (c) => {
    const { tenant } = c.req.valid('query');
    const judged = await judgedHits(db, tenant);
    if (judged.length >= enoughJudged) await setCacheThreshold(db, tenant, thresholdFor(judged, { maxWrong }));
    const removed = await optimizeCache(db, tenant);
    return c.json({ ...removed, threshold: (await cacheStats(db, tenant)).threshold }, 200);
  });
  app.openapi(threshold, async (c) => {
    const { threshold: value } = c.req.valid('json');
    await setCacheThreshold(db, c.req.valid('query').tenant, value);
    return c.json({ threshold: value }, 200);
  });
  app.openapi(reviews, async (c) => {
    const { tenant, limit } = c.req.valid('query');
    const rows = await openReviews(db, tenant, limit);
    const list = rows.map(({ id, asked, question, reply, probability, createdAt }) => ({
      ...{ id, asked, question, reply, probability, createdAt: createdAt.toISOString() },
    }));
    return c.json({ reviews: list }, 200);
  });
  app.openapi(verdict, async (c) => {
    const { verdict: given } = c.req.valid('json');
    const { review } = c.req.valid('param');
    const found = await judge(db, c.req.valid('query').tenant, review, given);
    if (!found) throw notFound(`There is no review '${review}'.`);
    return c.json({ verdict: given }, 200);
  });
}

async function* shownEntries(entries: ReturnType<typeof exportEntries>) {
  for await (const entry of entries) yield shown(entry);
}
