/**
 * `npm run bench:turn`: a WAV file in, first audio and end of the answer out, on the whole embedded stack; p50 and p95 by step,
 * with the share of orchestration: what no step worked for.
 */

import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { serve } from '@hono/node-server';
import { CallService } from '../api/calls.ts';
import { toPcm16 } from '../audio/pcm.ts';
import { openDatabase } from '../db/open.ts';
import type { StepTiming, TurnOutcome } from '../domain/call.ts';
import { Kokoro } from '../engines/kokoro/kokoro.ts';
import { MediaHub } from '../media/hub.ts';
import { mediaRoutes } from '../media/hub-routes.ts';
import { gather, to16k } from '../tests/support/audio.ts';
import { testSealer } from '../tests/support/brain.ts';
import { testRuntime } from '../tests/support/runtime.ts';
import { temporalOf } from '../tests/support/stack-temporal.ts';
import { startTestStack, testEnvironment } from '../tests/support/test-stack.ts';
import { machine, note, printReport, round, spread } from './report.ts';

const { values } = parseArgs({ options: { turns: { type: 'string', default: '12' } } });
const turns = Number(values.turns);

/** What the turn is answered by. */
const kinds = {
  generated: ['Good morning to you.', 'How are you doing today?', 'It is very nice to talk with you.', 'Do you like music?'],
  approved: ['What is the interest rate on savings?', 'Please block my card right now.'],
  cached: ['Are you having a good day?'],
} as const;

interface Measured {
  readonly outcome: TurnOutcome;
  readonly firstAudioMs: number;
  readonly endMs: number;
}

const folder = await mkdtemp(join(tmpdir(), 'voicebot-bench-'));
const environment = await testEnvironment({ MAX_CONCURRENT_SESSIONS: '1000' });
note('Starting the stack ...');
const stack = await startTestStack(environment);
const temporal = await temporalOf(stack, environment);

// The same service as the API's, with pipes of its own, so that the first audio can be seen when it arrives.
const server = serve({ fetch: (request) => mediaRoutes(hub).fetch(request), port: 0, hostname: '127.0.0.1' }) as Server;
await once(server, 'listening');
const hub = new MediaHub(`http://127.0.0.1:${(server.address() as { port: number }).port}`);
const database = await openDatabase({ dataDir: folder });
const calls = new CallService({
  client: temporal.client,
  db: database.acrossTenants,
  hub,
  sealer: testSealer,
  maxConcurrentSessions: 1000,
  turnTimeoutMs: 60_000,
  settings: { sessionTimeoutMs: 600_000, workerWaitMs: 15_000, stepTimeoutMs: 60_000, keepAudio: false },
});

const kokoro = new Kokoro(testRuntime());
const speech = new Map<string, Uint8Array>();
for (const text of Object.values(kinds).flat()) speech.set(text, toPcm16(await to16k(await gather(kokoro.speak(text)))));
await kokoro.unload();

async function take(sessionId: string, turn: number, text: string): Promise<Measured> {
  const started = performance.now();
  const running = calls.turns.take(sessionId, turn, speech.get(text) ?? new Uint8Array(), {});
  let firstAudioMs = Number.NaN;
  for await (const _ of running.pipes.pipes.spoken.read()) {
    firstAudioMs = performance.now() - started;
    break;
  }
  const outcome = await running.outcome;
  return { outcome, firstAudioMs, endMs: performance.now() - started };
}

const work = (timing: StepTiming | undefined) => timing?.workMs ?? 0;

function summary(measured: readonly Measured[]) {
  const step = (name: 'transcribe' | 'lookup' | 'think' | 'speak') => {
    const timings = measured.flatMap(({ outcome }) => outcome.timings[name] ?? []);
    return timings.length === 0
      ? undefined
      : { queueMs: spread(timings.map((t) => t.queueMs)), workMs: spread(timings.map((t) => t.workMs)) };
  };
  const orchestration = measured.map(({ outcome: { timings }, endMs }) => {
    const worked = work(timings.transcribe) + work(timings.lookup) + Math.max(work(timings.think), work(timings.speak));
    return { ms: endMs - worked, share: (endMs - worked) / endMs };
  });
  return {
    firstAudioMs: spread(measured.map((m) => m.firstAudioMs)),
    endMs: spread(measured.map((m) => m.endMs)),
    spokenMs: spread(measured.map((m) => m.outcome.spokenMs)),
    temporalMs: spread(orchestration.map((o) => o.ms)),
    temporalShare: round(spread(orchestration.map((o) => o.share * 100)).p50 / 100, 3),
    steps: { transcribe: step('transcribe'), lookup: step('lookup'), think: step('think'), speak: step('speak') },
    sources: [...new Set(measured.map((m) => m.outcome.source))],
  };
}

const run = `bench-${Date.now()}`;
note('Warming up ...');
// The answer to the first question of a call is kept for others; what is said after it is not.
for (const [i, text] of [kinds.cached[0], kinds.approved[0], kinds.generated[0]].entries())
  await take(`${run}-warm`, i + 1, text);

const results: Record<string, ReturnType<typeof summary>> = {};
for (const [kind, texts] of Object.entries(kinds)) {
  note(`${kind} ...`);
  await take(`${run}-${kind}`, 1, kinds.approved[0]);
  const measured: Measured[] = [];
  for (let i = 0; i < turns; i++) measured.push(await take(`${run}-${kind}`, i + 2, texts[i % texts.length] ?? ''));
  results[kind] = summary(measured);
}

for (const sessionId of ['warm', ...Object.keys(kinds)]) await calls.end(`${run}-${sessionId}`);
server.closeAllConnections();
server.close();
await temporal.close();
await stack.stop();
await database.close();
await rm(folder, { recursive: true, force: true });
printReport({ bench: 'turn', machine: machine(), turns, ...results });
process.exit(0);
