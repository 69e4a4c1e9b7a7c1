import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { hasNginx, startNginx } from '../support/nginx.ts';
import { until } from '../support/until.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** An API process, as NGINX sees one. */
async function startProcess() {
  const server = createServer((_request, response) => response.writeHead(state.stopping ? 503 : 200, { Name: name }).end());
  const lines = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    if (!state.stopping) return lines.handleUpgrade(request, socket, head, () => {});
    state.refused++;
    socket.end('HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => server.close());
  const name = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const state = { name, stopping: false, refused: 0 };
  return state;
}

it.skipIf(!hasNginx)(
  'NGINX gives a line that a stopping process refuses to the next one, and leaves other answers as they are',
  async () => {
    const processes = [await startProcess(), await startProcess()];
    const nginx = await startNginx(...processes.map(({ name }) => name));
    ends.push(() => nginx.stop());
    const asked = async () => {
      const request = get(`https://127.0.0.1:${nginx.httpsPort}/sessions/some-call`, { rejectUnauthorized: false });
      const [answer] = (await once(request, 'response')) as [IncomingMessage];
      answer.destroy();
      return { status: answer.statusCode, name: answer.headers.name };
    };
    const { name } = await until('NGINX answers', () => asked().catch(() => undefined));
    const [one] = processes.filter((each) => each.name === name);
    if (!one) throw new Error('Nobody has answered.');
    one.stopping = true;
    expect(await asked()).toEqual({ status: 503, name });
    for (const path of ['/ws/some-call', '/v1/realtime?model=x', '/telephony/twilio/media']) {
      const socket = new WebSocket(`wss://127.0.0.1:${nginx.httpsPort}${path}`, { rejectUnauthorized: false });
      await once(socket, 'open');
      socket.terminate();
    }
    expect(one.refused).toBeGreaterThan(0);
  },
);
