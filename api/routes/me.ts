import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { localPrincipal, permissions, roles } from '../../domain/access/access.ts';
import { json, problems } from '../schemas.ts';

const meSchema = z
  .object({
    id: z.string().openapi({ description: 'A name for logs; never a secret.' }),
    role: z.enum(roles),
    permissions: z.array(z.enum(permissions)),
    tenant: z.string().nullable().openapi({ description: 'Whose data it may ask for; null: all.' }),
    session: z.string().nullable().openapi({ description: 'The one session that it may ask for; null: all.' }),
  })
  .openapi('Me');

const route = createRoute({
  method: 'get',
  path: '/me',
  tags: ['Access'],
  summary: 'Whose credential this is, and what it may do',
  responses: { 200: json(meSchema, 'Who asks.'), ...problems() },
});

export function addMeRoute(app: OpenAPIHono): void {
  app.openapi(route, (c) => {
    const { id, role, permissions: granted, tenant, sessionId } = c.get('principal') ?? localPrincipal;
    return c.json({ id, role, permissions: [...granted], tenant: tenant ?? null, session: sessionId ?? null }, 200, {
      'Cache-Control': 'no-store',
    });
  });
}
