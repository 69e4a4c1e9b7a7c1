import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { VoicebotError } from '../domain/errors.ts';
import { type MediaHub, recordsOf } from './hub.ts';

/** Header with the number of records a pipe holds, or at which a writer begins. */
export const offsetHeader = 'Pipe-Offset';
/** Header with the number of the one who writes; see `Pipe.claim`. */
export const writerHeader = 'Pipe-Writer';
/** Header that tells whether the pipe has ended. */
export const endedHeader = 'Pipe-Ended';

/**
 * The pipes over HTTP: `GET` reads from the beginning, `POST` makes a writer the only one, `PUT` appends and ends;
 * `DELETE` frees all pipes of the turn, whose audio has been kept.
 */
export function mediaRoutes(hub: MediaHub): Hono {
  const app = new Hono();
  const pipeOf = (c: Context<object, '/media/:turn/:pipe'>) =>
    hub.pipeFor(c.req.param('turn'), c.req.param('pipe'), c.req.query());

  app.get('/media/:turn/:pipe', (c) => {
    const reader = pipeOf(c).read(c.req.raw.signal);
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
    return c.body(stream, 200, { 'Content-Type': 'application/octet-stream', 'Cache-Control': 'no-store' });
  });

  app.post('/media/:turn/:pipe', (c) => {
    const pipe = pipeOf(c);
    recordsIn(c.req.param('pipe'));
    const records = pipe.claim(numberIn(c, writerHeader));
    return c.body(Buffer.concat(records) as Uint8Array<ArrayBuffer>, 200, {
      [offsetHeader]: String(records.length),
      [endedHeader]: String(pipe.ended),
      'Content-Type': 'application/octet-stream',
    });
  });

  app.put('/media/:turn/:pipe', async (c) => {
    const pipe = pipeOf(c);
    const records = recordsIn(c.req.param('pipe'));
    const writer = numberIn(c, writerHeader);
    let at = numberIn(c, offsetHeader);
    // A request that breaks off throws here, and the pipe stays open for the next attempt.
    for await (const record of records(c.req.raw.body ?? new ReadableStream())) pipe.append(record, { at: at++, writer });
    pipe.claim(writer);
    pipe.end();
    return c.body(null, 204, { [offsetHeader]: String(pipe.count) });
  });

  app.delete('/media/:turn/:pipe', (c) => {
    pipeOf(c);
    hub.closeTurn(c.req.param('turn'));
    return c.body(null, 204);
  });
  return app;
}

function recordsIn(name: string) {
  const records = recordsOf[name];
  if (!records) throw new VoicebotError('invalid-request', `The pipe '${name}' is not written by workers.`);
  return records;
}

function numberIn(c: Context, header: string): number {
  const value = Number(c.req.header(header));
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new VoicebotError('invalid-request', `The header ${header} must be a whole number from 0.`);
  }
  return value;
}
