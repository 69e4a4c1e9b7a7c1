import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Database } from '../../db/open.ts';
import { findSession } from '../../db/sessions.ts';
import { moneyText } from '../../domain/bank/money.ts';
import type { Action } from '../../domain/dialog/state.ts';
import type { BankStep } from '../../domain/dialog/steps.ts';
import { parseSessionId } from '../../domain/session-id.ts';
import type { CallService } from '../calls.ts';
import { notFound } from '../problem.ts';
import { json, problems, sessionIdSchema } from '../schemas.ts';

const orderSchema = z
  .object({
    turn: z.number().int().nullable().openapi({ description: 'In which it was confirmed.' }),
    kind: z.string(),
    what: z.string().openapi({ description: 'What was ordered, in words.' }),
    at: z.string(),
    state: z.enum(['done', 'under-way', 'failed', 'taken-back']),
    steps: z.array(z.object({ step: z.string(), ended: z.string().nullable() })),
  })
  .openapi('Order');

const route = createRoute({
  method: 'get',
  path: '/sessions/{id}/orders',
  tags: ['Sessions'],
  summary: 'What a call has ordered at the bank',
  description: "Read from the call's history in Temporal, for as long as that is kept.",
  request: { params: sessionIdSchema },
  responses: {
    200: json(z.object({ orders: z.array(orderSchema) }), 'The orders, the oldest first.'),
    ...problems(400, 404, 503),
  },
});

interface Performed {
  readonly step?: BankStep;
}
type Placed = Extract<BankStep, { readonly order: string }>;

export function addOrderRoutes(app: OpenAPIHono, { db, calls }: { readonly db: Database; readonly calls: CallService }): void {
  app.openapi(route, async (c) => {
    const id = parseSessionId(c.req.valid('param').id);
    const row = await findSession(db, id);
    if (!row) throw notFound(`There is no session '${id}'.`);
    const orders = new Map<string, z.infer<typeof orderSchema>>();
    for await (const { input, turn, at, ended } of calls.history.steps(id, row.tenant, 'perform')) {
      const { step } = (input ?? {}) as Performed;
      if (!step || !('order' in step)) continue;
      const placed: Placed = step;
      const taken = { step: placed.kind, ended: ended ?? null };
      const known = orders.get(placed.order);
      // The latest comes first.
      orders.set(placed.order, {
        turn: turn ?? known?.turn ?? null,
        kind: placed.action.kind === 'operation' ? placed.action.intent : placed.action.kind,
        what: wordsOf(placed.action),
        at: at.toISOString(),
        steps: [taken, ...(known?.steps ?? [])],
        state: known?.state ?? stateAfter(placed.kind, ended),
      });
    }
    return c.json({ orders: [...orders.values()].reverse() }, 200);
  });
}

/** What has become of an order whose last step is this. */
function stateAfter(kind: Placed['kind'], ended: string | undefined): z.infer<typeof orderSchema>['state'] {
  if (ended === undefined) return 'under-way';
  if (ended !== 'completed') return 'failed';
  if (kind === 'release') return 'taken-back';
  return kind === 'read-back' ? 'done' : 'under-way';
}

function wordsOf(action: Action): string {
  switch (action.kind) {
    case 'card-block':
      return `Block the ${action.card} card ending in ${action.lastFour}`;
    case 'move-money':
      return `Move ${moneyText(action.amount)} from the ${action.from} to the ${action.to}`;
    case 'dispute':
      return `Dispute ${action.payment}`;
    case 'call-back':
      return `Call back ${action.spokenAt}`;
    case 'operation':
      return Object.entries(action.spoken)
        .map(([name, value]) => `${name}: ${value}`)
        .join(', ');
  }
}
