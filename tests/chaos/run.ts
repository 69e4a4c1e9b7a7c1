/**
 * `npm run chaos`: calls in real time against a service of many processes, while every component of it is killed again and again,
 * by a seeded schedule; then what Postgres, Temporal and the callers know is compared. The last line is JSON.
 * `--short`: every component at least once, in under a minute. `--engines real`: the real models instead of stand-ins.
 * `--cluster`: on a Temporal server of four services with a Postgres as its store, each killed by itself, instead of the dev server.
 * `--seed N`, `--calls N` at once, `--minutes N`, `--keep` the folder with the logs.
 */
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { machine } from '../../bench/report.ts';
import { randomFrom } from '../support/random.ts';
import { ChaosCaller, type Heard } from './caller.ts';
import { startDeployment } from './deployment.ts';
import { type Call, checkInvariants } from './invariants.ts';
import { type Component, postgresComponent } from './processes.ts';
import { utterances } from './utterances.ts';

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    engines: { type: 'string', default: 'stand-in' },
    seed: { type: 'string', default: '1' },
    calls: { type: 'string', default: '4' },
    minutes: { type: 'string', default: '10' },
    keep: { type: 'boolean', default: false },
    cluster: { type: 'boolean', default: false },
  },
});
const real = values.engines === 'real';
const seed = Number(values.seed);
const callers = Number(values.calls);
/** Between one kill and the next. */
const pauseMs = values.short ? 1_000 : 6_000;
/** Components that may be away at the same time. */
const maxAway = 2;
/** Waits that are worth a word. */
const slowMs = 5_000;
const turnsOfCall = values.short ? 4 : 12;
const startedAt = performance.now();
const note = (text: string) =>
  process.stderr.write(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${text}\n`);

const callsWorkers = values.short ? ['calls'] : ['calls-1', 'calls-2'];
const deployment = await startDeployment({
  ...{ name: 'chaos', real, cluster: values.cluster, awayMs: 300, note },
  workers: {
    ...Object.fromEntries(callsWorkers.map((name) => [name, ['calls']])),
    ...Object.fromEntries(['stt', 'cache', 'bank', 'llm', 'tts', 'records', 'telephony'].map((queue) => [queue, [queue]])),
  },
  settings: {
    // A storm makes work wait; new calls must come all the same.
    MAX_QUEUE_DELAY_MS: '0',
    MAX_SLOT_USE: '1',
    LOG_LEVEL: 'info',
  },
});
const { apiUrls, desk, env, folder, parts, postgres, temporal } = deployment;
const components = [...parts, ...temporal.components, postgresComponent(postgres, 300)];
note(`${components.length} components run`);

/** Calls, one after the other, until the storm is over; the last one is finished. */
const storm = { over: false };
const calls: Call[] = [];
const said = await utterances({ real, seed });
async function callAgainAndAgain(line: number): Promise<void> {
  const random = randomFrom(seed * 1_000 + line);
  for (let call = 0; !storm.over; call++) {
    const caller = new ChaosCaller({
      sessionId: `chaos-${line}-${call}`,
      urls: line % 2 ? [...apiUrls].reverse() : apiUrls,
      readable: !real,
      log: note,
    });
    const heard: Heard[] = [];
    const askedForPerson = random() < 0.6;
    for (let turn = 0; turn < turnsOfCall && !storm.over && !caller.ended; turn++) {
      const told = await caller.say(said.question(line, call, turn));
      heard.push(told);
      if (told.waitMs > slowMs)
        note(`${caller.sessionId}: waited ${Math.round(told.waitMs)} ms (turns ${told.turns}, said ${told.said}x)`);
      await sleep(200 + random() * 600);
    }
    if (askedForPerson && !caller.ended) heard.push(await caller.say(said.person));
    // A transfer ends the call from the other side.
    if (askedForPerson) await caller.waitForEnd(20_000);
    await caller.hangUp();
    calls.push({ caller, heard, askedForPerson });
  }
}

const kills: Record<string, number> = {};
let drains = 0;
const random = randomFrom(seed);
async function strike(component: Component, drain: boolean): Promise<void> {
  note(`${drain ? 'drain' : 'kill '} ${component.name}`);
  if (drain) {
    drains++;
    await component.drain?.();
  } else {
    kills[component.name] = (kills[component.name] ?? 0) + 1;
    await component.kill();
  }
  note(`      ${component.name} is back`);
}

const lines = Array.from({ length: callers }, (_, line) => callAgainAndAgain(line));
const failed = Promise.all(lines).then(() => new Promise<never>(() => {}));
failed.catch(() => undefined);
await Promise.race([sleep(values.short ? 1_500 : 5_000), failed]);

const stormStartedAt = performance.now();
const shuffled = <T>(items: readonly T[]): T[] =>
  items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
let order = shuffled(components);
/** Components that are away. */
const mending = new Map<Component, Promise<void>>();
const goesOn = () => (values.short ? order.length > 0 : performance.now() - stormStartedAt < Number(values.minutes) * 60_000);
while (goesOn()) {
  if (order.length === 0) order = shuffled(components);
  const component = order.shift() as Component;
  while (mending.has(component) || mending.size >= maxAway) await Promise.race([...mending.values(), failed]);
  // Now and then a deploy instead of a crash; everything is killed at least once.
  const drain = component.drain !== undefined && (kills[component.name] ?? 0) > 0 && random() < 0.25;
  const striking = strike(component, drain);
  const mended = striking.finally(() => mending.delete(component));
  mending.set(component, mended);
  // Some blows fall before the one before is mended.
  await Promise.race([random() < (values.short ? 0.7 : 0.2) ? undefined : mended, failed]);
  await Promise.race([sleep(pauseMs * (0.5 + random())), failed]);
}
await Promise.all(mending.values());
storm.over = true;
note('The storm is over; calls are finished.');
await Promise.all(lines);

const checked = await checkInvariants({
  calls,
  env,
  apiUrls,
  desk,
  readable: !real,
});
const heard = calls.flatMap((call) => call.heard);
note('Stopping.');
await deployment.stop();

const { violations, ...counts } = checked;
for (const violation of violations) note(`VIOLATION ${violation}`);
const clean = violations.length === 0 && checked.orphanWorkflows === 0 && checked.openPipes === 0;
const longest = (ms: readonly number[]) => Math.round(Math.max(0, ...ms));
if (clean && !values.keep) await rm(folder, { recursive: true, force: true });
else note(`Logs are kept in ${folder}`);
process.stdout.write(
  `${JSON.stringify({
    chaos: values.short ? 'short' : 'full',
    engines: values.engines,
    seed,
    kills: Object.values(kills).reduce((sum, n) => sum + n, 0),
    ...counts,
    longestWaitMs: longest(heard.filter(({ result }) => result === 'answered').map(({ waitMs }) => waitMs)),
    longestSilenceMs: longest(heard.map(({ silenceMs }) => silenceMs)),
    medianWaitMs: Math.round(heard.map(({ waitMs }) => waitMs).sort((a, b) => a - b)[Math.floor(heard.length / 2)] ?? Number.NaN),
    calls: calls.length,
    reconnects: calls.reduce((sum, { caller }) => sum + caller.reconnects, 0),
    saidAgain: heard.reduce((sum, { said: times }) => sum + times - 1, 0),
    drains,
    transferRequests: desk.requests(),
    killsByComponent: kills,
    seconds: Math.round((performance.now() - startedAt) / 1000),
    machine: machine(),
  })}\n`,
);
process.exit(clean ? 0 : 1);
