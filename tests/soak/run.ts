/**
 * `npm run soak`: callers in real time at a load that the machine carries, while new versions are deployed, process by process. It fails
 * where a turn is not answered, a call is cut, the wait grows, or a process's memory does. The last line is JSON.
 * `--minutes N` (120), `--calls N` at once, which should be 70 % of what bench:scale says that the machine carries; `--deploys N` of all
 * processes (3) about the middle, so that a process lives long before and after them; `--cluster`: on a Temporal server of four services; `--engines real`.
 */
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { usageOf } from '../../bench/process-usage.ts';
import { machine, note, printReport, round, spread } from '../../bench/report.ts';
import type { LiveEvents } from '../../client/live-client.ts';
import { allQueues } from '../../services/workers.ts';
import { ChaosCaller, type Heard } from '../chaos/caller.ts';
import { startDeployment } from '../chaos/deployment.ts';
import { type Call, checkInvariants } from '../chaos/invariants.ts';
import { utterances } from '../chaos/utterances.ts';
import { type Sample, trendOf } from './trend.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '120' },
    calls: { type: 'string', default: '14' },
    deploys: { type: 'string', default: '3' },
    engines: { type: 'string', default: 'stand-in' },
    cluster: { type: 'boolean', default: false },
  },
});
const runMs = Number(values.minutes) * 60_000;
const callers = Number(values.calls);
const deploys = Number(values.deploys);
const real = values.engines === 'real';
const turnsOfCall = 10;
const pauseMs = 2_000;
const sampleMs = 2_000;
/** Caches fill, and the garbage collector finds its size. */
const warmUpSeconds = Math.min(900, runMs / 1000 / 4);
const betweenDeploysMs = Math.min(300_000, runMs / (deploys + 1));
const noteMs = 600_000;
/** What a process may seem to grow by in an hour before it counts, beside what chance explains. */
const tolerableMbPerHour = 8;
/** In a short run the collector's own rhythm is all that shows. */
const telling = runMs >= 600_000;

const deployment = await startDeployment({
  ...{ name: 'soak', real, cluster: values.cluster, awayMs: 0, note },
  workers: { 'workers-1': allQueues, 'workers-2': allQueues },
  settings: { LOG_LEVEL: 'warn' },
});
const { apiUrls, desk, env, folder, parts } = deployment;

/** Memory by the life of a process: a deploy begins another one. */
const lives = new Map<string, Sample[]>();
const startedAt = performance.now();
const secondsNow = () => (performance.now() - startedAt) / 1000;
const sampler = setInterval(() => {
  for (const { name, pid } of parts) {
    const usage = usageOf(pid);
    if (!usage) continue;
    const life = `${name} ${pid}`;
    lives.set(life, [...(lives.get(life) ?? []), { atSeconds: secondsNow(), memoryMb: usage.memoryMb }]);
  }
}, sampleMs);
const noter = setInterval(() => {
  const memory = parts.map(({ name, pid }) => `${name} ${round(usageOf(pid)?.memoryMb ?? Number.NaN)} MB`);
  note(`${Math.round(secondsNow())} s: ${waits.length} turns; ${memory.join(', ')}`);
}, noteMs);

let over = false;
const calls: Call[] = [];
const waits: { readonly atSeconds: number; readonly ms: number }[] = [];
const said = await utterances({ real, seed: 1 });
/** Why calls could not be held to their end. */
const cut: string[] = [];
async function callAgainAndAgain(line: number): Promise<void> {
  for (let call = 0; !over; call++) {
    const caller = new ChaosCaller({
      sessionId: `soak-${line}-${call}`,
      urls: line % 2 ? [...apiUrls].reverse() : apiUrls,
      readable: !real,
      log: () => {},
      onEvent: (event) => {
        if (event.type !== 'turn.metrics') return;
        const { voiceToVoiceMs } = event as LiveEvents['turn.metrics'];
        if (voiceToVoiceMs !== undefined) waits.push({ atSeconds: secondsNow(), ms: voiceToVoiceMs });
      },
    });
    const heard: Heard[] = [];
    try {
      for (let turn = 0; turn < turnsOfCall && !over; turn++) {
        heard.push(await caller.say(said.question(line, call, turn)));
        await sleep(pauseMs);
      }
      await caller.hangUp();
    } catch (error) {
      const what = `${Math.round(secondsNow())} s: ${(error as Error).message}`;
      note(what);
      cut.push(what);
      await caller.leave();
    }
    calls.push({ caller, heard, askedForPerson: false });
  }
}

