import { once } from 'node:events';
import type { Server } from 'node:http';
import { serve } from '@hono/node-server';
import { problemOf } from '../../api/problem.ts';
import { MediaHub } from '../../media/hub.ts';
import { mediaRoutes } from '../../media/hub-routes.ts';

export interface MediaServer {
  readonly hub: MediaHub;
  close(): void;
}

/** The media hub on a free port. */
export async function startMediaServer(): Promise<MediaServer> {
  const server = serve({ fetch: (request) => routes.fetch(request), port: 0, hostname: '127.0.0.1' }) as Server;
  await once(server, 'listening');
  const hub = new MediaHub(`http://127.0.0.1:${(server.address() as { port: number }).port}`);
  const routes = mediaRoutes(hub);
  routes.onError((error, c) => c.text(error.message, problemOf(error).status as 404));
  return {
    hub,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
