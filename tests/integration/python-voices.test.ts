import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeWav } from '../../audio/wav.ts';
import { Mastering } from '../../engines/mastering/mastering.ts';
import type { Stack } from '../../services/stack.ts';
import { fakeUtterance } from '../chaos/caller.ts';
import { measuredDelays, standInEngines } from '../fakes/stand-in-engines.ts';
import { LiveCaller } from '../support/live-caller.ts';
import { hasPythonWorkers, type PythonWorker, startToneWorker } from '../support/python-worker.ts';
import { testRuntime } from '../support/runtime.ts';
import { noBank, startTestStack, type TestEnvironment, testEnvironment } from '../support/test-stack.ts';
import { until } from '../support/until.ts';

/** The real Python worker, with engines that speak tones (fakes), on a real Temporal server. */
describe.runIf(hasPythonWorkers())('an engine of the Python worker', () => {
  const mastering = new Mastering(testRuntime());
  let environment: TestEnvironment;
  let stack: Stack;
  let worker: PythonWorker;
  const start = (secondsOfWork: number) =>
    startToneWorker({
      TEMPORAL_ADDRESS: stack.temporalAddress,
      DATA_DIR: environment.DATA_DIR ?? '',
      TONE_SECONDS_OF_WORK: String(secondsOfWork),
    });
  beforeAll(async () => {
    environment = await testEnvironment({ ...noBank, FILLER_MS: '300' });
    const engines = standInEngines({ ...measuredDelays, firstAudioMs: 5, realTimeFactor: 0 });
    stack = await startTestStack(environment, { engines: { ...engines, mastering } });
    worker = await start(0.05);
  });
  afterAll(async () => {
    await worker?.stop();
    await stack?.stop();
    await mastering.unload();
  });

  async function ask<T>(method: string, path: string, body?: unknown): Promise<{ status: number; body: T }> {
    const init =
      body === undefined ? { method } : { method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
    const response = await fetch(stack.apiUrl + path, init);
    return { status: response.status, body: (await response.json()) as T };
  }
  interface Engine {
    id: string;
    state: string;
    gpuMemory: object | null;
  }
  interface Batch {
    state: string;
    counts: { created: number; failed: number; pending: number; rejected: number };
  }
  const states = async () => {
    const { body } = await ask<{ engines: Engine[] }>('GET', '/tts/engines');
    return Object.fromEntries(body.engines.map(({ id, state }) => [id, state]));
  };
  const batch = (id: string, engine: string, n: number) =>
    ask<Batch>('POST', '/batches', {
      id,
      check: false,
      items: Array.from({ length: n }, (_, i) => ({ key: `${id}/${i}`, text: `Message ${i} of ${id}.`, engine })),
    });
  const done = (id: string) =>
    until(
      `batch ${id} is done`,
      async () => {
        const { body } = await ask<Batch>('GET', `/batches/${id}`);
        return body.state === 'done' && body;
      },
      60_000,
    );

  it('is loaded and freed by hand, and one takes the place of the other', async () => {
    await until('both are seen', async () => (await states()).nari_dia === 'unloaded' && (await states()).zonos === 'unloaded');
    expect((await ask('POST', '/tts/engines/nari_dia/load')).body).toEqual({
      engine: 'nari_dia',
      state: 'ready',
      resident: 'nari_dia',
      warning: null,
    });
    expect((await ask('POST', '/tts/engines/zonos/load')).body).toMatchObject({
      ...{ state: 'ready', resident: 'zonos' },
      warning: 'nari_dia is in the memory of this worker, and is unloaded first.',
    });
    expect(await states()).toMatchObject({ nari_dia: 'unloaded', zonos: 'ready', tortoise: 'unavailable' });
    expect((await ask('POST', '/tts/engines/zonos/unload')).body).toMatchObject({ state: 'unloaded', resident: null });
  });

  it('makes messages of a batch, beside another engine, at its own rate', async () => {
    await batch('dia', 'nari_dia', 6);
    const mixed = [
      { key: 'mixed/zonos', text: 'This is Zonos.', engine: 'zonos' },
      { key: 'mixed/kokoro', text: 'This is Kokoro.', engine: 'kokoro' },
      { key: 'mixed/none', text: 'This is nobody.', engine: 'tortoise' },
    ];
    await ask('POST', '/batches', { id: 'mixed', check: false, items: mixed });
    expect((await done('dia')).counts).toMatchObject({ created: 6, failed: 0 });
    expect((await done('mixed')).counts).toMatchObject({ created: 2, rejected: 1 });
    const sound = await fetch(`${stack.apiUrl}/messages/dia%2F0/audio`);
    const { samples, sampleRateHz } = decodeWav(Buffer.from(await sound.arrayBuffer()), 60);
    expect(samples.length / sampleRateHz).toBeCloseTo('Message 0 of dia.'.length / 15, 1);
    const { body } = await ask<{ engines: { id: string; measuredPace: number | null }[] }>('GET', '/tts/engines');
    expect(body.engines.find(({ id }) => id === 'nari_dia')?.measuredPace).toBeGreaterThan(0);
  });

  it('is chosen by auto where it sounds better and is done in time', async () => {
    const { body } = await ask<{ engineChoice: string }>('POST', '/batches', {
      id: 'auto',
      check: false,
      items: [{ key: 'auto', text: 'Hello.' }],
    });
    expect(body.engineChoice).toMatch(/^nari_dia: it sounds best of those that can; tortoise has no worker/);
    await done('auto');
  });

  it('goes on with a batch after its worker was killed in the middle of a sentence', async () => {
    await worker.stop();
    worker = await start(1);
    await batch('killed', 'zonos', 4);
    await until('one is under way', async () => (await states()).zonos === 'ready');
    await sleep(200);
    await worker.kill();
    worker = await start(0.05);
    expect((await done('killed')).counts).toMatchObject({ created: 4, failed: 0 });
  });

  it('speaks in a call, slowly, with a filler meanwhile', async () => {
    const before = worker;
    worker = await start(1);
    await before.stop();
    const caller = await LiveCaller.connect({
      baseUrl: stack.apiUrl ?? '',
      sessionId: 'quality',
      format: { encoding: 'pcm16', sampleRateHz: 16_000 },
      engine: 'nari_dia',
    });
    const reply = caller.client.next('reply.done', { where: (event) => event.turn === 1, timeoutMs: 30_000 });
    await caller.saySamples(fakeUtterance('Tell me something nice.').samples);
    await reply;
    await caller.leave();
    const texts = caller.events.flatMap(({ event }) => (event.type === 'reply.text' ? [event.text] : []));
    expect(texts.length).toBeGreaterThan(0);
    const turn = await until('the turn is recorded', async () => {
      const { body } = await ask<{ history: { status: string; spokenMs: number }[] }>('GET', '/sessions/quality');
      return body.history[0];
    });
    expect(turn).toMatchObject({ status: 'answered' });
    expect(turn.spokenMs).toBeGreaterThan(500);
  });
});
