import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectionClosed } from '../../client/live-client.ts';
import { freePort } from '../../services/ports.ts';
import type { Stack } from '../../services/stack.ts';
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
  /** Calls that were held meanwhile, how often one was told to come back or say it again later, those that got an answer, and why the others did not. */
  readonly calls: {
    readonly asked: number;
    readonly refused: number;
    readonly answered: number;
    readonly others: readonly string[];
  };
  readonly seconds: number;
}

const messagesOfSocket = 8;
/** Requests at a time. */
const atOnce = 6;
const shown = 20;
/** So many go to what reads files and frames, at thousands a second; the others through the network. */
const readShare = 0.8;
/** The close code of a socket that is refused with 503. */
const serviceFull = 4503;
const comeBackMs = 1_000;
const maxTries = 30;
/** How often somebody says it who is told that no worker was free. */
const mostSayings = 3;
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
    // Who is let in is answered, because nobody else is let in meanwhile.
    MAX_QUEUE_DELAY_MS: '500',
    MAX_SLOT_USE: '0.85',
  });
  const stack = await startTestStack(environment, { engines: standInEngines() });
  const target: FuzzTarget = { url: stack.apiUrl ?? '', audioSocketPort: port };
  const first = memoryMb();
  let most = first;
  const watch = setInterval(() => {
    most = Math.max(most, memoryMb());
  }, 500);
  const calls = { asked: 0, refused: 0, answered: 0, others: [] as string[] };
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
      const problem = await unanswered(stack, `well-behaved-${calls.asked}`, () => calls.refused++);
      if (problem === undefined) calls.answered++;
      else calls.others.push(`${Math.round((performance.now() - startedAt) / 1000)} s: ${problem}`);
    }
    await working;
  } finally {
    clearInterval(watch);
    await stack.stop();
  }
  const report = { messages, seed, failures: failures.slice(0, shown), memoryMb: { first, most }, calls };
  return { ...report, seconds: Math.round((performance.now() - startedAt) / 1000) };
}

/**
 * Why somebody who behaves is not answered; undefined for one who is. A service that is full says so and lets nobody in, so that those who are in are
 * answered; who is told so tries again.
 */
async function unanswered(stack: Stack, sessionId: string, refused: () => void): Promise<string | undefined> {
  let caller: LiveCaller | undefined;
  try {
    for (let tries = 0; !caller; tries++) {
      caller = await connected(stack, sessionId, tries === maxTries);
      if (caller) break;
      refused();
      await sleep(comeBackMs);
    }
    for (let tries = 1; ; tries++) {
      const timeoutMs = 30_000;
      const done = caller.client.next('reply.done', { timeoutMs }).then(() => true);
      const full = caller.client
        .next('error', { timeoutMs, where: ({ problem }) => tries < mostSayings && problem.status === 503 })
        .then(() => false);
      const either = Promise.race([done, full]);
      await caller.saySamples(fakeUtterance('What are your opening hours?').samples);
      if (await either) return undefined;
      refused();
      await sleep(comeBackMs);
    }
  } catch (error) {
    const seen = caller?.events.map(({ event }) => (event.type === 'error' ? event.problem.detail : event.type)).join(' ');
    return `${error instanceof Error ? error.message : String(error)} (${seen ?? 'no socket'})`;
  } finally {
    await caller?.leave().catch(() => undefined);
  }
}

/** @returns nothing where the service is full. */
async function connected(stack: Stack, sessionId: string, last: boolean): Promise<LiveCaller | undefined> {
  const format = { encoding: 'pcm16', sampleRateHz: 16_000 } as const;
  try {
    return await LiveCaller.connect({ baseUrl: stack.apiUrl ?? '', sessionId, format });
  } catch (error) {
    if (!last && error instanceof ConnectionClosed && error.code === serviceFull) return undefined;
    throw error;
  }
}
