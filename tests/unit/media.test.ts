import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pipeOffset, readPipe, writePipe } from '../../media/client.ts';
import type { MediaHub } from '../../media/hub.ts';
import { collect, Pipe } from '../../media/pipe.ts';
import { type MediaServer, startMediaServer } from '../support/media-server.ts';

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (value: string) => new TextEncoder().encode(value);
const never = new AbortController().signal;

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
    pipe.write(bytes('hello'), 0);
    pipe.write(bytes('hello world'), 0);
    pipe.end();
    expect(text(await collect(pipe.read()))).toBe('hello world');
    expect(() => pipe.write(bytes('!'), 11)).toThrow(/ended/);
  });

  it('refuses a gap and more than it may hold', () => {
    const pipe = new Pipe(4);
    expect(() => pipe.write(bytes('a'), 2)).toThrow(/gap/);
    expect(() => pipe.write(bytes('abcde'))).toThrow(/at most 4 bytes/);
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
});

describe('pipes over HTTP', () => {
  let server: MediaServer;
  let hub: MediaHub;

  beforeAll(async () => {
    server = await startMediaServer();
    hub = server.hub;
  });
  afterAll(() => server.close());

  it('carry bytes from a writer to a reader while they are written', async () => {
    const turn = hub.openTurn();
    const reader = readPipe(turn.media.saidUrl, never);
    let release = () => {};
    const second = new Promise<void>((resolve) => {
      release = resolve;
    });
    async function* sentences() {
      yield bytes('First. ');
      await second;
      yield bytes('Second.');
    }
    const writing = writePipe(turn.media.saidUrl, sentences(), never);
    expect(text((await reader.next()).value as Uint8Array)).toBe('First. ');
    release();
    expect(text(await collect(reader))).toBe('Second.');
    await writing;
    turn.close();
  });

  it('never hold a sentence twice when a writer fails half-way and starts again', async () => {
    const turn = hub.openTurn();
    async function* failing() {
      yield bytes('One. ');
      // The hub has the first sentence before the writer fails.
      while ((await pipeOffset(turn.media.saidUrl, never)) < 5);
      throw new Error('the worker died');
    }
    await expect(writePipe(turn.media.saidUrl, failing(), never)).rejects.toThrow('the worker died');
    expect(turn.pipes.said.ended).toBe(false);
    async function* whole() {
      yield bytes('One. ');
      yield bytes('Two.');
    }
    await writePipe(turn.media.saidUrl, whole(), never);
    expect(text(await collect(turn.pipes.said.read()))).toBe('One. Two.');
    turn.close();
  });

  it('open with the signature of their own URL only', async () => {
    const [a, b] = [hub.openTurn(), hub.openTurn()];
    const forged = a.media.heardUrl.replace(a.id, b.id);
    await expect(pipeOffset(forged, never)).rejects.toMatchObject({ code: 'not-found', retryable: false });
    const late = a.media.heardUrl.replace(/expires=\d+/, 'expires=1');
    await expect(pipeOffset(late, never)).rejects.toMatchObject({ code: 'not-found' });
    a.close();
    b.close();
  });

  it('are gone when the turn has ended, and that is not retried', async () => {
    const turn = hub.openTurn();
    turn.close();
    await expect(collect(readPipe(turn.media.heardUrl, never))).rejects.toMatchObject({ code: 'not-found', retryable: false });
    expect(hub.openTurns).toBe(0);
  });

  it('report an unreachable hub as retryable', async () => {
    await expect(pipeOffset('http://127.0.0.1:9/media/x/heard', never)).rejects.toMatchObject({
      code: 'dependency-unavailable',
      retryable: true,
    });
  });
});
