import { once } from 'node:events';
import type { Server } from 'node:http';
import { serve } from '@hono/node-server';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { WebSocketServer } from 'ws';
import { VoicebotError } from '../domain/errors.ts';

export interface RunningServer {
  readonly url: string;
  /** Closes sockets with "service restart" and waits for open requests for a moment. */
  stop(): Promise<void>;
}

export interface ServerOptions {
  readonly host: string;
  readonly port: number;
  /** Largest WebSocket message, bytes. */
  readonly maxMessageBytes: number;
}

const serviceRestart = 1012;
const stopTimeoutMs = 3_000;

/** Listens for the API. @throws VoicebotError `port-taken`. */
export async function startServer(app: OpenAPIHono, options: ServerOptions): Promise<RunningServer> {
  const { host, port, maxMessageBytes } = options;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes });
  // The two libraries' types differ in an option that is not used.
  const server = serve({ fetch: app.fetch, hostname: host, port, websocket: { server: sockets as never } }) as Server;
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new VoicebotError('port-taken', `Port ${port} on ${host} cannot be used: ${(error as Error).message}`, {
      hint: 'Stop the program that uses it, or set PORT to another port.',
      cause: error,
    });
  }
  return {
    url: `http://${host === '0.0.0.0' || host === '::' ? 'localhost' : host}:${port}`,
    stop: async () => {
      for (const socket of sockets.clients) socket.close(serviceRestart, 'The service restarts; connect again.');
      server.close();
      const timer = setTimeout(() => server.closeAllConnections(), stopTimeoutMs);
      await once(server, 'close');
      clearTimeout(timer);
      for (const socket of sockets.clients) socket.terminate();
    },
  };
}
