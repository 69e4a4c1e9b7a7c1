import { setMaxListeners } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { ThreadedEngine } from '../../engines/runtime/threaded-engine.ts';
import { WorkGate } from '../../engines/runtime/work-gate.ts';
import { until } from '../support/until.ts';

const engines: ThreadedEngine[] = [];
function start(gate = new WorkGate(), idleMs = 0): ThreadedEngine {
  const engine = new ThreadedEngine({
    name: 'test',
    entry: new URL('../fakes/engine-thread.ts', import.meta.url),
    options: {},
    gate,
    idleMs,
  });
  engines.push(engine);
  return engine;
}

afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.unload()));
});

describe('an engine in a thread', () => {
  it('starts at the first call and ends when it is unloaded', async () => {
    const engine = start();
    expect(engine.loaded).toBe(false);
    expect(await engine.call('echo', { a: 1 })).toEqual({ a: 1 });
    expect(engine.loaded).toBe(true);
    await engine.unload();
    expect(engine.loaded).toBe(false);
    expect(await engine.call('echo', 2)).toBe(2);
  });

  it('is unloaded while work that may wait is still there, and loads again for it', async () => {
    const engine = start();
    const done: number[] = [];
    const waiting = Array.from({ length: 5 }, (_, i) =>
      engine.call('spend', 30, { priority: 'background' }).then(() => void done.push(i)),
    );
    await until('the first of them is done', () => done.length > 0);
    await engine.unload();
    expect(done.length).toBeLessThan(5);
    await Promise.all(waiting);
    expect(done).toHaveLength(5);
  });

  it('passes typed errors on', async () => {
    await expect(start().call('fail', undefined)).rejects.toMatchObject({
      code: 'invalid-text',
      message: 'no words',
      hint: 'say something',
      retryable: false,
    });
  });

  it('fails retryably when its thread dies, and works again afterwards', async () => {
    const engine = start();
    await expect(engine.call('die', undefined)).rejects.toMatchObject({ code: 'engine-failed', retryable: true });
    expect(await engine.call('echo', 'back')).toBe('back');
  });

  it('stops working when it is cancelled', async () => {
    const engine = start();
    await engine.call('echo', 0);
    const stop = new AbortController();
    const work = engine.call('spin', undefined, { signal: stop.signal });
    stop.abort();
    await expect(work).rejects.toMatchObject({ code: 'cancelled' });
    // The next call would wait for ever if the thread still spun.
    expect(await engine.call('echo', 'free')).toBe('free');
  });

  it('refuses what is cancelled already', async () => {
    await expect(start().call('echo', 1, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('takes callers before batches', async () => {
    const engine = start();
    const order: string[] = [];
    const run = (name: string, priority: 'caller' | 'batch') =>
      engine.call('echo', name, { priority }).then(() => order.push(name));
    await Promise.all([run('caller 1', 'caller'), run('batch', 'batch'), run('caller 2', 'caller')]);
    expect(order).toEqual(['caller 1', 'caller 2', 'batch']);
  });

  it('lets a batch wait while a caller waits for any engine', async () => {
    const gate = new WorkGate();
    const [speech, embeddings] = [start(gate), start(gate)];
    const stop = new AbortController();
    const caller = speech.call('spin', undefined, { signal: stop.signal });
    let done = false;
    const batch = embeddings.call('echo', 1, { priority: 'batch' }).then(() => {
      done = true;
    });
    await embeddings.call('echo', 'a caller still gets through');
    expect(done).toBe(false);
    stop.abort();
    await expect(caller).rejects.toMatchObject({ code: 'cancelled' });
    await batch;
    expect(done).toBe(true);
  });

  it('refuses a flood instead of filling the memory', async () => {
    const engine = start();
    const stop = new AbortController();
    setMaxListeners(400, stop.signal);
    const flood = Array.from({ length: 300 }, () => engine.call('spin', undefined, { signal: stop.signal }));
    const results = Promise.allSettled(flood);
    stop.abort();
    const codes = (await results).map((result) => (result.status === 'rejected' ? result.reason.code : 'done'));
    expect(codes.filter((code) => code === 'limit-reached').length).toBe(300 - 257);
  });
});
