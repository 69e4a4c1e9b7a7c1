import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { json, problems } from '../schemas.ts';

/** Somebody who can be played on the telephone. */
export interface DemoCustomer {
  readonly number: string;
  readonly name: string;
  readonly pin: string;
  readonly code: string;
}

const route = createRoute({
  method: 'get',
  path: '/bank/demo-customers',
  tags: ['Service'],
  summary: 'Customers of the demo bank, to play on the telephone',
  responses: {
    200: json(
      z.object({
        customers: z.array(z.object({ number: z.string(), name: z.string(), pin: z.string(), code: z.string() })),
      }),
      'Their numbers, telephone PINs and security codes, which are no secrets; none where a real bank is connected.',
    ),
    ...problems(),
  },
});

export function addDemoBankRoute(app: OpenAPIHono, { demoCustomers }: { readonly demoCustomers: readonly DemoCustomer[] }): void {
  app.openapi(route, (c) => c.json({ customers: [...demoCustomers] }, 200));
}
