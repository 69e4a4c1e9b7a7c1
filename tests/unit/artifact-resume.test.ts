import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ArtifactStore } from '../../artifacts/store.ts';
import type { Artifact, FetchListener } from '../../artifacts/types.ts';

const content = Buffer.alloc(40_000_000, 'a long model file ');
let server: Server;
let folder: string;
let sentBytes = 0;
/** Byte ranges that were asked for. */
const ranges: [from: number, to: number][] = [];
/** Called with the bytes sent so far; may cut the connection. */
let onSent: (cut: () => void) => void = () => {};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'voicebot-resume-'));
  server = createServer((request, response) => {
    const range = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? '');
    const from = Number(range?.[1] ?? 0);
    const to = range?.[2] ? Number(range[2]) : content.length - 1;
    const length = to - from + 1;
    if (range) ranges.push([from, to]);
    response.writeHead(range ? 206 : 200, {
      'content-length': length,
      'accept-ranges': 'bytes',
      etag: '"1"',
      ...(range ? { 'content-range': `bytes ${from}-${to}/${content.length}` } : {}),
    });
    if (request.method === 'HEAD') return void response.end();
    let at = from;
    const send = () => {
      if (response.destroyed) return;
      const part = content.subarray(at, Math.min(at + 500_000, to + 1));
      at += part.length;
      sentBytes += part.length;
      response.write(part, () => {
        onSent(() => response.destroy());
        if (at > to) response.end();
        else setImmediate(send);
      });
    };
    send();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await rm(folder, { recursive: true, force: true });
});

const artifact = (name: string): Artifact => ({
  id: name,
  title: name,
  licence: 'MIT',
  files: [
    {
      path: `${name}/model.bin`,
      sizeBytes: content.length,
      hash: { kind: 'sha256', hex: createHash('sha256').update(content).digest('hex') },
      sources: [{ kind: 'url', url: `http://127.0.0.1:${(server.address() as { port: number }).port}/${name}` }],
    },
  ],
});

it('a download whose connection breaks is resumed, not begun again', async () => {
  sentBytes = 0;
  let cuts = 2;
  onSent = (cut) => {
    if (sentBytes > 10_000_000 * (3 - cuts) && cuts > 0) {
      cuts--;
      cut();
    }
  };
  const store = new ArtifactStore(folder);
  const [path = ''] = await store.ensure(artifact('flaky'));
  expect((await readFile(path)).equals(content)).toBe(true);
  expect(cuts).toBe(0);
  expect(sentBytes).toBeLessThan(content.length * 1.7);
});

it('a download that was stopped goes on where it was at the next start', async () => {
  onSent = () => {};
  const stop = new AbortController();
  const listener: FetchListener = {
    progress: ({ receivedBytes }) => void (receivedBytes > content.length / 2 && stop.abort(new Error('Ctrl-C'))),
    done() {},
    note() {},
  };
  await expect(new ArtifactStore(folder).ensure(artifact('stopped'), { signal: stop.signal, listener })).rejects.toThrow(
    'Ctrl-C',
  );
  ranges.length = 0;
  const [path = ''] = await new ArtifactStore(folder).ensure(artifact('stopped'));
  expect((await readFile(path)).equals(content)).toBe(true);
  const askedAgain = ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0);
  expect(askedAgain).toBeGreaterThan(0);
  expect(askedAgain).toBeLessThan(content.length * 0.75);
});
