/**
 * `npm run bench:abuse`: clients that behave badly beside one that does not: memory before, during and after, and how long the well-behaved
 * caller waits meanwhile. The last line is JSON.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { LiveClient } from '../client/live-client.ts';
import { Kokoro } from '../engines/kokoro/kokoro.ts';
import { gather, to16k } from '../tests/support/audio.ts';
import { LiveCaller } from '../tests/support/live-caller.ts';
import { testRuntime } from '../tests/support/runtime.ts';
import { startTestStack, testEnvironment } from '../tests/support/test-stack.ts';
import { machine, note, printReport, round, spread } from './report.ts';

const abusers = 10;
const seconds = 20;

const kokoro = new Kokoro(testRuntime());
const question = await to16k(await gather(kokoro.speak('What is the interest rate on savings?')));
await kokoro.unload();
note('Starting the stack ...');
const environment = await testEnvironment({ AUTH: 'on', MAX_CONCURRENT_SESSIONS: '1000', IDLE_PROMPT_SECONDS: '0' });
const stack = await startTestStack(environment);
await stack.ready;
const baseUrl = stack.apiUrl ?? '';

/** Those who behave badly have a key of their own, of another tenant than the caller's, with room for some calls. */
const adminKey = (await readFile(join(environment.DATA_DIR ?? '', 'admin.key'), 'utf8')).trim();
async function ask(method: string, path: string, body: object): Promise<{ key: string }> {
  const headers = { Authorization: `Bearer ${adminKey}`, 'Content-Type': 'application/json' };
  const response = await fetch(baseUrl + path, { method, headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(await response.text());
  return response.json() as Promise<{ key: string }>;
}
const callsOfOne = 4;
await ask('PUT', '/tenants/ill', { maxSessions: callsOfOne });
const { key: badKey } = await ask('POST', '/keys', { name: 'ill', role: 'agent', tenant: 'ill' });
const { key: goodKey } = await ask('POST', '/keys', { name: 'good', role: 'agent', tenant: 'default' });

const memoryMb = () => round(process.memoryUsage().rss / 2 ** 20);
/** Does it again and again until the signal. */
const again = async (signal: AbortSignal, work: (round: number) => Promise<void>) => {
  for (let i = 0; !signal.aborted; i++) await work(i).catch(() => undefined);
};
const connect = (sessionId: string) => LiveClient.connect({ baseUrl, sessionId, token: badKey });

/** Ten times real time, until it is cut off; then again. */
const tooFast = (n: number, signal: AbortSignal) =>
  again(signal, async (i) => {
    const client = await connect(`fast-${n}-${i}`);
    const flood = setInterval(() => client.socket.readyState === WebSocket.OPEN && client.sendAudio(new Uint8Array(6_400)), 20);
    await client.closed;
    clearInterval(flood);
  });

/** Speaks and never reads an answer. */
const neverReads = (n: number, signal: AbortSignal) =>
  again(signal, async (i) => {
    const caller = await LiveCaller.connect({ baseUrl, sessionId: `deaf-${n}-${i}`, token: badKey });
    caller.client.socket.pause();
    await caller.saySamples(question);
    await sleep(3_000);
    caller.client.socket.terminate();
  });

/** Comes and goes. */
const reconnects = (n: number, signal: AbortSignal) =>
  again(signal, async () => {
    const client = await connect(`back-${n}`);
    client.sendAudio(new Uint8Array(640));
    client.socket.terminate();
  });

/** Sends what is no message. */
const garbage = (n: number, signal: AbortSignal) =>
  again(signal, async (i) => {
    const socket = new WebSocket(`${baseUrl.replace('http', 'ws')}/ws/garbage-${n}-${i}`, {
      headers: { Authorization: `Bearer ${badKey}` },
    });
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    for (let k = 0; k < 50; k++) socket.send(k % 2 ? '{"type":' : new Uint8Array(1_001));
    await sleep(200);
    socket.close();
  });

async function wellBehaved(name: string, turns: number): Promise<number[]> {
  const caller = await LiveCaller.connect({ baseUrl, sessionId: name, token: goodKey });
  const waits: number[] = [];
  for (let i = 0; i < turns; i++) {
    const metrics = caller.client.next('turn.metrics', { timeoutMs: 20_000 });
    const done = caller.client.next('reply.done', { timeoutMs: 20_000 });
    await caller.saySamples(question);
    await done.catch(() => undefined);
    // A turn whose reply did not come is told, not hidden.
    waits.push(await metrics.then((event) => event.voiceToVoiceMs).catch(() => Number.NaN));
  }
  await caller.leave();
  return waits;
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

note('alone ...');
const alone = await wellBehaved('alone', 4);
const before = memoryMb();
let most = before;
const watch = setInterval(() => {
  most = Math.max(most, memoryMb());
}, 250);
const kinds = { tooFast, neverReads, reconnects, garbage };
const results: Record<string, unknown> = {};
for (const [name, kind] of Object.entries(kinds)) {
  note(`${name} ...`);
  most = memoryMb();
  const abuse = new AbortController();
  const atWork = Array.from({ length: name === 'neverReads' ? 2 : abusers }, (_, n) => kind(n, abuse.signal));
  const waits = await wellBehaved(`beside-${name}`, Math.ceil(seconds / 5));
  abuse.abort();
  const answered = waits.filter((wait) => !Number.isNaN(wait));
  results[name] = {
    memoryMb: most,
    voiceToVoiceMs: spread(answered),
    times: round(median(answered) / median(alone), 2),
    unanswered: waits.length - answered.length,
  };
  await Promise.all(atWork);
}
await sleep(2_000);
clearInterval(watch);
const after = memoryMb();
await stack.stop();
printReport({
  bench: 'abuse',
  machine: machine(),
  aloneMs: spread(alone),
  memoryBeforeMb: before,
  ...results,
  memoryAfterMb: after,
});
process.exit(0);
