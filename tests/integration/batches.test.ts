import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import yauzl from 'yauzl';
import { decodeWav } from '../../audio/wav.ts';
import { VoicebotError } from '../../domain/errors.ts';
import type { Engines } from '../../temporal/engines.ts';
import type { Stack } from '../../temporal/stack.ts';
import { fakeUtterance } from '../chaos/caller.ts';
import { measuredDelays, standInEngines } from '../fakes/stand-in-engines.ts';
import { tone, wavOf } from '../support/audio.ts';
import { LiveCaller } from '../support/live-caller.ts';
import { startTestStack, type TestEnvironment, testEnvironment } from '../support/test-stack.ts';
import { until } from '../support/until.ts';

/** What was spoken, and what keeps the voice from speaking. */
const voice = { said: [] as string[], held: undefined as Promise<void> | undefined, refused: new Set<string>() };

/** Stand-ins (fakes) at once, with a voice that can be held and that counts. */
function countingEngines(): Engines {
  const engines = standInEngines({ ...measuredDelays, firstAudioMs: 5, realTimeFactor: 0, transcribeMs: 5 });
  return {
    ...engines,
    stt: {
      ...engines.stt,
      async transcribe(samples, options) {
        const heard = await engines.stt.transcribe(samples, options);
        return heard.text.includes('mumbled') ? { ...heard, text: 'Something else.' } : heard;
      },
    },
    tts: {
      ...engines.tts,
      async *speak(text, options) {
        const message = options?.priority === 'background' && text.includes('message');
        if (message) await Promise.race([voice.held, aborted(options.signal)]);
        if (voice.refused.has(text)) throw new VoicebotError('invalid-text', 'The voice does not like it.');
        yield* engines.tts.speak(text, options);
        if (message) voice.said.push(text);
      },
    },
  };
}

const aborted = (signal: AbortSignal | undefined) =>
  new Promise<never>((_, reject) =>
    signal?.addEventListener('abort', () => reject(new VoicebotError('cancelled', 'stopped')), { once: true }),
  );

/** Holds the voice until the returned function is called. */
function hold(): () => void {
  let release = () => {};
  voice.held = new Promise((resolve) => {
    release = resolve;
  });
  return () => {
    voice.held = undefined;
    release();
  };
}

let environment: TestEnvironment;
let stack: Stack;
beforeAll(async () => {
  environment = await testEnvironment();
  stack = await startTestStack(environment, { engines: countingEngines() });
});
afterAll(() => stack?.stop());

async function ask<T = Batch>(method: string, path: string, body?: unknown, type = 'application/json') {
  const sent = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
  const init = body === undefined ? { method } : { method, headers: { 'Content-Type': type }, body: sent as string };
  const response = await fetch(stack.apiUrl + path, init);
  return { status: response.status, body: (await response.json()) as T };
}

interface Counts {
  pending: number;
  created: number;
  reused: number;
  failed: number;
  rejected: number;
}
interface Batch {
  id: string;
  state: string;
  counts: Counts;
  running: number | null;
  code?: string;
  detail?: string;
}
interface Version {
  version: number;
  state: string;
  text: string;
  decidedBy: string | null;
  findings: string[];
  batchId: string | null;
}
interface Item {
  line: number;
  key: string;
  state: string;
  version: number | null;
  errorCode: string | null;
}

const ended = (id: string) =>
  until(`batch ${id} has ended`, async () => {
    const { body } = await ask('GET', `/batches/${id}`);
    return (body.state === 'done' || body.state === 'cancelled') && body;
  });
const items = async (id: string) => (await ask<{ items: Item[] }>('GET', `/batches/${id}/items?limit=1000`)).body.items;
const message = (key: string) =>
  ask<{ playedVersion: number | null; versions: Version[] }>('GET', `/messages/${encodeURIComponent(key)}`);
