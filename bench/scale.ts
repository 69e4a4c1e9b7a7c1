/**
 * `npm run bench:scale`: what the orchestration carries by itself. Engines are stand-ins that wait as long as the real ones take and use no
 * cores (`tests/fakes/stand-in-engines.ts`); all else is real: callers in real time, API, workers, Temporal, Postgres, each a process whose
 * time and memory are measured. The last line is JSON.
 * `--levels 5,10,20`: calls at once, one level after the other; `--seconds N` of each. `--processes N` of the API, and as
 * many with the workers of all queues. `--cluster`: a Temporal server of four services with a
 * Postgres as its store, instead of the dev server.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { LiveEvents } from '../client/live-client.ts';
import { freePort } from '../services/ports.ts';
import { allQueues } from '../services/workers.ts';
import { connectTemporal } from '../temporal/connection.ts';
import { ChaosCaller, type Heard } from '../tests/chaos/caller.ts';
import { type Component, postgresComponent, startPart } from '../tests/chaos/processes.ts';
import { temporalToBreak } from '../tests/chaos/temporal.ts';
import { utterances } from '../tests/chaos/utterances.ts';
import { measuredDelays } from '../tests/fakes/stand-in-engines.ts';
import { startPostgres } from '../tests/support/postgres-server.ts';
import { type Usage, usageOf } from './process-usage.ts';
import { machine, note, printReport, round, spread } from './report.ts';

const { values } = parseArgs({
  options: {
    levels: { type: 'string', default: '5,10,20,30,40' },
    seconds: { type: 'string', default: '45' },
    cluster: { type: 'boolean', default: false },
    processes: { type: 'string', default: '1' },
  },
});
const levels = values.levels.split(',').map(Number);
const seconds = Number(values.seconds);
/** Turns of a caller until they call again. */
const turnsOfCall = 10;
/** What a person takes before they speak again. */
const pauseMs = 2_000;
/** Beyond it callers notice; more calls are not tried. */
const enoughMs = 1_000;
const namespace = 'scale';

const postgres = await startPostgres();
if (!postgres) throw new Error('bench:scale needs a real Postgres.');
const folder = await mkdtemp(join(tmpdir(), 'voicebot-scale-'));
const each = Array.from({ length: Number(values.processes) }, (_, i) => i + 1);
const ports = await Promise.all(each.map(() => freePort()));
const apiUrls = ports.map((port) => `http://127.0.0.1:${port}`);
note('Starting Temporal, Postgres, API and workers ...');
const temporal = await temporalToBreak({ folder, namespace, awayMs: 0, cluster: values.cluster });
const many = Object.fromEntries(
  [...allQueues.map((queue) => [`${queue.toUpperCase()}_CONCURRENCY`, '1000'])].filter(([name]) => name !== 'CALLS_CONCURRENCY'),
);
const env = {
  ...many,
  TEMPORAL_ADDRESS: temporal.address,
  TEMPORAL_NAMESPACE: namespace,
  DATABASE_URL: postgres.url,
  DATA_DIR: folder,
  IDLE_PROMPT_SECONDS: '0',
  MAX_CONCURRENT_SESSIONS: '10000',
  MAX_QUEUE_DELAY_MS: '0',
  MAX_SLOT_USE: '1',
  LOG_LEVEL: 'warn',
};
const part = (name: string, args: readonly string[], more: Record<string, string> = {}) =>
  startPart({ name, args, real: false, env: { ...env, ...more }, logDir: folder, awayMs: 0 });
const parts = await Promise.all([
  ...ports.map((port, i) => part(`api-${i + 1}`, ['api'], { PORT: String(port) })),
  ...each.map((i) => part(`workers-${i}`, ['worker', allQueues.join(',')])),
]);
const components: readonly Component[] = [...parts, ...temporal.components, postgresComponent(postgres, 0)];
const connection = await connectTemporal({ address: env.TEMPORAL_ADDRESS, namespace });
const said = await utterances({ real: false, seed: 1 });

type Usages = Readonly<Record<string, Usage | undefined>>;
const usages = (): Usages =>
  Object.fromEntries([
    ...components.map(({ name, pid }) => [name, usageOf(pid)]),
    ['callers', usageOf(process.pid, { alone: true })],
  ]);

