import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { defaultTenant } from '../../domain/tenant.ts';
import { tenantFor } from '../access/guard.ts';
import { parsed } from '../bodies.ts';
import { tenantName } from '../schemas.ts';

/** Whose data a request is about. */
export const tenantQuery = z.object({
  tenant: tenantName.default(defaultTenant).openapi({ description: 'That of the key, where it is for one.' }),
});

/** A query of its key's tenant: one that names none is about that, and one that names another is refused. */
export function ofOwnTenant(query: unknown, c: Context): void {
  if (typeof query !== 'object' || query === null || !('tenant' in query)) return;
  query.tenant = tenantFor(c.get('principal'), c.req.query('tenant'));
}

/** The query of a route that is not checked by its description. @throws VoicebotError `invalid-request`, `unauthorized`. */
export function queryOf<Schema extends z.ZodType>(schema: Schema, c: Context): z.infer<Schema> {
  const query = parsed(schema, c.req.query());
  ofOwnTenant(query, c);
  return query;
}
