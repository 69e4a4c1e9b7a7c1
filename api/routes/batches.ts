import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { listBatches, listItems } from '../../db/batches.ts';
import type { BlobStore } from '../../db/blobs.ts';
import type { Database } from '../../db/open.ts';
import { VoicebotError } from '../../domain/errors.ts';
import { readBatchFile, rowOf } from '../../domain/messages/batch-file.ts';
import { batchStates, itemStates, renditions } from '../../domain/messages/message.ts';
import { batchArchive } from '../batch-archive.ts';
import type { BatchService, BatchStatus } from '../batches.ts';
import { jsonOf, parsed, readWhole } from '../bodies.ts';
import { cursorOf, cursorPattern, pageOf, partsOf } from '../paging.ts';
import { json, problems } from '../schemas.ts';
import { batchBody, batchParams, batchQuery, fromQuery, requestOf } from './batch-options.ts';
import { queryOf, tenantQuery } from './tenant.ts';

const section = ['Batches'];
const maxBodyBytes = 64_000_000;

const counts = z.object(
  Object.fromEntries(itemStates.map((state) => [state, z.number().int()])) as Record<(typeof itemStates)[number], z.ZodNumber>,
);
const batchSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    state: z.enum(batchStates),
    language: z.string(),
    tags: z.array(z.string()),
    loudnessLufs: z.number(),
    check: z.boolean(),
    approvedBy: z.string().nullable(),
    engineChoice: z.string().nullable().openapi({ description: 'What `auto` became, and why.' }),
    counts: counts.openapi({ description: 'Items by state; `rejected` rows were never tried.' }),
    createdAt: z.string(),
    endedAt: z.string().nullable(),
  })
  .openapi('Batch');
const statusSchema = batchSchema
  .extend({ running: z.number().int().nullable().openapi({ description: 'Items under way now; null where that is not known.' }) })
  .openapi('BatchStatus');
const itemSchema = z
  .object({
    line: z.number().int().openapi({ description: 'Its row in the file.' }),
    key: z.string(),
    engine: z.string(),
    voice: z.string(),
    speed: z.number(),
    text: z.string(),
    state: z.enum(itemStates),
    version: z.number().int().nullable().openapi({ description: 'Version of the message that it became.' }),
    errorCode: z.string().nullable(),
    errorMessage: z.string().nullable(),
  })
  .openapi('BatchItem');

const create = createRoute({
  method: 'post',
  path: '/batches',
  tags: section,
  summary: 'Make messages',
  description:
    'The body is JSON with `items`, or a CSV or JSON Lines file, whose options stand in the query. Every row is checked first: one that cannot be made is reported with its line, and the rest is made. ' +
    'What was made before, in the same voice and words, is not made again.',
  request: {
    query: batchQuery,
    body: {
      required: true,
      content: {
        'application/json': { schema: batchBody },
        'text/csv': { schema: z.string() },
        'application/x-ndjson': { schema: z.string() },
      },
    },
  },
  responses: { 202: json(statusSchema, 'It runs.'), ...problems(400, 409, 413, 415, 422, 503) },
});

const list = createRoute({
  method: 'get',
  path: '/batches',
  tags: section,
  summary: 'Batches, newest first',
  request: {
    query: tenantQuery.extend({
      limit: z.coerce.number().int().min(1).max(200).default(50),
      cursor: z.string().regex(cursorPattern).optional(),
    }),
  },
  responses: {
    200: json(z.object({ batches: z.array(batchSchema), nextCursor: z.string().nullable() }), 'The batches.'),
    ...problems(400, 503),
  },
});

const one = createRoute({
  method: 'get',
  path: '/batches/{id}',
  tags: section,
  summary: 'One batch',
  request: { params: batchParams, query: tenantQuery },
  responses: { 200: json(statusSchema, 'The batch.'), ...problems(400, 404, 503) },
});

const items = createRoute({
  method: 'get',
  path: '/batches/{id}/items',
  tags: section,
  summary: 'Items of a batch, by their rows',
  request: {
    params: batchParams,
    query: tenantQuery.extend({
      state: z.enum(itemStates).optional(),
      after: z.coerce.number().int().min(0).max(2_000_000_000).default(0),
      limit: z.coerce.number().int().min(1).max(1_000).default(100),
    }),
  },
  responses: {
    200: json(
      z.object({ items: z.array(itemSchema), next: z.number().int().nullable() }),
      'The items; `next` is `after` of the next page.',
    ),
    ...problems(400, 404, 503),
  },
});

