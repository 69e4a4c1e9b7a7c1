import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Database } from '../../db/open.ts';
import { changeTenant, listTenants, type TenantProfile, tenantOfNumber, tenantProfile } from '../../db/tenants.ts';
import { VoicebotError } from '../../domain/errors.ts';
import { assertAllTenants, tenantFor } from '../access/guard.ts';
import { json, jsonBody, problems, tenantName, wordedText } from '../schemas.ts';

const section = ['Tenants'];
const days = z.number().int().min(1).max(36_500).nullable();

const profile = z.object({
  bankName: wordedText(100).nullable().openapi({ description: 'What callers are greeted with; null: BANK_NAME.' }),
  numbers: z
    .array(z.string().regex(/^\+[1-9]\d{3,14}$/))
    .max(1_000)
    .openapi({ description: 'Telephone numbers that are called, in E.164: calls to them are of this tenant.' }),
  maxSessions: z
    .number()
    .int()
    .min(0)
    .max(1_000_000)
    .nullable()
    .openapi({ description: 'Calls at a time; null: MAX_CONCURRENT_SESSIONS.' }),
  retentionSessionsDays: days.openapi({ description: 'How long what was said is kept; null: RETENTION_SESSIONS_DAYS.' }),
  retentionAudioDays: days.openapi({ description: 'How long audio is kept; null: RETENTION_AUDIO_DAYS.' }),
});
const tenantSchema = profile.extend({ id: z.string() }).openapi('Tenant');
const params = z.object({ tenant: tenantName.openapi({ param: { name: 'tenant', in: 'path' } }) });

const changesSchema = profile
  .partial()
  .refine((changes) => Object.keys(changes).length > 0, 'names nothing to change')
  .openapi({ minProperties: 1 });

const list = createRoute({
  method: 'get',
  path: '/tenants',
  tags: section,
  summary: 'Tenants of whom something is known',
  responses: {
    200: json(z.object({ tenants: z.array(tenantSchema) }), 'By name; with the key of one, that one.'),
    ...problems(503),
  },
});

const show = createRoute({
  method: 'get',
  path: '/tenants/{tenant}',
  tags: section,
  summary: 'A tenant',
  request: { params },
  responses: { 200: json(tenantSchema, 'What holds for it.'), ...problems(400, 503) },
});

const change = createRoute({
  method: 'put',
  path: '/tenants/{tenant}',
  tags: section,
  summary: 'Change what holds for a tenant',
  description:
    'What is not named stays. An administrator of one tenant may change its name and how long it keeps what; limits and numbers are given by administrators of all.',
  request: { params, body: jsonBody(changesSchema) },
  responses: { 200: json(tenantSchema, 'What holds now.'), ...problems(400, 409, 503) },
});

/** What is named. */
const stated = (changes: object): Partial<TenantProfile> =>
  Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));

export interface TenantRouteDependencies {
  readonly db: Database;
  /** Numbers are of one tenant alone, among all of them. */
  readonly acrossTenants: Database;
}

export function addTenantRoutes(app: OpenAPIHono, { db, acrossTenants }: TenantRouteDependencies): void {
  const shown = (id: string, { numbers, ...others }: TenantProfile) => ({ id, ...others, numbers: [...numbers] });
  app.openapi(list, async (c) => c.json({ tenants: (await listTenants(db)).map(({ id, ...about }) => shown(id, about)) }, 200));
  app.openapi(show, async (c) => {
    const id = tenantFor(c.get('principal'), c.req.valid('param').tenant);
    return c.json(shown(id, await tenantProfile(db, id)), 200);
  });
  app.openapi(change, async (c) => {
    const principal = c.get('principal');
    const id = tenantFor(principal, c.req.valid('param').tenant);
    const changes = c.req.valid('json');
    if (changes.maxSessions !== undefined || changes.numbers !== undefined) assertAllTenants(principal);
    for (const number of changes.numbers ?? []) {
      const whose = await tenantOfNumber(acrossTenants, number);
      if (whose !== undefined && whose !== id) {
        throw new VoicebotError('conflict', `The number ${number} is of the tenant '${whose}'.`, {
          hint: 'Take it from that one first.',
        });
      }
    }
    return c.json(shown(id, await changeTenant(db, id, stated(changes))), 200);
  });
}
