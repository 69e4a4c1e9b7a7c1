import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { diskFull, saysDiskFull } from '../../artifacts/errors.ts';
import { manifest } from '../../artifacts/manifest.ts';
import { logMelRecipe } from '../../artifacts/prepare/log-mel.ts';
import { ensurePrepared, type Recipe } from '../../artifacts/prepare/prepared.ts';
import { ArtifactStore } from '../../artifacts/store.ts';
import type { Artifact, FetchListener } from '../../artifacts/types.ts';

const content = Buffer.alloc(200_000, 'voice');
const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');

let server: Server;
let base: string;
let folder: string;
let store: ArtifactStore;
const asked: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (request.url === '/missing') return void response.writeHead(404).end();
    const body = request.url === '/wrong' ? Buffer.alloc(200_000, 'wrong') : content;
    const range = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? '');
    const from = Number(range?.[1] ?? 0);
    const to = range?.[2] ? Number(range[2]) : body.length - 1;
    const part = body.subarray(from, to + 1);
    response.writeHead(range ? 206 : 200, {
      'content-length': part.length,
      'accept-ranges': 'bytes',
      etag: '"1"',
      ...(range ? { 'content-range': `bytes ${from}-${to}/${body.length}` } : {}),
    });
    response.end(request.method === 'HEAD' ? undefined : part);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
});
afterAll(() => server.close());

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'voicebot-store-'));
  store = new ArtifactStore(folder);
  asked.length = 0;
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const artifact = (...paths: string[]): Artifact => ({
  id: 'test',
  title: 'Test',
  licence: 'MIT',
  files: [
    {
      path: 'test/model.bin',
      sizeBytes: content.length,
      hash: { kind: 'sha256', hex: sha256(content) },
      sources: paths.map((path) => ({ kind: 'url', url: base + path })),
    },
  ],
});

describe('the artifact store', () => {
  it('fetches, verifies and keeps a file, and does not ask again', async () => {
    const [path = ''] = await store.ensure(artifact('/good'));
    expect(await readFile(path)).toEqual(content);
    asked.length = 0;
    await store.ensure(artifact('/good'));
    expect(asked).toEqual([]);
  });

  it('goes on to the next source when one is missing or wrong, and says so', async () => {
    const notes: string[] = [];
    const listener: FetchListener = { progress() {}, done() {}, note: (message) => notes.push(message) };
    await store.ensure(artifact('/missing', '/wrong', '/good'), { listener });
    expect(notes).toEqual([expect.stringContaining('wrong SHA-256')]);
    expect(await store.has(artifact('/good').files[0] as never)).toBe(true);
  });

  it('keeps nothing that is wrong, and names every source that failed', async () => {
    await expect(store.ensure(artifact('/missing', '/wrong'))).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringMatching(/HTTP 404[\s\S]*wrong SHA-256/),
      hint: expect.stringContaining('pip'),
    });
    expect(await stat(join(folder, 'files/test/model.bin')).catch(() => 'absent')).toBe('absent');
  });

  it('deletes a damaged file and only that one', async () => {
    const [path = ''] = await store.ensure(artifact('/good'));
    await writeFile(join(folder, 'files/test/other.bin'), 'other');
    await writeFile(path, Buffer.alloc(content.length, 'broken'));
    expect(await store.verify(artifact('/good').files[0] as never)).toBe(false);
    expect(await readdir(join(folder, 'files/test'))).toEqual(['other.bin']);
  });

  it('fetches a file once when two ask for it at the same time', async () => {
    await Promise.all([store.ensure(artifact('/good')), store.ensure(artifact('/good'))]);
    expect(asked.filter((line) => line === 'HEAD /good').length).toBeLessThanOrEqual(2);
    expect(await readFile(join(folder, 'files/test/model.bin'))).toEqual(content);
  });

  it('reports progress with name, size and source', async () => {
    const progress = vi.fn();
    await store.ensure(artifact('/good'), { listener: { progress, done() {}, note() {} } });
    expect(progress).toHaveBeenLastCalledWith(
      expect.objectContaining({
        path: 'test/model.bin',
        totalBytes: content.length,
        source: expect.stringContaining('127.0.0.1'),
      }),
    );
  });

  it('refuses before it begins when the disk is too small', async () => {
    const huge = artifact('/good');
    const files = [{ ...huge.files[0], sizeBytes: 1e15 }] as never;
    await expect(store.ensure({ ...huge, files })).rejects.toMatchObject({
      code: 'disk-full',
      hint: expect.stringContaining('MODEL_CACHE_DIR'),
    });
    expect(asked).toEqual([]);
  });

  it('understands how clients say that the disk is full', () => {
    expect(saysDiskFull(Object.assign(new Error('write'), { code: 'ENOSPC' }))).toBe(true);
    expect(saysDiskFull(new Error('OSError: [Errno 28] No space left on device'))).toBe(true);
    expect(saysDiskFull(new Error('404'))).toBe(false);
    expect(diskFull('/models', 2e6, 1e6).message).toBe('The disk of /models is full: 2 MB are needed, 1 MB are free.');
  });
});

