import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { listDeletions } from '../../db/data-life.ts';
import type { Database } from '../../db/open.ts';
import { type Deletion, remains } from '../../domain/data-life.ts';
import type { DataLife } from '../data-life.ts';
import { json, problems, sessionIdSchema } from '../schemas.ts';

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
  readonly dataLife: Pick<DataLife, 'erase'>;
}

export function addDataLifeRoutes(app: OpenAPIHono, { db, dataLife }: DataLifeRouteDependencies): void {
  app.openapi(erase, async (c) => {
    const certificate = await dataLife.erase(c.req.valid('param').id, c.get('principal')?.id ?? 'local');
    return c.json({ ...shown(certificate), remains: [...remains] }, 200);
  });
  app.openapi(list, async (c) => {
    const { limit } = c.req.valid('query');
    const rows = await listDeletions(db, { tenant: c.get('principal')?.tenant, limit });
    return c.json({ deletions: rows.map(shown) }, 200);
  });
}

const shown = ({ atMs, ...deletion }: Deletion) => ({ ...deletion, at: new Date(atMs).toISOString() });
