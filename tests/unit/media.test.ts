import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claimPipe, readPipe, unclaimed, writePipe } from '../../media/client.ts';
import type { MediaHub } from '../../media/hub.ts';
import { linesOf } from '../../media/lines.ts';
import { collect, Pipe } from '../../media/pipe.ts';
import { readFrames, speechPiece, splitPieces } from '../../media/speech-frames.ts';
import { type MediaServer, startMediaServer } from '../support/media-server.ts';

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (value: string) => new TextEncoder().encode(value);
const never = new AbortController().signal;
const first = { writer: 1, at: 0, signal: never };

async function* stream(...parts: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const value of source) found.push(value);
  return found;
}

/** Cuts bytes where the numbers say, as a network does. */
function cut(whole: Uint8Array, at: readonly number[]): Uint8Array[] {
  const points = [...new Set([0, ...at.map((n) => n % (whole.length + 1)), whole.length])].sort((a, b) => a - b);
  return points.slice(1).map((end, i) => whole.slice(points[i], end));
}

describe('a pipe', () => {
  it('gives a late reader everything from the beginning', async () => {
    const pipe = new Pipe(100);
    pipe.write(bytes('one '));
    const early = collect(pipe.read());
    pipe.write(bytes('two'));
    pipe.end();
    expect(text(await early)).toBe('one two');
    expect(text(await collect(pipe.read()))).toBe('one two');
  });

  it('takes only what is new when a writer begins again', async () => {
    const pipe = new Pipe(100);
    pipe.append(bytes('hello'), { at: 0, writer: 1 });
    pipe.append(bytes('HELLO'), { at: 0, writer: 2 });
    pipe.append(bytes(' world'), { at: 1, writer: 2 });
    pipe.end();
    expect(text(await collect(pipe.read()))).toBe('hello world');
    expect(() => pipe.append(bytes('!'), { at: 2, writer: 2 })).toThrow(/ended/);
  });

  it('refuses a gap and more than it may hold', () => {
    const pipe = new Pipe(4);
    expect(() => pipe.append(bytes('a'), { at: 2, writer: 1 })).toThrow(/gap/);
    expect(() => pipe.write(bytes('abcde'))).toThrow(/at most 4 bytes/);
  });

  it('takes nothing from a writer whose place another has', () => {
    const pipe = new Pipe(100);
    pipe.append(bytes('a'), { at: 0, writer: 1 });
    expect(pipe.claim(2)).toEqual([bytes('a')]);
    expect(() => pipe.append(bytes('b'), { at: 1, writer: 1 })).toThrow(/later attempt/);
    expect(pipe.count).toBe(1);
  });

  it('lets a waiting reader go when it is aborted', async () => {
    const pipe = new Pipe(10);
    const stop = new AbortController();
    const reading = collect(pipe.read(stop.signal));
    stop.abort(new Error('gone'));
    await expect(reading).rejects.toThrow('gone');
  });

  it('tells its readers when it fails', async () => {
    const pipe = new Pipe(10);
    const reading = collect(pipe.read());
    pipe.fail(new Error('the turn is over'));
    await expect(reading).rejects.toThrow('the turn is over');
  });

  it('holds every record of the story once, in order, whoever writes, dies, is given up and comes back', async () => {
    // What may happen: the writer in charge goes on, a writer that was given up goes on, a new one takes over, a reader comes.
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.constant('write' as const) },
      fc.constant('zombie' as const),
      fc.constant('take over' as const),
      fc.constant('read' as const),
    );
    const story = fc.array(fc.string({ minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(story, fc.array(step, { maxLength: 60 }), async (words, steps) => {
        const pipe = new Pipe(10_000);
        const records = words.map(bytes);
        const writers = [{ number: 1, at: 0 }];
        const readers: Promise<Uint8Array>[] = [];
        const writeNext = (writer: { number: number; at: number }) => {
          const record = records[writer.at];
          if (!record) return;
          pipe.append(record, { at: writer.at, writer: writer.number });
          writer.at++;
        };
        for (const what of steps) {
          const current = writers.at(-1) as (typeof writers)[number];
          const before = pipe.count;
          switch (what) {
            case 'write':
              writeNext(current);
              break;
            case 'zombie':
              // Refused, or nothing left to say; never a record more.
              for (const old of writers.slice(0, -1)) {
                if (old.at < records.length) expect(() => writeNext(old)).toThrow(/later attempt/);
              }
              expect(pipe.count).toBe(before);
              break;
            case 'take over': {
              const number = current.number + 1;
              writers.push({ number, at: pipe.claim(number).length });
              break;
            }
            case 'read':
              readers.push(collect(pipe.read()));
          }
        }
        const last = writers.at(-1) as (typeof writers)[number];
        while (last.at < records.length) writeNext(last);
        pipe.end();
        readers.push(collect(pipe.read()));
        for (const heard of await Promise.all(readers)) expect(text(heard)).toBe(words.join(''));
      }),
      { seed: 5, numRuns: 300 },
    );
  });
});

