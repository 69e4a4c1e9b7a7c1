/**
 * `npm run bench:batch`: messages in batches. The last line is JSON.
 * `--messages N` (1,000): short messages with Kokoro through the whole stack, against the engine alone in the same run; and a live call beside
 * a batch, against one on an idle machine. `--items N`: as many items with a stand-in engine, for history and memory instead.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Kokoro } from '../engines/kokoro/kokoro.ts';
import { Silero } from '../engines/silero/silero.ts';
import type { Stack } from '../services/stack.ts';
import { connectTemporal } from '../temporal/connection.ts';
import { measuredDelays, standInEngines } from '../tests/fakes/stand-in-engines.ts';
import { gather, to16k } from '../tests/support/audio.ts';
import { LiveCaller } from '../tests/support/live-caller.ts';
import { testRuntime } from '../tests/support/runtime.ts';
import { startTestStack, testEnvironment } from '../tests/support/test-stack.ts';
import { ask, type Question, soundOnly } from './live-questions.ts';
import { usageOf } from './process-usage.ts';
import { machine, note, printReport, round, spread } from './report.ts';

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '1000' },
    items: { type: 'string' },
    turns: { type: 'string', default: '12' },
  },
});

const people = ['Ann', 'Bob', 'Carla', 'David', 'Emma', 'Frank', 'Grace', 'Henry', 'Irene', 'John'];
const matters = [
  'your new card is on its way',
  'your appointment is tomorrow at ten',
  'your statement is ready',
  'your loan was approved',
  'your branch is closed on Monday',
];
/** Some three seconds each at the most, no two the same. */
const texts = (n: number, name = '') =>
  Array.from({ length: n }, (_, i) => {
    const person = people[i % people.length];
    const matter = matters[Math.floor(i / people.length) % matters.length];
    return `${person}, ${matter}, number ${name}${100 + i}.`;
  });

interface Batch {
  readonly state: string;
  readonly counts: { readonly created: number; readonly failed: number; readonly pending: number };
}
const get = async <T>(stack: Stack, path: string) => (await (await fetch(stack.apiUrl + path)).json()) as T;

async function startBatch(stack: Stack, id: string, said: readonly string[]): Promise<void> {
  const items = said.map((text, i) => ({ key: `${id}/${i}`, text }));
  const response = await fetch(`${stack.apiUrl}/batches`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ id, check: false, items }),
  });
  if (!response.ok) throw new Error(await response.text());
}

async function ended(stack: Stack, id: string, look: () => void = () => {}): Promise<Batch> {
  for (;;) {
    const batch = await get<Batch>(stack, `/batches/${id}`);
    look();
    if (batch.state === 'done') return batch;
    await sleep(500);
  }
}

/** Speech by work of the engine alone, as batches ask for it. */
async function rawThroughput(said: readonly string[]) {
  const kokoro = new Kokoro(testRuntime());
  await gather(kokoro.speak('This is for warming up.', { priority: 'batch' }));
  const startedAt = performance.now();
  let samples = 0;
  for (const text of said) samples += (await gather(kokoro.speak(text, { priority: 'batch' }))).length;
  const ms = performance.now() - startedAt;
  await kokoro.unload();
  return (samples / kokoro.sampleRateHz) * (1000 / ms);
}

async function batchThroughput(stack: Stack, said: readonly string[]) {
  await startBatch(stack, 'throughput', said);
  const startedAt = performance.now();
  const { counts } = await ended(stack, 'throughput');
  const ms = performance.now() - startedAt;
  const durations: number[] = [];
  for (let after: string | null = 'throughput/'; after !== null; ) {
    const page: { messages: { key: string; latest: { durationMs: number } }[]; next: string | null } = await get(
      stack,
      `/messages?limit=1000&after=${encodeURIComponent(after)}`,
    );
    for (const { key, latest } of page.messages) if (key.startsWith('throughput/')) durations.push(latest.durationMs);
    after = page.next;
  }
  return { counts, seconds: round(ms / 1000), speechPerSecond: durations.reduce((sum, one) => sum + one, 0) / ms };
}

/** How long a caller waits, turn after turn. */
async function liveCall(stack: Stack, name: string, questions: readonly Question[], turns: number) {
  const caller = await LiveCaller.connect({ baseUrl: stack.apiUrl ?? '', sessionId: `batch-${name}` });
  const waits: number[] = [];
  for (let i = 0; i < turns; i++) waits.push((await ask(caller, questions[i % questions.length] as Question)).voiceToVoiceMs);
  await caller.leave();
  return spread(waits);
}

