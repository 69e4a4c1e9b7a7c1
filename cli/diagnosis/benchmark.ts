import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { loadConfig } from '../../config/load.ts';
import { messageOf } from '../../domain/errors.ts';
import { type ApiClient, jsonRequest } from '../api-client.ts';
import { type Spread, spreadOf } from '../load/percentiles.ts';
import { type Spoken, speakAndCheck } from '../voices/speak-and-check.ts';

export interface BenchmarkReport {
  readonly machine: {
    /** SHA-256 by one core. */
    readonly hashMbPerSecond: number;
    readonly memoryCopyGbPerSecond: number;
    /** A write of 4 kB that is on the disk. */
    readonly syncedWriteMs: Spread;
  };
  readonly api: { readonly healthMs: Spread } | { readonly error: string };
  /** From a question in writing to its answer. */
  readonly writtenTurnMs: Spread | { readonly error: string };
  readonly engines: readonly Spoken[];
}

const measureMs = 400;
const requests = 30;
const writes = 30;
const questions = ['When do you open on Saturdays?', 'What is the interest rate on savings?', 'How do I block my card?'];
const sentence = 'Your card has been blocked, and a new one is on its way to you.';

/** How fast this machine and the service are; every figure is measured now. */
export async function benchmark(client: ApiClient, engines: readonly string[], folder: string): Promise<BenchmarkReport> {
  const machine = { hashMbPerSecond: hashed(), memoryCopyGbPerSecond: copied(), syncedWriteMs: await synced() };
  const api = await timed(requests, () => client.json('/health')).then((healthMs) => ({ healthMs }), failure);
  const writtenTurnMs = await turnTimes(client).catch(failure);
  const spoken: Spoken[] = [];
  for (const engine of engines) {
    // What is loaded first is not what is measured.
    const first = await speakAndCheck(client, engine, 'Good morning.', folder);
    spoken.push(first.state === 'spoken' ? await speakAndCheck(client, engine, sentence, folder) : first);
  }
  return { machine, api, writtenTurnMs, engines: spoken };
}

const failure = (error: unknown) => ({ error: messageOf(error) });

function hashed(): number {
  const block = Buffer.alloc(1_000_000, 1);
  const began = performance.now();
  let blocks = 0;
  for (; performance.now() - began < measureMs; blocks++) createHash('sha256').update(block).digest();
  return Math.round((blocks / (performance.now() - began)) * 1000);
}

function copied(): number {
  const [from, to] = [Buffer.alloc(64_000_000, 1), Buffer.alloc(64_000_000)];
  const began = performance.now();
  let times = 0;
  for (; performance.now() - began < measureMs; times++) from.copy(to);
  return Math.round(((times * from.length) / (performance.now() - began) / 1e6) * 10) / 10;
}

async function synced(): Promise<Spread> {
  const folder = resolve(loadConfig().DATA_DIR);
  await mkdir(folder, { recursive: true });
  const file = join(folder, `benchmark-${randomUUID()}`);
  const handle = await open(file, 'w');
  try {
    return await timed(writes, async () => {
      await handle.write(Buffer.alloc(4_096, 1));
      await handle.sync();
    });
  } finally {
    await handle.close();
    await rm(file, { force: true });
  }
}

async function timed(times: number, work: () => Promise<unknown>): Promise<Spread> {
  const took: number[] = [];
  for (let i = 0; i < times; i++) {
    const began = performance.now();
    await work();
    took.push(performance.now() - began);
  }
  return spreadOf(took);
}

async function turnTimes(client: ApiClient): Promise<Spread> {
  const path = `/sessions/benchmark-${randomUUID().slice(0, 8)}`;
  await client.json(path, jsonRequest('POST', {}));
  try {
    const took: number[] = [];
    for (const text of [...questions, ...questions]) {
      const began = performance.now();
      await client.json(`${path}/turns`, jsonRequest('POST', { text }));
      took.push(performance.now() - began);
    }
    return spreadOf(took);
  } finally {
    await client.json(path, { method: 'DELETE' });
  }
}