describe('preparing', () => {
  it('gives the same bytes every time and runs once', async () => {
    const other = new ArtifactStore(join(folder, 'other'));
    const [a, b] = [await ensurePrepared(store, logMelRecipe(80)), await ensurePrepared(other, logMelRecipe(80))];
    for (const name of ['log-mel.onnx', 'log-mel.onnx.data'])
      expect(sha256(await readFile(join(a, name)))).toBe(sha256(await readFile(join(b, name))));
    const before = (await stat(join(a, 'log-mel.onnx'))).mtimeMs;
    await ensurePrepared(store, logMelRecipe(80));
    expect((await stat(join(a, 'log-mel.onnx'))).mtimeMs).toBe(before);
  });

  it('begins again after it was interrupted', async () => {
    let fail = true;
    const recipe: Recipe = {
      name: 'interrupted',
      version: 1,
      input: undefined,
      options: {},
      async run(_inputs, output) {
        await writeFile(join(output, 'part'), 'x');
        if (fail) throw new Error('killed');
        await writeFile(join(output, 'rest'), 'y');
      },
    };
    await expect(ensurePrepared(store, recipe)).rejects.toThrow('killed');
    fail = false;
    expect((await readdir(await ensurePrepared(store, recipe))).sort()).toEqual(['part', 'ready', 'rest']);
  });

  describe('while another process seems to prepare the same', () => {
    const made: string[] = [];
    const recipe: Recipe = {
      ...{ name: 'shared', version: 1, input: undefined, options: {} },
      run: async (_inputs, output) => void made.push(output),
    };
    /** What a process leaves behind that was killed so long ago. @returns the folder that it was to make. */
    const leaveLock = async (ageMs: number) => {
      const elsewhere = new ArtifactStore(join(folder, 'elsewhere'));
      const ready = join(store.root, 'prepared', basename(await ensurePrepared(elsewhere, recipe)));
      made.length = 0;
      const lock = `${ready}.making.lock`;
      await mkdir(lock, { recursive: true });
      const then = new Date(Date.now() - ageMs);
      await utimes(lock, then, then);
      return ready;
    };

    it('says what it waits for, and gives up when it is told to', async () => {
      await leaveLock(0);
      const stopping = new AbortController();
      const notes: string[] = [];
      const note = (message: string) => {
        notes.push(message);
        stopping.abort();
      };
      const listener: FetchListener = { progress: () => undefined, done: () => undefined, note };
      await expect(ensurePrepared(store, recipe, { listener, signal: stopping.signal })).rejects.toThrow(/abort/i);
      expect(notes).toEqual(['Waiting for another process: it prepares shared ...']);
      expect(made).toEqual([]);
    });

    it('goes on where that process was killed half a minute ago', async () => {
      const ready = await leaveLock(31_000);
      expect(await ensurePrepared(store, recipe)).toBe(ready);
      expect(made).toHaveLength(1);
    });
  });

  it('takes what another process has made meanwhile', async () => {
    const recipe: Recipe = {
      ...{ name: 'raced', version: 1, input: undefined, options: {} },
      async run(_inputs, output) {
        // The other one took the lock over, was faster, and has cleared up.
        const ready = dirname(output).replace(/\.making$/, '');
        await rm(dirname(output), { recursive: true });
        await mkdir(ready);
        await writeFile(join(ready, 'ready'), '');
        await writeFile(join(output, 'late'), '');
      },
    };
    expect(await readdir(await ensurePrepared(store, recipe))).toEqual(['ready']);
  });

  it('makes another folder for another recipe version or option', async () => {
    expect(await ensurePrepared(store, logMelRecipe(80))).not.toBe(await ensurePrepared(store, logMelRecipe(128)));
  });
});

describe('the manifest', () => {
  it('gives every file a hash, a licence and a source', () => {
    for (const item of manifest) {
      expect(item.licence).not.toBe('');
      for (const file of item.files) {
        expect(file.sources.length).toBeGreaterThan(0);
        if (file.hash.kind === 'sha256') expect(file.hash.hex).toMatch(/^[0-9a-f]{64}$/);
        else expect(file.sizeBytes).toBeUndefined();
      }
    }
    const paths = manifest.flatMap((item) => item.files.map((file) => file.path));
    expect(new Set(paths).size).toBe(paths.length);
  });
});