const wishes = {
  pause: 'Begin no further item',
  resume: 'Go on with a paused batch',
  cancel: 'Make nothing more; what was made stays',
  retry: 'Make what has failed, or was left when it was cancelled',
} as const;
type Wish = keyof typeof wishes;
const wishRoute = (wish: Wish) =>
  createRoute({
    method: 'post',
    path: `/batches/{id}/${wish}`,
    tags: section,
    summary: wishes[wish],
    request: { params: batchParams, query: tenantQuery },
    responses: { 200: json(statusSchema, 'The batch.'), ...problems(400, 404, 409, 503) },
  });

const download = createRoute({
  method: 'get',
  path: '/batches/{id}/download',
  tags: section,
  summary: 'What was made, as a zip file with a manifest',
  request: { params: batchParams, query: tenantQuery.extend({ rendition: z.enum(renditions).default('wav') }) },
  responses: {
    200: {
      description: 'The zip file.',
      content: { 'application/zip': { schema: z.string().openapi({ type: 'string', format: 'binary' }) } },
    },
    ...problems(400, 404, 503),
  },
});

export interface BatchRouteDependencies {
  readonly db: Database;
  readonly blobs: Pick<BlobStore, 'find'>;
  readonly batches: BatchService;
}

export function addBatchRoutes(app: OpenAPIHono, { db, blobs, batches }: BatchRouteDependencies): void {
  app.openAPIRegistry.registerPath(create);
  app.post('/batches', async (c) => {
    const query = queryOf(batchQuery, c);
    const bytes = await readWhole(c.req.raw, maxBodyBytes);
    const type = (c.req.header('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase();
    if (type === 'application/json') {
      const { items: rows, ...body } = parsed(batchBody, jsonOf(bytes));
      return c.json(shown(await batches.create(requestOf(query.tenant, body), eachRow(rows))), 202);
    }
    const format =
      type === 'text/csv' ? 'csv' : type === 'application/x-ndjson' || type === 'application/jsonl' ? 'jsonl' : undefined;
    if (!format) {
      throw new VoicebotError('unsupported', `A batch of the type '${type || 'none'}' cannot be read.`, {
        hint: 'Send application/json, text/csv or application/x-ndjson.',
      });
    }
    return c.json(shown(await batches.create(requestOf(query.tenant, fromQuery(query)), readBatchFile(bytes, format))), 202);
  });
  app.openapi(list, async (c) => {
    const { tenant, limit, cursor } = c.req.valid('query');
    const [createdAt, id] = cursor === undefined ? [] : partsOf(cursor, 2);
    const before = createdAt && id ? { createdAt, id } : undefined;
    const { page, end } = pageOf(await listBatches(db, { tenant, limit: limit + 1, before }), limit);
    return c.json({ batches: page.map((row) => dated(row)), nextCursor: end ? cursorOf(end.createdAt, end.id) : null }, 200);
  });
  app.openapi(one, async (c) => c.json(shown(await batches.status(c.req.valid('query').tenant, c.req.valid('param').id)), 200));
  app.openapi(items, async (c) => {
    const { tenant, state, after, limit } = c.req.valid('query');
    const { id } = c.req.valid('param');
    await batches.status(tenant, id);
    const rows = await listItems(db, { tenant, batchId: id, states: state && [state], after, limit: limit + 1 });
    const { page, end } = pageOf(rows, limit);
    const shownItems = page.map(({ tenant: _, batchId: __, hash: ___, updatedAt: ____, ...item }) => item);
    return c.json({ items: shownItems, next: end?.line ?? null }, 200);
  });
  for (const wish of Object.keys(wishes) as Wish[]) {
    app.openapi(wishRoute(wish), async (c) =>
      c.json(shown(await batches[wish](c.req.valid('query').tenant, c.req.valid('param').id)), 200),
    );
  }
  app.openapi(download, async (c) => {
    const { tenant, rendition } = c.req.valid('query');
    const { id } = c.req.valid('param');
    await batches.status(tenant, id);
    return c.body(batchArchive({ db, blobs }, { tenant, batchId: id, rendition }), 200, {
      'Content-Type': 'application/zip',
      'Content-Disposition': `attachment; filename="${id}.zip"`,
    });
  });
}

async function* eachRow(rows: readonly Record<string, unknown>[]) {
  for (const [i, row] of rows.entries()) yield rowOf(row, i + 1);
}

function dated<Row extends Omit<BatchStatus, 'running'>>({ tenant: _, requestHash: __, ...row }: Row) {
  return { ...row, createdAt: row.createdAt.toISOString(), endedAt: row.endedAt?.toISOString() ?? null };
}

const shown = ({ running, ...row }: BatchStatus) => ({ ...dated(row), running });