describe('records', () => {
  it('are whole lines, wherever the network cuts', async () => {
    const lines = fc.array(fc.stringMatching(/^[^\n]*\S[^\n]*$/), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(lines, fc.array(fc.nat(), { maxLength: 8 }), async (wanted, at) => {
        const found: string[] = [];
        for await (const line of linesOf(stream(...cut(bytes(wanted.map((line) => `${line}\n`).join('')), at)))) found.push(line);
        expect(found).toEqual(wanted);
      }),
      { seed: 5 },
    );
  });

  it('are words with their audio, wherever the network cuts and however early it breaks', async () => {
    const piece = fc.tuple(fc.string({ maxLength: 6 }), fc.uint8Array({ minLength: 2, maxLength: 40 }));
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 5 }), fc.array(fc.nat()), fc.nat(), async (pieces, at, lost) => {
        const records = pieces.map(([words, pcm]) => speechPiece(words, pcm));
        const whole = Buffer.concat(records);
        const arrived = whole.subarray(0, whole.length - (lost % (whole.length + 1)));
        const found = await all(splitPieces(stream(...cut(arrived, at))));
        // Nothing but whole pieces, from the first one on.
        expect(found.map((record) => Buffer.from(record))).toEqual(records.slice(0, found.length).map((r) => Buffer.from(r)));
        if (lost % (whole.length + 1) === 0) expect(found).toHaveLength(pieces.length);
        const kinds = (await all(readFrames(stream(...found)))).map(({ kind }) => kind);
        // Sound in which no word begins comes without text.
        const wanted = pieces.slice(0, found.length).flatMap(([words]) => (words === '' ? ['audio'] : ['text', 'audio']));
        expect(kinds).toEqual(wanted);
      }),
      { seed: 5 },
    );
  });
});

describe('pipes over HTTP', () => {
  let server: MediaServer;
  let hub: MediaHub;

  beforeAll(async () => {
    server = await startMediaServer();
    hub = server.hub;
  });
  afterAll(() => server.close());

  it('carry records from a writer to a reader while they are written', async () => {
    const turn = hub.openTurn();
    const reader = readPipe(turn.media.saidUrl, never);
    let release = () => {};
    const second = new Promise<void>((resolve) => {
      release = resolve;
    });
    async function* sentences() {
      yield bytes('First.\n');
      await second;
      yield bytes('Second.\n');
    }
    const writing = writePipe(turn.media.saidUrl, sentences(), first);
    expect(text((await reader.next()).value as Uint8Array)).toBe('First.\n');
    release();
    expect(text(await collect(reader))).toBe('Second.\n');
    await writing;
    turn.close();
  });

  it('never hold a sentence twice, nor half of one, when a writer dies and another goes on', async () => {
    const turn = hub.openTurn();
    async function* failing() {
      yield bytes('One.\nTw');
      // The hub has the first sentence before the writer fails.
      await turn.pipes.said.read().next();
      throw new Error('the worker died');
    }
    await expect(writePipe(turn.media.saidUrl, failing(), first)).rejects.toThrow('the worker died');
    expect(turn.pipes.said.ended).toBe(false);
    const claim = await claimPipe(turn.media.saidUrl, 2, never);
    expect(claim).toMatchObject({ count: 1, ended: false });
    expect(text(claim.bytes)).toBe('One.\n');
    await writePipe(turn.media.saidUrl, stream(bytes('Two.\n')), { writer: 2, at: claim.count, signal: never });
    expect(text(await collect(turn.pipes.said.read()))).toBe('One.\nTwo.\n');
    turn.close();
  });

  it('refuse a writer that was given up, even in the middle of its request', async () => {
    const turn = hub.openTurn();
    let go = () => {};
    const waiting = new Promise<void>((resolve) => {
      go = resolve;
    });
    async function* slow() {
      yield bytes('One.\n');
      await waiting;
      yield bytes('Two, from a writer that was thought dead.\n');
    }
    const given = writePipe(turn.media.saidUrl, slow(), first);
    given.catch(() => undefined);
    await turn.pipes.said.read().next();
    const { count } = await claimPipe(turn.media.saidUrl, 2, never);
    go();
    await expect(given).rejects.toMatchObject({ code: 'conflict', retryable: false });
    await writePipe(turn.media.saidUrl, stream(bytes('Two.\n')), { writer: 2, at: count, signal: never });
    expect(text(await collect(turn.pipes.said.read()))).toBe('One.\nTwo.\n');
    await expect(claimPipe(turn.media.saidUrl, 1, never)).rejects.toMatchObject({ code: 'conflict' });
    turn.close();
  });

  it('open with the signature of their own URL only', async () => {
    const [a, b] = [hub.openTurn(), hub.openTurn()];
    const forged = a.media.saidUrl.replace(a.id, b.id);
    await expect(claimPipe(forged, 1, never)).rejects.toMatchObject({ code: 'line-gone', retryable: false });
    const late = a.media.saidUrl.replace(/expires=\d+/, 'expires=1');
    await expect(claimPipe(late, 1, never)).rejects.toMatchObject({ code: 'line-gone' });
    a.close();
    b.close();
  });

  it('are written by workers where workers write, and nowhere else', async () => {
    const turn = hub.openTurn();
    await expect(writePipe(turn.media.heardUrl, stream(bytes('noise')), first)).rejects.toMatchObject({
      code: 'dependency-unavailable',
    });
    expect(turn.pipes.heard.size).toBe(0);
    turn.close();
  });

  it('are gone when the turn has ended, and that is not retried', async () => {
    const turn = hub.openTurn();
    turn.close();
    await expect(collect(readPipe(turn.media.heardUrl, never))).rejects.toMatchObject({ code: 'line-gone', retryable: false });
    expect(hub.openTurns).toBe(0);
  });

  it('report an unreachable hub as retryable', async () => {
    await expect(claimPipe('http://127.0.0.1:9/media/x/said', 1, never)).rejects.toMatchObject({
      code: 'line-gone',
      retryable: true,
    });
    expect(unclaimed.count).toBe(0);
  });
});