const numbered = (name: string, n: number) =>
  Array.from({ length: n }, (_, i) => ({ key: `${name}/${i}`, text: `This is message ${i} of ${name}.` }));

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
    const run = async (n: number) => {
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

describe('a message', () => {
  it('is approved or rejected by somebody, and the newest approved version is played', async () => {
    for (const text of ['This is message version one.', 'This is message version two.']) {
      const id = text.includes('one') ? 'v1' : 'v2';
      await ask('POST', '/batches', { id, check: false, items: [{ key: 'decided/on', text }] });
      await ended(id);
    }
    expect((await message('decided/on')).body).toMatchObject({
      playedVersion: null,
      versions: [{ state: 'draft' }, { state: 'draft' }],
    });
    const decide = (version: number, wish: string, body: unknown = { by: 'Ann' }) =>
      ask('POST', `/messages/decided%2Fon/versions/${version}/${wish}`, body);
    expect((await decide(1, 'approve')).body).toMatchObject({ state: 'approved', decidedBy: 'Ann' });
    expect((await message('decided/on')).body.playedVersion).toBe(1);
    await decide(2, 'approve');
    expect((await message('decided/on')).body.playedVersion).toBe(2);
    await decide(2, 'reject');
    expect((await message('decided/on')).body.playedVersion).toBe(1);
    expect((await decide(9, 'approve')).status).toBe(404);
    expect((await decide(1, 'approve', { by: ' ' })).status).toBe(400);
  });

  it('is approved by its batch unless what was heard of it differs', async () => {
    const rows = [
      { key: 'checked/right', text: 'This is message right.' },
      { key: 'checked/wrong', text: 'This is message mumbled.' },
    ];
    await ask('POST', '/batches', { id: 'checked', approvedBy: 'Bob', items: rows });
    await ended('checked');
    expect((await message('checked/right')).body.versions[0]).toMatchObject({
      state: 'approved',
      decidedBy: 'Bob',
      findings: [],
    });
    expect((await message('checked/wrong')).body.versions[0]).toMatchObject({ state: 'review', findings: ['word-errors'] });
  });

  it('may be a recording of a person', async () => {
    const wav = wavOf(
      Int16Array.from(tone(2, 8_000), (sample) => Math.round(sample * 20_000)),
      8_000,
    );
    const put = (query: string) =>
      ask<{ version: number; added: boolean }>('PUT', `/messages/spoken?check=false&${query}`, wav, 'audio/wav');
    expect((await put('text=Hello%20there.&approvedBy=Ann')).body).toEqual({ key: 'spoken', version: 1, added: true });
    expect((await put('text=Hello%20there.&approvedBy=Ann')).body).toMatchObject({ version: 1, added: false });
    expect((await message('spoken')).body).toMatchObject({
      playedVersion: 1,
      versions: [{ text: 'Hello there.', state: 'approved' }],
    });
    const sound = await fetch(`${stack.apiUrl}/messages/spoken/audio`);
    expect(decodeWav(Buffer.from(await sound.arrayBuffer()), 60)).toMatchObject({ sampleRateHz: 24_000 });
    expect((await ask('PUT', '/messages/spoken', 'no sound', 'audio/wav')).body.code).toBe('invalid-audio');
    expect((await ask('GET', '/messages/none/audio')).status).toBe(404);
    expect((await ask('GET', '/messages/spoken/audio?version=7')).status).toBe(404);
  });
});

describe('a call', () => {
  const recording = (seconds: number) =>
    wavOf(
      Int16Array.from(tone(seconds, 24_000), (sample) => Math.round(sample * 20_000)),
      24_000,
    );
  const approve = (key: string, text: string, seconds: number) =>
    ask(
      'PUT',
      `/messages/${encodeURIComponent(key)}?check=false&approvedBy=Ann&text=${encodeURIComponent(text)}`,
      recording(seconds),
      'audio/wav',
    );
  let calls = 0;
  const connect = () =>
    LiveCaller.connect({
      baseUrl: stack.apiUrl ?? '',
      sessionId: `recorded-${calls++}`,
      format: { encoding: 'pcm16', sampleRateHz: 16_000 },
    });

  it('says what is recorded for its beginning before anything else', async () => {
    await approve('call/notice', 'This call is recorded.', 0.5);
    await until('the notice is heard', async () => {
      const caller = await connect();
      await sleep(300);
      await caller.leave();
      return caller.heard.some(({ bytes }) => bytes.some((byte) => byte !== 0));
    });
    await ask('POST', '/messages/call%2Fnotice/versions/1/reject', { by: 'Ann' });
  });

  it('plays the recording of an article where it says just that, and speaks it where the article has changed', async () => {
    const say = async (answer: string) => {
      const markdown = `---\nid: parking\ntitle: Parking at the bank\nquestions:\n  - "Where can I park my car at the bank?"\n---\n\n${answer}\n`;
      await ask('POST', '/knowledge/articles', { articles: [{ file: 'parking.md', markdown }] });
      const caller = await connect();
      const done = caller.client.next('reply.done', { where: (event) => event.turn === 1 });
      await caller.saySamples(fakeUtterance('Where can I park my car at the bank?').samples);
      await done;
      await caller.leave();
      return caller.events.flatMap(({ event }) => (event.type === 'reply.text' ? [event.text] : []));
    };
    const answer = 'You can park behind the branch. It costs nothing.';
    expect(await say(answer)).toEqual(['You can park behind the branch.', 'It costs nothing.']);
    await approve('article/parking', answer, 1);
    expect(await say(answer)).toEqual([answer]);
    expect(await say('You can park behind the branch. It costs a little.')).toEqual([
      'You can park behind the branch.',
      'It costs a little.',
    ]);
  });
});

describe('engines', () => {
  it('are listed with their voices, and why one is not there', async () => {
    const { body } = await ask<{
      engines: { id: string; state: string; why: string; measuredPace: number | null; voices: string[] }[];
    }>('GET', '/tts/engines');
    expect(body.engines.map(({ id, state }) => [id, state])).toEqual([
      ['kokoro', 'ready'],
      ['nari_dia', 'unavailable'],
      ['zonos', 'unavailable'],
      ['tortoise', 'unavailable'],
    ]);
    expect(body.engines[0]?.measuredPace).toBeGreaterThan(0);
    expect(body.engines[3]?.why).toContain('tts-tortoise');
    const voices = await ask<{ voices: { voice: string }[] }>('GET', '/tts/voices?engine=tortoise');
    expect(voices.body.voices).toHaveLength(20);
    expect((await ask('GET', '/tts/voices?engine=siri')).status).toBe(422);
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
