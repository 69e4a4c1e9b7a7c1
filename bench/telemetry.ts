/**
 * `npm run bench:telemetry`: what traces cost: two processes in one run, one that sends traces at the default share of calls (or `--ratio`) to a
 * receiver in this process, and one that makes none, asked in turn by a live caller each. Metrics and log fields are on in both: they cannot be
 * turned off. The engines are stand-ins that use no cores, so that what is compared is the orchestration. The last line is JSON. `--turns N` (60).
 */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { allQueues } from '../services/workers.ts';
import { fakeUtterance } from '../tests/chaos/caller.ts';
import { type Component, startPart } from '../tests/chaos/processes.ts';
import { startCollector } from '../tests/fakes/otlp-collector.ts';
import { LiveCaller } from '../tests/support/live-caller.ts';
import { noBank, testEnvironment } from '../tests/support/test-stack.ts';
import { usageOf } from './process-usage.ts';
import { machine, note, printReport, round, spread } from './report.ts';

const { values } = parseArgs({
  options: { turns: { type: 'string', default: '60' }, ratio: { type: 'string', default: '0.1' } },
});
const turns = Number(values.turns);
const ratio = Number(values.ratio);
/** Calls of so many turns, so that the share of calls that are traced is that of turns. */
const turnsOfCall = 4;
const format = { encoding: 'pcm16', sampleRateHz: 16_000 } as const;

interface Side {
  readonly name: string;
  readonly url: string;
  readonly component: Component;
  readonly waits: number[];
  /** By turn. */
  readonly cpuMs: number[];
  caller: LiveCaller | undefined;
}

async function side(name: string, settings: Record<string, string>): Promise<Side> {
  const env = await testEnvironment({ ...noBank, ...settings, IDLE_PROMPT_SECONDS: '0' });
  const logDir = await mkdtemp(join(tmpdir(), 'voicebot-bench-'));
  const component = await startPart({ name, args: ['api', allQueues.join(',')], real: false, env, logDir, awayMs: 0 });
  return { name, url: `http://127.0.0.1:${env.PORT}`, component, waits: [], cpuMs: [], caller: undefined };
}

async function ask(one: Side, turn: number, counts: boolean): Promise<void> {
  if (turn % turnsOfCall === 0) {
    await one.caller?.leave();
    const sessionId = `${counts ? 'counted' : 'warm'}-${turn / turnsOfCall}`;
    one.caller = await LiveCaller.connect({ baseUrl: one.url, sessionId, format });
  }
  const { caller } = one;
  if (!caller) throw new Error('Nobody is on the line.');
  const before = usageOf(one.component.pid)?.cpuMs ?? Number.NaN;
  const metrics = caller.client.next('turn.metrics', { timeoutMs: 30_000 });
  const done = caller.client.next('reply.done', { timeoutMs: 30_000 });
  await caller.saySamples(fakeUtterance('Do you like music?').samples);
  const { voiceToVoiceMs } = await metrics;
  await done;
  if (!counts) return;
  one.waits.push(voiceToVoiceMs);
  one.cpuMs.push((usageOf(one.component.pid)?.cpuMs ?? Number.NaN) - before);
}

const collector = await startCollector();
note('Starting two processes ...');
const plain = await side('plain', {});
const traced = await side('traced', { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, TRACE_SAMPLE_RATIO: String(ratio) });
for (let i = 0; i < turnsOfCall; i++) for (const one of [plain, traced]) await ask(one, i, false);
note(`${turns} turns each ...`);
for (let i = 0; i < turns; i++) for (const one of i % 2 ? [plain, traced] : [traced, plain]) await ask(one, i, true);
await Promise.all([plain, traced].map(({ caller }) => caller?.leave()));
await Promise.all([plain, traced].map(({ component }) => component.stop()));
await collector.stop();
const [without, withTraces] = [spread(plain.waits), spread(traced.waits)];
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const [cpuWithout, cpuWith] = [mean(plain.cpuMs), mean(traced.cpuMs)];
/** What the traces add to each call of several turns, in CPU milliseconds a turn: calls differ by what is traced of them. */
const added = Array.from({ length: Math.floor(turns / turnsOfCall) }, (_, call) => {
  const of = ({ cpuMs }: Side) => mean(cpuMs.slice(call * turnsOfCall, (call + 1) * turnsOfCall));
  return of(traced) - of(plain);
});
/** Half the width of the 95 % confidence interval of the mean. */
const noiseMs = (1.96 * Math.sqrt(mean(added.map((ms) => (ms - mean(added)) ** 2)))) / Math.sqrt(added.length);
printReport({
  bench: 'telemetry',
  machine: machine(),
  turns,
  sampleRatio: ratio,
  spans: collector.spans.length,
  voiceToVoiceMs: { without, with: withTraces, addedP50: round(withTraces.p50 - without.p50, 1) },
  cpuMsPerTurn: {
    without: round(cpuWithout),
    with: round(cpuWith),
    addedPercent: round((cpuWith / cpuWithout - 1) * 100),
    noisePercent: round((noiseMs / cpuWithout) * 100),
  },
});
process.exit(0);
