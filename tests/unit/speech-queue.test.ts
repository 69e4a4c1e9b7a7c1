import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SpeechQueue } from '../../activities/speech-queue.ts';
import { Readiness } from '../../api/readiness.ts';
import { openBlobs } from '../../db/blobs.ts';
import { SpeechStore } from '../../db/speech.ts';
import { WorkGate } from '../../engines/runtime/work-gate.ts';
import { fakeVoice } from '../fakes/engines.ts';
import { until } from '../support/until.ts';

describe('speech that is made ahead', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'voicebot-ahead-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is of the latest answer first, of what may be said some day last, and each text once', async () => {
    const voice = fakeVoice();
    const store = new SpeechStore(await openBlobs({ dataDir: folder }), 'test');
    const queue = new SpeechQueue({ store, maker: voice, signal: new AbortController().signal, warn: () => {} });
    queue.addLast('Begun.');
    queue.addLast('Some day.');
    queue.addLast('Some day.');
    queue.add('An answer.');
    queue.add('The latest answer.');
    await until('all is spoken', () => voice.said.length === 4);
    expect(voice.said).toEqual(['Begun.', 'The latest answer.', 'An answer.', 'Some day.']);
  });

  it('waits until no caller is on the line, and none was served a moment ago', async () => {
    const gate = new WorkGate();
    const left = gate.lineOpened();
    const order: string[] = [];
    const background = gate.backgroundMayStart(undefined).then(() => order.push('background'));
    const batch = gate.batchMayStart(undefined).then(() => order.push('batch'));
    await batch;
    gate.started('urgent');
    gate.finished('urgent');
    const servedAt = performance.now();
    left();
    left();
    await background;
    expect(order).toEqual(['batch', 'background']);
    expect(performance.now() - servedAt).toBeGreaterThan(900);
  });

  it('is given up when it is cancelled', async () => {
    const gate = new WorkGate();
    gate.lineOpened();
    const stopping = new AbortController();
    const waiting = gate.backgroundMayStart(stopping.signal);
    stopping.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('a service that starts', () => {
  it('lets callers wait for a moment, and sends those away who would wait for long', async () => {
    const readiness = new Readiness();
    await expect(readiness.admit(10)).rejects.toMatchObject({ code: 'starting', retryable: true, retryAfterSeconds: 5 });
    const waiting = readiness.admit(60_000);
    readiness.becomeReady();
    await waiting;
    await readiness.admit(0);
    expect(readiness.ready).toBe(true);
    readiness.leave();
    expect(readiness.state).toBe('stopping');
    await readiness.admit(0);
  });
});
