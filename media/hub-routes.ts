import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import type { MediaHub } from './hub.ts';

/** Header with the number of bytes a pipe holds, or at which a writer begins. */
export const offsetHeader = 'Upload-Offset';

/** The pipes over HTTP: `HEAD` tells the offset, `PUT` appends and ends, `GET` reads from the beginning. */
export function mediaRoutes(hub: MediaHub): Hono {
  const app = new Hono();
  app.on(['GET', 'HEAD'], '/media/:turn/:pipe', (c) => {
    const pipe = hub.pipeFor(c.req.param('turn'), c.req.param('pipe'), c.req.query());
    const headers = {
      [offsetHeader]: String(pipe.size),
      'Content-Type': 'application/octet-stream',
      'Cache-Control': 'no-store',
    };
    if (c.req.method === 'HEAD') return c.body(null, 204, headers);
    const reader = pipe.read(c.req.raw.signal);
    const stream = new ReadableStream<Uint8Array>({
      async pull(controller) {
        try {
          const next = await reader.next();
          if (next.done) controller.close();
          else controller.enqueue(next.value);
        } catch {
          // The turn has ended: the reader sees its connection break, not the end of the pipe.
          (c.env as Partial<HttpBindings> | undefined)?.outgoing?.destroy();
          controller.close();
        }
      },
      cancel: () => reader.return(undefined).then(() => undefined),
    });
    return c.body(stream, 200, headers);
  });
  app.put('/media/:turn/:pipe', async (c) => {
    const pipe = hub.pipeFor(c.req.param('turn'), c.req.param('pipe'), c.req.query());
    let offset = Number(c.req.header(offsetHeader) ?? 0);
    // A request that breaks off throws here, and the pipe stays open for the writer's next try.
    for await (const chunk of c.req.raw.body ?? []) {
      pipe.write(chunk, offset);
      offset += chunk.length;
    }
    pipe.end();
    return c.body(null, 204, { [offsetHeader]: String(pipe.size) });
  });
  return app;
}
