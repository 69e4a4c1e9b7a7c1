import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer } from 'node:https';
import { serve } from '@hono/node-server';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { type WebSocket, WebSocketServer } from 'ws';
import { VoicebotError } from '../domain/errors.ts';
import { tokenProtocols } from './access/guard.ts';
import { serviceRestart } from './live/protocol.ts';

/** A text of 5,000 characters in a query, spelled out. */
const maxHeaderBytes = 65_536;

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
  /** Speaks TLS with this; in the clear when unset. */
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer } | undefined;
}

const stopTimeoutMs = 3_000;
const socketCheckMs = 15_000;

/** Listens for the API. @throws VoicebotError `port-taken`. */
export async function startServer(app: OpenAPIHono, options: ServerOptions): Promise<RunningServer> {
  const { host, port, maxMessageBytes, tls } = options;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes, handleProtocols: namedProtocol });
  // The two libraries' types differ in an option that is not used.
  const server = serve({
    fetch: app.fetch,
    hostname: host,
    port,
    websocket: { server: sockets as never },
    ...(tls && { createServer }),
    // Waits are looked at often enough to be the bounds that they are.
    serverOptions: {
      maxHeaderSize: maxHeaderBytes,
      connectionsCheckingInterval: 1_000,
      ...(tls && { ...tls, minVersion: 'TLSv1.2' as const }),
    },
  }) as Server;
  boundWaits(server);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new VoicebotError('port-taken', `Port ${port} on ${host} cannot be used: ${(error as Error).message}`, {
      hint: 'Stop the program that uses it, or set PORT to another port.',
      cause: error,
    });
  }
  const heartbeat = setInterval(() => checkSockets(sockets), socketCheckMs);
  return {
    url: `${tls ? 'https' : 'http'}://${host === '0.0.0.0' || host === '::' ? 'localhost' : host}:${port}`,
    stop: async () => {
      clearInterval(heartbeat);
      for (const socket of sockets.clients) socket.close(serviceRestart, 'The service restarts; connect again.');
      server.close();
      const timer = setTimeout(() => server.closeAllConnections(), stopTimeoutMs);
      await once(server, 'close');
      clearTimeout(timer);
      for (const socket of sockets.clients) socket.terminate();
    },
  };
}

/** Who sends a request byte by byte holds nothing for long: its headers, then all of it. A media pipe is written for as long as a turn takes. */
function boundWaits(server: Server): void {
  server.headersTimeout = 10_000;
  server.requestTimeout = 15 * 60_000;
  server.keepAliveTimeout = 10_000;
  server.maxRequestsPerSocket = 0;
}

/** The first protocol that carries no credential: what is chosen is sent back. */
function namedProtocol(offered: Set<string>): string | false {
  return [...offered].find((one) => !tokenProtocols.some((prefix) => one.startsWith(prefix))) ?? false;
}

/** Sockets that have answered the last ping. */
const answered = new WeakSet<WebSocket>();
const known = new WeakSet<WebSocket>();

/** Ends half-open sockets: those whose other side has not answered since the last check. */
function checkSockets(sockets: WebSocketServer): void {
  for (const socket of sockets.clients) {
    if (!known.has(socket)) {
      known.add(socket);
      socket.on('pong', () => answered.add(socket));
    } else if (!answered.has(socket)) {
      socket.terminate();
      continue;
    }
    answered.delete(socket);
    socket.ping();
  }
}
