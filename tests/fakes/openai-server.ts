/** A fake of an OpenAI-compatible chat endpoint: streams the pieces it is given, or answers with a status. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';

export interface FakeOpenAi {
  readonly baseUrl: string;
  /** Bodies of the requests so far. */
  readonly requests: Record<string, unknown>[];
  /** What the next requests get. */
  behaviour: { pieces: readonly string[]; status?: number; hang?: boolean };
  close(): Promise<void>;
}

export async function startFakeOpenAi(): Promise<FakeOpenAi> {
  const fake = { baseUrl: '', requests: [] as Record<string, unknown>[], behaviour: { pieces: [] } as FakeOpenAi['behaviour'] };
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    fake.requests.push(JSON.parse(Buffer.concat(chunks).toString()));
    const { pieces, status = 200, hang } = fake.behaviour;
    if (status !== 200) {
      response.writeHead(status, { 'content-type': 'application/json' });
      return response.end(JSON.stringify({ error: { message: 'as the test asks' } }));
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const content of pieces) {
      response.write(
        `data: ${JSON.stringify({ id: '1', object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content } }] })}\n\n`,
      );
    }
    if (!hang) response.end('data: [DONE]\n\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  fake.baseUrl = `http://127.0.0.1:${(server.address() as { port: number }).port}/v1`;
  return Object.assign(fake, {
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}
