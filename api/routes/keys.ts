import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { type ApiKeyRow, addApiKey, listApiKeys, makeKey, revokeApiKey } from '../../db/api-keys.ts';
import type { Database } from '../../db/open.ts';
import { permissions, permissionsOf, type Role, roles } from '../../domain/access/access.ts';
import { VoicebotError } from '../../domain/errors.ts';
import { notFound } from '../problem.ts';
import { json, jsonBody, problems, tenantName, wordedText } from '../schemas.ts';

const section = ['Access'];

const keySchema = z
  .object({
    id: z.string(),
    name: z.string(),
    role: z.enum(roles),
    permissions: z.array(z.enum(permissions)).openapi({ description: 'Those of its role that it has; empty: all.' }),
    tenant: z.string().nullable().openapi({ description: 'Whose data it may ask for; null: of all tenants.' }),
    createdBy: z.string(),
    createdAt: z.string(),
    expiresAt: z.string().nullable(),
    revokedAt: z.string().nullable(),
    lastUsedAt: z.string().nullable().openapi({ description: 'To the minute.' }),
  })
  .openapi('ApiKey');

/** A role may be given those permissions that it has. */
const newKey = <Name extends Role>(role: Name) =>
  z.object({
    name: wordedText(100).openapi({ description: 'Who or what uses it.' }),
    role: z.literal(role),
    permissions: z
      .array(z.enum([...permissionsOf[role]], `is none of the role's: ${permissionsOf[role].join(', ')}`))
      .max(permissions.length)
      .default([]),
    tenant: tenantName
      .optional()
      .openapi({ description: 'Whose data it may ask for; that of the key that makes it when unset.' }),
    expiresInDays: z.number().int().min(1).max(3_650).optional(),
  });

const create = createRoute({
  method: 'post',
  path: '/keys',
  tags: section,
  summary: 'Make a key',
  description: 'The answer holds the key, this once: only its hash is kept.',
  request: {
    body: jsonBody(z.discriminatedUnion('role', [newKey('agent'), newKey('operator'), newKey('admin')])),
  },
  responses: { 201: json(keySchema.extend({ key: z.string() }), 'The key.'), ...problems(400, 503) },
});

const list = createRoute({
  method: 'get',
  path: '/keys',
  tags: section,
  summary: 'Keys, the newest first',
  responses: { 200: json(z.object({ keys: z.array(keySchema) }), 'The keys, without their secrets.'), ...problems(503) },
});

const revoke = createRoute({
  method: 'delete',
  path: '/keys/{id}',
  tags: section,
  summary: 'Revoke a key',
  description: 'Every process refuses it after five seconds. Revoking it twice changes nothing.',
  request: {
    params: z.object({
      id: z
        .string()
        .regex(/^[a-z0-9]{12}$/)
        .openapi({ param: { name: 'id', in: 'path' } }),
    }),
  },
  responses: { 200: json(keySchema, 'The key.'), ...problems(400, 404, 503) },
});

export function addKeyRoutes(app: OpenAPIHono, { db }: { readonly db: Database }): void {
  app.openapi(create, async (c) => {
    const { name, role, permissions: some, tenant, expiresInDays } = c.req.valid('json');
    const principal = c.get('principal');
    const own = principal?.tenant;
    if (own !== undefined && tenant !== undefined && tenant !== own) {
      throw new VoicebotError('unauthorized', `This key is not for the tenant '${tenant}'.`);
    }
    const made = makeKey();
    const row = await addApiKey(db, {
      ...{ ...made, name, role, permissions: some, tenant: tenant ?? own },
      createdBy: principal?.id ?? 'local',
      expiresAt: expiresInDays === undefined ? undefined : new Date(Date.now() + expiresInDays * 86_400_000),
    });
    return c.json({ ...shown(row), key: made.secret }, 201, { 'Cache-Control': 'no-store' });
  });
  app.openapi(list, async (c) => c.json({ keys: (await listApiKeys(db, c.get('principal')?.tenant)).map(shown) }, 200));
  app.openapi(revoke, async (c) => {
    const { id } = c.req.valid('param');
    const row = await revokeApiKey(db, id, c.get('principal')?.tenant, new Date());
    if (!row) throw notFound(`There is no key '${id}'.`);
    return c.json(shown(row), 200);
  });
}

const shown = (row: ApiKeyRow) => ({
  ...row,
  createdAt: row.createdAt.toISOString(),
  expiresAt: row.expiresAt?.toISOString() ?? null,
  revokedAt: row.revokedAt?.toISOString() ?? null,
  lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
});