const lines = Array.from({ length: callers }, (_, line) => callAgainAndAgain(line));
for (let deploy = 1; deploy <= deploys; deploy++) {
  const at = runMs / 2 + (deploy - (deploys + 1) / 2) * betweenDeploysMs;
  await sleep(Math.max(0, at - secondsNow() * 1000));
  note(`${Math.round(secondsNow())} s: deploy ${deploy}`);
  for (const component of parts) await component.drain?.();
}
await sleep(Math.max(0, runMs - secondsNow() * 1000));
over = true;
clearInterval(sampler);
clearInterval(noter);
await Promise.all(lines);

const checked = await checkInvariants({
  calls,
  env,
  apiUrls,
  desk,
  readable: !real,
});
await deployment.stop();

const memory = [...lives].map(([life, samples]) => {
  const from = (samples[0]?.atSeconds ?? 0) + warmUpSeconds;
  const trend = trendOf(samples.filter(({ atSeconds }) => atSeconds >= from));
  const grows = trend !== undefined && trend.mbPerHour - trend.noiseMbPerHour > tolerableMbPerHour;
  return {
    process: life.split(' ')[0],
    minutes: round(((samples.at(-1)?.atSeconds ?? 0) - (samples[0]?.atSeconds ?? 0)) / 60, 1),
    endMb: samples.at(-1)?.memoryMb,
    mbPerHour: trend ? round(trend.mbPerHour) : 'unknown',
    noiseMbPerHour: trend ? round(trend.noiseMbPerHour) : 'unknown',
    grows,
  };
});
const settled = waits.filter(({ atSeconds }) => atSeconds > Math.min(30, runMs / 4_000));
const half = (settled[0]?.atSeconds ?? 0) / 2 + secondsNow() / 2;
const voiceToVoiceMs = {
  all: spread(settled.map(({ ms }) => ms)),
  firstHalf: spread(settled.filter(({ atSeconds }) => atSeconds < half).map(({ ms }) => ms)),
  secondHalf: spread(settled.filter(({ atSeconds }) => atSeconds >= half).map(({ ms }) => ms)),
};
const heard = calls.flatMap((call) => call.heard);
const { violations, ...counts } = checked;
const problems = [
  ...violations,
  ...cut,
  ...heard.filter(({ result }) => result !== 'answered').map(({ text, result }) => `'${text}': ${result}`),
  ...(telling
    ? memory.filter(({ grows }) => grows).map(({ process, mbPerHour }) => `${process} grows by ${mbPerHour} MB an hour`)
    : []),
  ...(telling && voiceToVoiceMs.secondHalf.p95 > voiceToVoiceMs.firstHalf.p95 * 1.2
    ? [`p95 grew from ${voiceToVoiceMs.firstHalf.p95} to ${voiceToVoiceMs.secondHalf.p95} ms`]
    : []),
];
for (const problem of problems) note(`PROBLEM ${problem}`);
if (problems.length === 0) await rm(folder, { recursive: true, force: true });
else note(`Logs are kept in ${folder}`);
printReport({
  bench: 'soak',
  ...{
    minutes: Number(values.minutes),
    callers,
    deploys,
    engines: values.engines,
    temporal: values.cluster ? 'cluster' : 'dev server',
  },
  ...counts,
  calls: calls.length,
  reconnects: calls.reduce((sum, { caller }) => sum + caller.reconnects, 0),
  saidAgain: heard.reduce((sum, { said: times }) => sum + times - 1, 0),
  voiceToVoiceMs,
  memory,
  problems,
  machine: machine(),
});
process.exit(problems.length === 0 ? 0 : 1);
