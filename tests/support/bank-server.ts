import { once } from 'node:events';
import type { Server } from 'node:http';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import type { Bank } from '../../domain/bank/bank.ts';
import { isVoicebotError } from '../../domain/errors.ts';

export interface BankServer {
  readonly url: string;
  /** What the next requests get before they reach the bank: a status, or their answer is lost. */
  trouble: { status: number } | 'answer-lost' | undefined;
  readonly requests: {
    readonly method: string;
    readonly path: string;
    readonly key: string | undefined;
    readonly token: string | undefined;
  }[];
  close(): Promise<void>;
}

/** A bank behind HTTP as docs/reference/bank-openapi.json describes it: a real server, in front of any bank. */
export async function startBankServer(bank: Bank): Promise<BankServer> {
  const app = new Hono();
  const server = serve({ fetch: (request) => app.fetch(request), port: 0, hostname: '127.0.0.1' }) as Server;
  await once(server, 'listening');
  const running: BankServer = {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    trouble: undefined,
    requests: [],
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  app.use(async (c, next) => {
    const key = c.req.header('idempotency-key');
    running.requests.push({ method: c.req.method, path: c.req.path, key, token: c.req.header('authorization') });
    const { trouble } = running;
    if (typeof trouble === 'object') return c.json({ title: 'Trouble' }, trouble.status as 503);
    await next();
    if (trouble === 'answer-lost') c.res = new Response('{"tru', { status: 200 });
  });
  app.onError((error, c) => {
    const status = isVoicebotError(error)
      ? ({ 'not-found': 404, conflict: 409 } as Record<string, 404 | 409>)[error.code]
      : undefined;
    return c.json({ detail: error.message }, status ?? 500);
  });
  const key = (c: { req: { header(name: string): string | undefined } }) => c.req.header('idempotency-key') ?? '';
  app.post('/verifications', async (c) => c.json(await bank.verify({ ...(await c.req.json()), key: key(c) })));
  const of = '/customers/:customer';
  app.get(`${of}/accounts`, async (c) => c.json(await bank.accounts(c.req.param('customer'))));
  app.get(`${of}/cards`, async (c) => c.json(await bank.cards(c.req.param('customer'))));
  app.get(`${of}/transfers`, async (c) => c.json(await bank.transfers(c.req.param('customer'))));
  app.get(`${of}/transactions`, async (c) => {
    const { from, to, amountMinor, limit, direction, accountId, merchant } = c.req.query();
    const filter = {
      ...(from && to ? { days: { from, to } } : {}),
      ...(amountMinor ? { amountMinor: Number(amountMinor) } : {}),
      ...{ direction: direction as 'in' | 'out' | undefined, accountId, merchant, limit: Number(limit) },
    };
    return c.json(await bank.transactions(c.req.param('customer'), filter));
  });
  const order = (c: { req: { param(): Record<string, string>; header(name: string): string | undefined } }) => ({
    customerId: c.req.param().customer ?? '',
    key: key(c),
  });
  app.post(`${of}/cards/:card/block`, async (c) => c.json(await bank.blockCard({ ...order(c), cardId: c.req.param('card') })));
  app.post(`${of}/transactions/:id/dispute`, async (c) =>
    c.json(await bank.disputeTransaction({ ...order(c), transactionId: c.req.param('id') })),
  );
  app.post(`${of}/reservations`, async (c) => c.json(await bank.reserve({ ...order(c), ...(await c.req.json()) })));
  app.post(`${of}/reservations/:id/settle`, async (c) =>
    c.json(await bank.settle({ ...order(c), ...(await c.req.json()), reservationId: c.req.param('id') })),
  );
  app.post(`${of}/reservations/:id/release`, async (c) =>
    c.json(await bank.release({ ...order(c), reservationId: c.req.param('id') })),
  );
  app.post(`${of}/call-backs`, async (c) => c.json(await bank.bookCallBack({ ...order(c), ...(await c.req.json()) })));
  app.get(`${of}/orders/:key`, async (c) => {
    const outcome = await bank.outcomeOf(c.req.param('customer'), c.req.param('key'));
    return outcome ? c.json(outcome) : c.json({ title: 'No such order' }, 404);
  });
  return running;
}