let lines = 0;
async function line(over: () => boolean, heard: Heard[], metrics: LiveEvents['turn.metrics'][]): Promise<void> {
  const number = lines++;
  for (let call = 0; !over(); call++) {
    const caller = new ChaosCaller({
      sessionId: `scale-${number}-${call}`,
      urls: [apiUrls[number % apiUrls.length] ?? ''],
      readable: false,
      log: () => {},
      onEvent: (event) => {
        if (event.type === 'turn.metrics') metrics.push(event);
      },
    });
    for (let turn = 0; turn < turnsOfCall && !over(); turn++) {
      heard.push(await caller.say(said.question(number, call, turn)));
      await sleep(pauseMs);
    }
    await caller.hangUp();
  }
}

async function level(calls: number) {
  note(`${calls} calls at once ...`);
  let over = false;
  const heard: Heard[] = [];
  const metrics: LiveEvents['turn.metrics'][] = [];
  const running: Promise<void>[] = [];
  for (let i = 0; i < calls; i++) {
    running.push(line(() => over, heard, metrics));
    await sleep(8_000 / calls);
  }
  heard.length = 0;
  metrics.length = 0;
  const before = usages();
  const startedAt = performance.now();
  await sleep(seconds * 1000);
  const after = usages();
  const tookMs = performance.now() - startedAt;
  const [turns, measured] = [heard.length, [...metrics]];
  over = true;
  await Promise.all(running);
  const used = (name: string) => {
    const [from, to] = [before[name], after[name]];
    if (!from || !to) return { cores: 'unknown', cpuMsPerTurn: 'unknown', memoryMb: 'unknown' } as const;
    const cpuMs = to.cpuMs - from.cpuMs;
    return { cores: round(cpuMs / tookMs, 2), cpuMsPerTurn: round(cpuMs / turns), memoryMb: to.memoryMb };
  };
  const temporalMs = spread(measured.flatMap((event) => event.temporalMs ?? []));
  return {
    calls,
    turnsPerSecond: round((turns / tookMs) * 1000, 2),
    unanswered: heard.filter(({ result }) => result !== 'answered').length,
    temporalMs,
    voiceToVoiceMs: spread(measured.map((event) => event.voiceToVoiceMs)),
    processes: Object.fromEntries(Object.keys(before).map((name) => [name, used(name)])),
  };
}

/** What a turn is to Temporal and Postgres, by one call. */
async function sizesOfTurn() {
  const caller = new ChaosCaller({ sessionId: 'scale-sizes', urls: apiUrls, readable: false, log: () => {} });
  const sizes = async () => {
    const { raw } = await connection.client.workflow.getHandle('call-scale-sizes').describe();
    const { historyLength, historySizeBytes, stateTransitionCount } = raw.workflowExecutionInfo ?? {};
    return [historyLength, historySizeBytes, stateTransitionCount].map(Number);
  };
  // The first turn carries what a call costs once.
  await caller.say(said.question(9_999, 0, 0));
  const [before, turns] = [await sizes(), 8];
  for (let turn = 1; turn <= turns; turn++) await caller.say(said.question(9_999, 0, turn));
  const after = await sizes();
  await caller.hangUp();
  const [events = 0, historyBytes = 0, stateTransitions = 0] = after.map((size, i) => (size - (before[i] ?? 0)) / turns);
  return { events: round(events), historyBytes: Math.round(historyBytes), stateTransitions: round(stateTransitions) };
}

const perTurn = await sizesOfTurn();
const reached: Awaited<ReturnType<typeof level>>[] = [];
for (const calls of levels) {
  const measured = await level(calls);
  reached.push(measured);
  note(
    `  ${measured.turnsPerSecond} turns/s, Temporal and pipes p50 ${measured.temporalMs.p50} ms, p95 ${measured.temporalMs.p95} ms`,
  );
  if (measured.temporalMs.p95 > enoughMs) break;
}
await connection.close();
await Promise.allSettled(parts.map((component) => component.stop()));
await temporal.stop();
await postgres.close();
await rm(folder, { recursive: true, force: true });
printReport({
  bench: 'scale',
  temporal: values.cluster ? 'cluster' : 'dev server',
  machine: machine(),
  standInDelays: measuredDelays,
  perTurn,
  levels: reached,
});
process.exit(0);
