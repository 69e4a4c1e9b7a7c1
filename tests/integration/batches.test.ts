import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import yauzl from 'yauzl';
import { decodeWav } from '../../audio/wav.ts';
import type { Stack } from '../../services/stack.ts';
import { connectTemporal } from '../../temporal/connection.ts';
import { countingEngines, hold, voice } from '../fakes/counting-voice.ts';
import { type Batch, batchApi } from '../support/batch-api.ts';
import { startTestStack, type TestEnvironment, testEnvironment } from '../support/test-stack.ts';
import { until } from '../support/until.ts';

let environment: TestEnvironment;
let stack: Stack;
beforeAll(async () => {
  environment = await testEnvironment();
  stack = await startTestStack(environment, { engines: countingEngines() });
});
afterAll(() => stack?.stop());

const { ask, ended, items, message, numbered } = batchApi(() => stack.apiUrl ?? '');

describe('a batch', () => {
  it('makes what can be made of a file, and tells what cannot with its line', async () => {
    const csv = 'key;text;speed\nhello;This is message one, {{who}}.;1\nno-text;;1\nhello-2;This is message two.;1,5\n';
    const { status, body } = await ask('POST', '/batches?id=file&check=false&tags=a,b', csv, 'text/csv');
    expect([status, body.counts.rejected]).toEqual([202, 2]);
    expect((await ended('file')).counts).toEqual({ pending: 0, created: 1, reused: 0, failed: 0, rejected: 2 });
    expect(await items('file')).toMatchObject([
      { line: 2, errorCode: 'missing-placeholder' },
      { line: 3, errorCode: 'missing-text' },
      { line: 4, key: 'hello-2', state: 'created', version: 1 },
    ]);
  });

  it('makes only what has changed when it is run again, and what two keys say once', async () => {
    const rows = [...numbered('again', 30), { key: 'again/same', text: 'This is message 3 of again.' }];
    await ask('POST', '/batches', { id: 'again-1', check: false, items: rows });
    expect((await ended('again-1')).counts).toMatchObject({ created: 30, reused: 1, failed: 0 });
    voice.said = [];
    const changed = rows.map((row, i) => (i === 7 ? { ...row, text: 'This is another message.' } : row));
    await ask('POST', '/batches', { id: 'again-2', check: false, items: changed });
    expect((await ended('again-2')).counts).toMatchObject({ created: 1, reused: 30, failed: 0 });
    expect(voice.said).toEqual(['This is another message.']);
    expect((await message('again/7')).body.versions.map(({ version, batchId }) => [version, batchId])).toEqual([
      [2, 'again-2'],
      [1, 'again-1'],
    ]);
    expect((await message('again/8')).body.versions).toHaveLength(1);
  });

  it('is the same batch under the same id, and no other', async () => {
    const request = { id: 'same', check: false, items: numbered('same', 2) };
    await ask('POST', '/batches', request);
    const first = await ended('same');
    expect((await ask('POST', '/batches', request)).body).toEqual(first);
    const other = await ask('POST', '/batches', { ...request, items: numbered('other', 2) });
    expect([other.status, other.body.code]).toEqual([409, 'conflict']);
  });

  it('pauses, goes on, and says where it stands', async () => {
    const release = hold();
    await ask('POST', '/batches', { id: 'paused', check: false, items: numbered('paused', 20) });
    await until('some are under way', async () => ((await ask('GET', '/batches/paused')).body.running ?? 0) > 0);
    const { body } = await ask('POST', '/batches/paused/pause');
    expect(body.state).toBe('paused');
    release();
    const still = await until('what was under way is done', async () => {
      const now = (await ask('GET', '/batches/paused')).body;
      return now.running === 0 && now;
    });
    expect(still.counts.pending).toBeGreaterThan(10);
    await ask('POST', '/batches/paused/resume');
    expect((await ended('paused')).counts).toMatchObject({ created: 20, pending: 0 });
  });

  it('that is cancelled keeps what was made, and makes the rest when it is tried again', async () => {
    voice.said = [];
    const release = hold();
    await ask('POST', '/batches', { id: 'cancelled', check: false, items: numbered('cancelled', 20) });
    await until('some are under way', async () => ((await ask('GET', '/batches/cancelled')).body.running ?? 0) > 0);
    const { body } = await ask('POST', '/batches/cancelled/cancel');
    expect(body).toMatchObject({ state: 'cancelled', counts: { pending: 20 } });
    release();
    expect((await ask('POST', '/batches/cancelled/pause')).status).toBe(409);
    await ask('POST', '/batches/cancelled/retry');
    expect((await ended('cancelled')).counts).toMatchObject({ created: 20, pending: 0 });
    expect(voice.said).toHaveLength(20);
  });

  it('whose workflow somebody has terminated is cancelled, and can be tried again', async () => {
    const release = hold();
    await ask('POST', '/batches', { id: 'terminated', check: false, items: numbered('terminated', 3) });
    const temporal = await connectTemporal({ address: stack.temporalAddress, namespace: 'default' });
    await temporal.client.workflow.getHandle('batch-default/terminated').terminate('by hand');
    await temporal.close();
    const { status, body } = await ask('POST', '/batches/terminated/pause');
    expect([status, body.detail]).toEqual([409, "The batch 'terminated' has ended (cancelled)."]);
    release();
    await ask('POST', '/batches/terminated/retry');
    expect((await ended('terminated')).counts).toMatchObject({ created: 3, failed: 0 });
  });

  it('goes on where an item fails, and tries it again when it is asked to', async () => {
    const rows = numbered('failing', 5);
    voice.refused.add(rows[2]?.text ?? '');
    await ask('POST', '/batches', { id: 'failing', check: false, items: rows });
    expect((await ended('failing')).counts).toMatchObject({ created: 4, failed: 1 });
    expect((await items('failing'))[2]).toMatchObject({ state: 'failed', errorCode: 'invalid-text' });
    voice.refused.clear();
    await ask('POST', '/batches/failing/retry');
    expect((await ended('failing')).counts).toMatchObject({ created: 5, failed: 0 });
  });

  it('outlives its processes: what was stored is not spoken again', async () => {
    voice.said = [];
    await ask('POST', '/batches', { id: 'killed', check: false, items: numbered('killed', 120) });
    for (const share of [20, 60]) {
      await until(`${share} are done`, async () => (await ask('GET', '/batches/killed')).body.counts.created >= share);
      await stack.stop();
      stack = await startTestStack(environment, { engines: countingEngines() });
    }
    expect((await ended('killed')).counts).toMatchObject({ created: 120, failed: 0, pending: 0 });
    const made = await ask<{ messages: unknown[] }>('GET', '/messages?limit=1000&after=killed/');
    expect(new Set(voice.said).size).toBe(120);
    expect(made.body.messages.length).toBeGreaterThanOrEqual(120);
    for (const { version } of await items('killed')) expect(version).toBe(1);
  });

  it.each([
    ['no rows', { items: [] }, 400],
    ['nothing that can be made', { items: [{ key: 'a', text: '' }] }, 400],
    ['a voice that nobody has', { voice: 'nobody', items: numbered('bad', 1) }, 400],
    ['an engine without a worker', { engine: 'tortoise', items: numbered('bad', 1) }, 400],
    ['an id that is none', { id: '../x', items: numbered('bad', 1) }, 400],
    ['rows that are none', { items: [['a']] }, 400],
  ])('of %s is refused', async (_, body, status) => {
    const refused = await ask('POST', '/batches', body);
    expect([refused.status, refused.body.code]).toEqual([status, 'invalid-request']);
  });

  it('with a row that nobody could speak makes the others', async () => {
    const items = [
      { key: 'long/a', text: 'word '.repeat(20_000) },
      { key: 'long/b', text: 'This is a short message.' },
    ];
    expect((await ask('POST', '/batches', { id: 'long', check: false, items })).body.counts).toMatchObject({ rejected: 1 });
    expect((await ended('long')).counts).toMatchObject({ created: 1, rejected: 1 });
  });

  it('is made again and again by a schedule, from its file as it is then', async () => {
    interface Schedule {
      nextAt: string[];
      batches: { id: string }[];
    }
    const put = (csv: string, cron = '0 2 * * *') =>
      ask<Schedule>(
        'PUT',
        `/batch-schedules/nightly?check=false&timeZone=Europe/Zurich&cron=${encodeURIComponent(cron)}`,
        csv,
        'text/csv',
      );
    let ranAt = 0;
    const run = async (n: number) => {
      // Temporal tells runs apart by the second.
      await until('it is another second', () => Date.now() - ranAt > 1_000);
      ranAt = Date.now();
      await ask('POST', '/batch-schedules/nightly/run');
      const id = await until(`batch ${n} has begun`, async () => {
        const { body } = await ask<Schedule>('GET', '/batch-schedules/nightly');
        const made = body.batches[n - 1]?.id;
        return made && (await ask('GET', `/batches/${made}`)).status === 200 && made;
      });
      return (await ended(id)).counts;
    };
    const { body } = await put('key,text\nnight/a,This is message a.\nnight/b,This is message b.\n');
    expect(new Date(body.nextAt[0] ?? '').toLocaleTimeString('en-GB', { timeZone: 'Europe/Zurich' })).toBe('02:00:00');
    expect(await run(1)).toMatchObject({ created: 2, reused: 0 });
    await put('key,text\nnight/a,This is message a.\nnight/b,This is another message b.\n');
    expect(await run(2)).toMatchObject({ created: 1, reused: 1 });
    expect((await ask('PUT', '/batch-schedules/nightly?cron=never', 'key,text', 'text/csv')).status).toBe(400);
    expect((await put('key,text\na,b', '99 2 * * *')).status).toBe(400);
    expect((await put('name\na')).status).toBe(400);
    const listed = await ask<{ schedules: { id: string }[] }>('GET', '/batch-schedules');
    expect(listed.body.schedules.map(({ id }) => id)).toEqual(['nightly']);
    expect((await fetch(`${stack.apiUrl}/batch-schedules/nightly`, { method: 'DELETE' })).status).toBe(204);
    expect((await ask('GET', '/batch-schedules/nightly')).status).toBe(404);
  });

  it('of another type, or that does not exist, is refused', async () => {
    expect((await ask('POST', '/batches', 'x', 'application/xml')).status).toBe(422);
    for (const wish of ['pause', 'resume', 'cancel', 'retry'])
      expect((await ask('POST', `/batches/none/${wish}`)).status).toBe(404);
    for (const path of ['', '/items', '/download']) expect((await ask('GET', `/batches/none${path}`)).status).toBe(404);
  });

  it('is listed, and fetched as a zip file with a manifest', async () => {
    const listed = await ask<{ batches: Batch[]; nextCursor: string }>('GET', '/batches?limit=1');
    expect(listed.body.batches).toHaveLength(1);
    const next = await ask<{ batches: Batch[] }>('GET', `/batches?cursor=${listed.body.nextCursor}`);
    expect(next.body.batches.map(({ id }) => id)).toContain('file');
    const response = await fetch(`${stack.apiUrl}/batches/file/download?rendition=ulaw`);
    const files = await unzip(Buffer.from(await response.arrayBuffer()));
    expect([...files.keys()]).toEqual(['hello-2.ulaw.wav', 'manifest.json']);
    expect(decodeWav(files.get('hello-2.ulaw.wav') ?? Buffer.alloc(0), 60)).toMatchObject({ sampleRateHz: 8_000 });
    const manifest = JSON.parse(files.get('manifest.json')?.toString() ?? '');
    expect(manifest.messages).toMatchObject([
      { file: null, errorCode: 'missing-placeholder' },
      {},
      { file: 'hello-2.ulaw.wav', version: 1 },
    ]);
  });
});

function unzip(bytes: Buffer): Promise<Map<string, Buffer>> {
  return new Promise((resolve, reject) => {
    yauzl.fromBuffer(bytes, { lazyEntries: true }, (error, zip) => {
      if (error) return reject(error);
      const files = new Map<string, Buffer>();
      zip.on('entry', (entry) =>
        zip.openReadStream(entry, async (failure, stream) => {
          if (failure) return reject(failure);
          files.set(entry.fileName, await buffer(Readable.from(stream)));
          zip.readEntry();
        }),
      );
      zip.on('end', () => resolve(files));
      zip.readEntry();
    });
  });
}
