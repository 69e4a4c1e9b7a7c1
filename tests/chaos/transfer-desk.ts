import { once } from 'node:events';
import { createServer } from 'node:http';

/** A bank's desk that takes calls over: a tool with an effect, which it has once for each idempotency key. */
export interface TransferDesk {
  readonly url: string;
  /** Session of each effect, by key. */
  readonly effects: ReadonlyMap<string, string>;
  /** Requests that came, repeated ones too. */
  readonly requests: () => number;
  close(): Promise<void>;
}

export async function startTransferDesk(): Promise<TransferDesk> {
  const effects = new Map<string, string>();
  let requests = 0;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    requests++;
    const key = String(request.headers['idempotency-key']);
    const { summary } = JSON.parse(Buffer.concat(chunks).toString()) as { summary: { sessionId: string } };
    if (!effects.has(key)) effects.set(key, summary.sessionId);
    response.writeHead(204).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}/transfer`,
    effects,
    requests: () => requests,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
