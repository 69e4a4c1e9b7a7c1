import { freePort } from '../../temporal/ports.ts';
import type { Stack } from '../../temporal/stack.ts';
import { fakeUtterance } from '../chaos/caller.ts';
import { standInEngines } from '../fakes/stand-in-engines.ts';
import { LiveCaller } from '../support/live-caller.ts';
import { randomFrom } from '../support/random.ts';
import { startTestStack, testEnvironment } from '../support/test-stack.ts';
import { type FuzzTarget, fuzzAudioSocket, fuzzRequest, fuzzSocket } from './network.ts';
import { fuzzParsers } from './parsers.ts';

export interface FuzzReport {
  readonly messages: number;
  readonly seed: number;
  readonly failures: readonly string[];
  /** Of this process, at the beginning and at the most. */
  readonly memoryMb: { readonly first: number; readonly most: number };
  /** Calls that were held meanwhile, and those that got an answer. */
  readonly calls: { readonly asked: number; readonly answered: number };
  readonly seconds: number;
}

const messagesOfSocket = 8;
/** Requests at a time. */
const atOnce = 6;
const shown = 20;
/** So many go to what reads files and frames, at thousands a second; the others through the network. */
const readShare = 0.8;
const memoryMb = () => Math.round(process.memoryUsage().rss / 2 ** 20);

/** Sends so many messages that nobody foresaw to everything that is open to the outside. The same seed sends the same. */
export async function fuzz(messages: number, seed: number): Promise<FuzzReport> {
  const startedAt = performance.now();
  const read = Math.floor(messages * readShare);
  const failures: string[] = await fuzzParsers(read, randomFrom, seed);
  const port = await freePort();
  const environment = await testEnvironment({
    AUDIOSOCKET_PORT: String(port),
    MAX_CONCURRENT_SESSIONS: '10000',
    WORKER_WAIT: '5',
  });
  const stack = await startTestStack(environment, { engines: standInEngines() });
  const target: FuzzTarget = { url: stack.apiUrl ?? '', audioSocketPort: port };
  const first = memoryMb();
  let most = first;
  const watch = setInterval(() => {
    most = Math.max(most, memoryMb());
  }, 500);
  const calls = { asked: 0, answered: 0 };
  try {
    let sent = read;
    const worker = async (n: number) => {
      for (let i = 0; sent < messages; i++) {
        const random = randomFrom(seed + 1_000_000 * (n + 1) + i);
        if (random() < 0.75) {
          sent++;
          const failure = await fuzzRequest(target, random);
          if (failure) failures.push(failure);
        } else if (random() < 0.8) {
          sent += messagesOfSocket;
          await fuzzSocket(target, random, i, messagesOfSocket);
        } else {
          sent++;
          await fuzzAudioSocket(target, random);
        }
      }
    };
    const working = Promise.all(Array.from({ length: atOnce }, (_, n) => worker(n)));
    let over = false;
    void working.finally(() => {
      over = true;
    });
    while (!over) {
      calls.asked++;
      if (await answered(stack, `well-behaved-${calls.asked}`)) calls.answered++;
    }
    await working;
  } finally {
    clearInterval(watch);
    await stack.stop();
  }
  const report = { messages, seed, failures: failures.slice(0, shown), memoryMb: { first, most }, calls };
  return { ...report, seconds: Math.round((performance.now() - startedAt) / 1000) };
}

/** Whether somebody who behaves is answered. */
async function answered(stack: Stack, sessionId: string): Promise<boolean> {
  try {
    const format = { encoding: 'pcm16', sampleRateHz: 16_000 } as const;
    const caller = await LiveCaller.connect({ baseUrl: stack.apiUrl ?? '', sessionId, format });
    const done = caller.client.next('reply.done', { timeoutMs: 30_000 });
    await caller.saySamples(fakeUtterance('What are your opening hours?').samples);
    await done;
    await caller.leave();
    return true;
  } catch {
    return false;
  }
}