async function withKokoro(messages: number): Promise<object> {
  const silero = new Silero(testRuntime());
  const kokoro = new Kokoro(testRuntime());
  const asked = [
    'How are you doing today?',
    'What are your opening hours?',
    'How do I order a new card?',
    'Good morning to you.',
  ];
  const questions = await Promise.all(
    asked.map(async (text) => soundOnly(silero, text, await to16k(await gather(kokoro.speak(text))))),
  );
  await Promise.all([kokoro.unload(), silero.unload()]);
  note('The engine alone ...');
  const sample = texts(messages).filter((_, i) => i % Math.ceil(messages / 100) === 0);
  const before = await rawThroughput(sample);
  note('Starting the stack ...');
  const stack = await startTestStack(await testEnvironment({ IDLE_PROMPT_SECONDS: '0' }));
  // What is made ahead after a start would take part.
  await quiet(stack, questions);
  const turns = Number(values.turns);
  note('A call on an idle machine ...');
  const idle = await liveCall(stack, 'idle', questions, turns);
  note('A call beside a batch ...');
  await startBatch(stack, 'beside', texts(messages, '9'));
  await sleep(5_000);
  const beside = await liveCall(stack, 'beside', questions, turns);
  const made = (await get<Batch>(stack, '/batches/beside')).counts.created;
  await fetch(`${stack.apiUrl}/batches/beside/cancel`, { method: 'POST' });
  note(`${messages} messages ...`);
  const batch = await batchThroughput(stack, texts(messages));
  await stack.stop();
  note('The engine alone, again ...');
  const raw = (before + (await rawThroughput(sample))) / 2;
  return {
    messages,
    counts: batch.counts,
    seconds: batch.seconds,
    speechPerSecond: { batch: round(batch.speechPerSecond, 2), raw: round(raw, 2), share: round(batch.speechPerSecond / raw, 3) },
    voiceToVoiceMs: { idle, beside, times: round(beside.p50 / idle.p50, 2), madeBeside: made },
  };
}

/** Waits until nothing is made ahead any more: the process uses no more than it does when it idles. */
async function quiet(stack: Stack, questions: readonly Question[]): Promise<void> {
  await liveCall(stack, 'warm', questions, questions.length * 2);
  for (let calm = 0; calm < 3; ) {
    const before = process.cpuUsage();
    await sleep(2_000);
    const { user, system } = process.cpuUsage(before);
    calm = user + system < 400_000 ? calm + 1 : 0;
  }
}

async function withStandIn(items: number): Promise<object> {
  const environment = await testEnvironment({ BATCH_WINDOW: '12' });
  const engines = standInEngines({ ...measuredDelays, firstAudioMs: 2, realTimeFactor: 0 });
  const stack = await startTestStack(environment, { engines });
  const temporal = await connectTemporal({ address: stack.temporalAddress, namespace: 'default' });
  note(`${items} items ...`);
  const said = Array.from({ length: items }, (_, i) => `Item ${i}.`);
  const startedAt = performance.now();
  await startBatch(stack, 'many', said);
  const keptMs = performance.now() - startedAt;
  const memory: number[] = [];
  let lookedAt = 0;
  const { counts } = await ended(stack, 'many', () => {
    if (performance.now() - lookedAt < 10_000) return;
    lookedAt = performance.now();
    memory.push(usageOf(process.pid, { alone: true })?.memoryMb ?? Number.NaN);
  });
  const seconds = (performance.now() - startedAt) / 1000;
  let longestHistory = 0;
  let runs = 0;
  for await (const { historyLength } of temporal.client.workflow.list({ query: "WorkflowType = 'batch'" })) {
    runs++;
    longestHistory = Math.max(longestHistory, historyLength ?? 0);
  }
  await temporal.close();
  await stack.stop();
  const tenth = Math.max(1, Math.floor(memory.length / 10));
  const mean = (some: readonly number[]) => round(some.reduce((sum, one) => sum + one, 0) / some.length);
  return {
    items,
    counts,
    seconds: round(seconds),
    itemsPerSecond: round(items / seconds),
    keptMs: round(keptMs),
    runs,
    longestHistoryEvents: longestHistory,
    memoryMb: { first: mean(memory.slice(0, tenth)), last: mean(memory.slice(-tenth)), most: Math.max(...memory) },
  };
}

const report = values.items ? await withStandIn(Number(values.items)) : await withKokoro(Number(values.messages));
printReport({ bench: 'batch', machine: machine(), ...report });
process.exit(0);
