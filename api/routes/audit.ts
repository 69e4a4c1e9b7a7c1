import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { allAuditEntries, listAuditEntries } from '../../db/audit.ts';
import type { Database } from '../../db/open.ts';
import { roles } from '../../domain/access/access.ts';
import type { AuditEntry } from '../../domain/audit/chain.ts';
import type { AuditTrail } from '../access/audit-trail.ts';
import { assertAllTenants, tenantFor } from '../access/guard.ts';
import { jsonLines } from '../json-lines.ts';
import { json, plainText, problems, tenantName } from '../schemas.ts';

const section = ['Audit'];

const entrySchema = z
  .object({
    seq: z.number().int().openapi({ description: 'From 1, without gaps.' }),
    at: z.string(),
    actor: z.string(),
    role: z.string().openapi({ description: `${roles.join(', ')}, or none.` }),
    tenant: z.string(),
    address: z.string(),
    action: z.string().openapi({ example: 'DELETE /keys/{id}' }),
    target: z.record(z.string(), z.string()),
    status: z.number().int(),
    hash: z.string().openapi({ description: 'Of this entry and all before it.' }),
  })
  .openapi('AuditEntry');

const list = createRoute({
  method: 'get',
  path: '/audit',
  tags: section,
  summary: 'Who did what, the newest first',
  request: {
    query: z.object({
      tenant: tenantName.optional().openapi({ description: 'Of one tenant alone.' }),
      actor: plainText(120).optional(),
      from: z.iso.datetime({ offset: true }).optional(),
      to: z.iso.datetime({ offset: true }).optional(),
      before: z.coerce
        .number()
        .int()
        .min(1)
        .max(Number.MAX_SAFE_INTEGER)
        .optional()
        .openapi({ description: '`next` of the page before.' }),
      limit: z.coerce.number().int().min(1).max(1_000).default(100),
    }),
  },
  responses: {
    200: json(z.object({ entries: z.array(entrySchema), next: z.number().int().nullable() }), 'The entries.'),
    ...problems(400, 503),
  },
});

const verify = createRoute({
  method: 'get',
  path: '/audit/verify',
  tags: section,
  summary: 'Check that no entry was changed, removed or reordered',
  responses: {
    200: json(
      z.object({
        entries: z.number().int(),
        anchors: z.number().int().openapi({ description: 'Ends of the chain that were written down outside the database.' }),
        findings: z.array(
          z.object({
            seq: z.number().int(),
            problem: z.enum(['changed', 'missing', 'reordered', 'not-as-anchored', 'cut-off']),
          }),
        ),
      }),
      'What was found; nothing is wrong where there are no findings.',
    ),
    ...problems(503),
  },
});

const exported = createRoute({
  method: 'get',
  path: '/audit/export',
  tags: section,
  summary: 'All entries in their order, as JSON Lines',
  responses: {
    200: { description: 'The entries.', content: { 'application/x-ndjson': { schema: z.string() } } },
    ...problems(503),
  },
});

export interface AuditRouteDependencies {
  readonly db: Database;
  readonly audit: Pick<AuditTrail, 'verify'>;
}

export function addAuditRoutes(app: OpenAPIHono, { db, audit }: AuditRouteDependencies): void {
  app.openapi(list, async (c) => {
    const { limit, from, to, tenant: asked, ...filter } = c.req.valid('query');
    const own = c.get('principal')?.tenant;
    // Unset, unlike elsewhere, it is all tenants' for those who may see all.
    const tenant = own === undefined ? asked : tenantFor(c.get('principal'), asked);
    const dates = { from: from === undefined ? undefined : new Date(from), to: to === undefined ? undefined : new Date(to) };
    const rows = await listAuditEntries(db, { ...filter, ...dates, tenant, limit: limit + 1 });
    const page = rows.slice(0, limit);
    return c.json({ entries: page.map(shown), next: rows.length > limit ? (page.at(-1)?.seq ?? null) : null }, 200);
  });
  app.openapi(verify, async (c) => {
    assertAllTenants(c.get('principal'));
    const { findings, ...counts } = await audit.verify();
    return c.json({ ...counts, findings: [...findings] }, 200);
  });
  app.openapi(exported, (c) => {
    assertAllTenants(c.get('principal'));
    return c.body(jsonLines(allAuditEntries(db)), 200, { 'Content-Type': 'application/x-ndjson' }) as never;
  });
}

const shown = ({ atMs, target, ...entry }: AuditEntry) => ({ ...entry, target: { ...target }, at: new Date(atMs).toISOString() });
