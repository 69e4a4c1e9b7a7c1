import { z } from '@hono/zod-openapi';

/** Whose data a request is about. */
export const tenantQuery = z.object({
  tenant: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/)
    .default('default'),
});
