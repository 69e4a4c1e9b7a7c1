import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { BlobStore } from '../../db/blobs.ts';
import { listDeletions } from '../../db/data-life.ts';
import type { Database } from '../../db/open.ts';
import { type Deletion, remains } from '../../domain/data-life.ts';
import { customerArchive } from '../customer-archive.ts';
import type { DataLife } from '../data-life.ts';
import { notFound } from '../problem.ts';
import { json, jsonBody, problems, sessionIdSchema, wordedText } from '../schemas.ts';
import { tenantQuery } from './tenant.ts';

const section = ['Data life'];
const count = z.number().int();

const deletionSchema = z
  .object({
    id: z.string(),
    at: z.string(),
    tenant: z.string(),
    reason: z.enum(['retention', 'erasure']),
    sessionId: z.string().nullable(),
    requestedBy: z.string(),
    deleted: z.object({
      sessions: count,
      turns: count,
      recordings: count,
      reviews: count,
      tokens: count,
      histories: count.openapi({ description: 'Executions in Temporal, with their histories.' }),
      questions: count.openapi({ description: 'Questions that waited for a judgement of what the cache served.' }),
      speech: count.openapi({ description: 'Files of speech that was made ahead.' }),
    }),
  })
  .openapi('Deletion');
const certificateSchema = deletionSchema
  .extend({ remains: z.array(z.object({ what: z.string(), why: z.string() })) })
  .openapi('ErasureCertificate');

const erase = createRoute({
  method: 'delete',
  path: '/sessions/{id}/data',
  tags: section,
  summary: 'Erase a session with all that belongs to it',
  description:
    'Transcripts, replies, audio, reviews, tokens, figures, and the histories of its workflows. The answer certifies what was deleted, and says what is left and why.',
  request: { params: sessionIdSchema },
  responses: { 200: json(certificateSchema, 'The certificate.'), ...problems(400, 404, 409, 503, 504) },
});

/** In the body: what names a person belongs in no address. */
const customerBody = jsonBody(
  z.object({
    customer: wordedText(100).openapi({ description: 'What the bank knows the customer by, as callers say it.' }),
  }),
);

const eraseOfCustomer = createRoute({
  method: 'post',
  path: '/erasures',
  tags: section,
  summary: 'Erase all calls of a customer',
  description:
    "Of every call in which the customer was verified, what `DELETE /sessions/{id}/data` deletes of one. Calls in which nobody was verified are nobody's.",
  request: { query: tenantQuery, body: customerBody },
  responses: { 200: json(certificateSchema, 'The certificate.'), ...problems(400, 404, 409, 503, 504) },
});

const exportOfCustomer = createRoute({
  method: 'post',
  path: '/exports',
  tags: section,
  summary: 'All that is kept of a customer',
  description: 'A zip file: `sessions.json` with every call in which the customer was verified, and what was recorded of it.',
  request: { query: tenantQuery, body: customerBody },
  responses: {
    200: { description: 'The file.', content: { 'application/zip': { schema: z.string().openapi({ format: 'binary' }) } } },
    ...problems(400, 404, 503),
  },
});

const list = createRoute({
  method: 'get',
  path: '/deletions',
  tags: section,
  summary: 'What was deleted, the newest first',
  request: { query: z.object({ limit: z.coerce.number().int().min(1).max(1_000).default(100) }) },
  responses: { 200: json(z.object({ deletions: z.array(deletionSchema) }), 'The deletions.'), ...problems(400, 503) },
});

export interface DataLifeRouteDependencies {
  readonly db: Database;
  readonly blobs: Pick<BlobStore, 'find'>;
  readonly dataLife: Pick<DataLife, 'erase' | 'eraseCustomer' | 'sessionsOf'>;
}

export function addDataLifeRoutes(app: OpenAPIHono, { db, blobs, dataLife }: DataLifeRouteDependencies): void {
  app.openapi(erase, async (c) => {
    const certificate = await dataLife.erase(c.req.valid('param').id, c.get('principal')?.id ?? 'local');
    return c.json({ ...shown(certificate), remains: [...remains] }, 200);
  });
  app.openapi(eraseOfCustomer, async (c) => {
    const { tenant } = c.req.valid('query');
    const certificate = await dataLife.eraseCustomer(tenant, c.req.valid('json').customer, c.get('principal')?.id ?? 'local');
    return c.json({ ...shown(certificate), remains: [...remains] }, 200);
  });
  app.openapi(exportOfCustomer, async (c) => {
    const found = await dataLife.sessionsOf(c.req.valid('query').tenant, c.req.valid('json').customer);
    if (found.length === 0) throw notFound('There is no call of this customer.');
    return c.body(customerArchive({ db, blobs }, found), 200, {
      'Content-Type': 'application/zip',
      'Content-Disposition': 'attachment; filename="customer.zip"',
      'Cache-Control': 'no-store',
    });
  });
  app.openapi(list, async (c) => {
    const { limit } = c.req.valid('query');
    const rows = await listDeletions(db, { tenant: c.get('principal')?.tenant, limit });
    return c.json({ deletions: rows.map(shown) }, 200);
  });
}

const shown = ({ atMs, ...deletion }: Deletion) => ({ ...deletion, at: new Date(atMs).toISOString() });
