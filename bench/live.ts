/**
 * `npm run bench:live`: spoken questions in real time into the socket of a whole embedded stack, and how long the caller waits:
 * from their last speech sample to the first sample of the reply. The last line is JSON.
 * `--wavs DIR`: recorded questions, each asked in a call of its own once the stack is a minute old; `--calls N`: callers at once; `--turns N`;
 * `--svg FILE`.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { resample } from '../audio/resample.ts';
import { decodeWav } from '../audio/wav.ts';
import { Kokoro } from '../engines/kokoro/kokoro.ts';
import { Silero } from '../engines/silero/silero.ts';
import { gather, to16k } from '../tests/support/audio.ts';
import { LiveCaller } from '../tests/support/live-caller.ts';
import { testRuntime } from '../tests/support/runtime.ts';
import { startTestStack, testEnvironment } from '../tests/support/test-stack.ts';
import { ask, type Question, questionRateHz, soundOnly, type Turn } from './live-questions.ts';
import { machine, note, printReport, round, spread } from './report.ts';
import { waterfallSvg, waterfallText } from './waterfall.ts';

const { values } = parseArgs({
  options: {
    wavs: { type: 'string' },
    calls: { type: 'string', default: '4' },
    turns: { type: 'string', default: '12' },
    svg: { type: 'string' },
  },
});
const turns = Number(values.turns);
const calls = Number(values.calls);

const questions = {
  generated: ['Good morning to you.', 'How are you doing today?', 'It is very nice to talk with you.', 'Do you like music?'],
  cached: 'Are you having a good day?',
  interruption: 'Wait, please stop, I have another question.',
} as const;

const silero = new Silero(testRuntime());
const kokoro = new Kokoro(testRuntime());
const spoken = async (text: string) => soundOnly(silero, text, await to16k(await gather(kokoro.speak(text))));

async function recordings(folder: string): Promise<Question[]> {
  const files = (await readdir(folder)).filter((name) => /^[^.].*\.wav$/i.test(name)).sort();
  const found: Question[] = [];
  for (const name of files) {
    const samples = await resample(decodeWav(await readFile(join(folder, name)), 60), questionRateHz);
    if ((await silero.segments(samples)).length > 0) found.push(await soundOnly(silero, name, samples));
    else note(`${name} holds no speech and is left out.`);
  }
  if (found.length === 0) throw new Error(`There is no WAV file with speech in ${folder}.`);
  return found;
}

note('Speaking the questions ...');
const generated = await Promise.all(questions.generated.map(spoken));
const asked = values.wavs ? await recordings(values.wavs) : [];
const cached = await spoken(questions.cached);
const interruption = await spoken(questions.interruption);
await Promise.all([kokoro.unload(), silero.unload()]);

note('Starting the stack ...');
const stack = await startTestStack(await testEnvironment({ MAX_CONCURRENT_SESSIONS: '1000', IDLE_PROMPT_SECONDS: '0' }));
await stack.ready;
const readyAt = performance.now();
const baseUrl = stack.apiUrl ?? '';
const run = `bench-${Date.now()}`;

const connect = (name: string) => LiveCaller.connect({ baseUrl, sessionId: `${run}-${name}` });

const steps = ['endpointingMs', 'transcribeMs', 'lookupMs', 'thinkMs', 'speakMs', 'temporalMs', 'releaseMs'] as const;

function summary(measured: readonly Turn[]) {
  const { p50, p95, n } = spread(measured.map((turn) => turn.voiceToVoiceMs));
  const each = Object.fromEntries(
    steps.flatMap((step) => {
      const known = measured.flatMap(({ metrics }) => metrics[step] ?? []);
      return known.length === 0 ? [] : [[step.replace('Ms', ''), spread(known)]];
    }),
  );
  const temporal = spread(measured.flatMap(({ metrics }) => metrics.temporalMs ?? []));
  // The socket, and how far the ears' last sound lies before the recording's.
  const socketMs = spread(measured.map((turn) => turn.voiceToVoiceMs - turn.metrics.voiceToVoiceMs));
  return {
    p50Ms: p50,
    p95Ms: p95,
    turns: n,
    temporalMs: temporal.p50,
    temporalP95Ms: temporal.p95,
    socketMs: socketMs.p50,
    steps: each,
    sources: [...new Set(measured.map(({ metrics }) => metrics.source))],
  };
}

async function conversation(name: string, script: readonly Question[]): Promise<Turn[]> {
  const caller = await connect(name);
  const measured: Turn[] = [];
  for (const question of script) measured.push(await ask(caller, question));
  await caller.leave();
  return measured;
}

const repeat = <T>(items: readonly T[], n: number): T[] => Array.from({ length: n }, (_, i) => items[i % items.length] as T);

note('Warming up ...');
// The answer to the first question of a call is kept for others, and its speech is made ahead of the next.
await conversation('warm', [cached, generated[0] as Question]);
for (let known = false; !known; ) {
  const [turn] = await conversation(`warm-${performance.now()}`, [cached]);
  known = turn?.metrics.source === 'cache' && (turn.metrics.speakMs ?? 50) < 50;
  // Speech is made ahead while nobody is on the line.
  if (!known) await sleep(4_000);
}

note('generated ...');
const generatedTurns = await conversation('generated', repeat(generated, turns));
note('cached ...');
const cachedTurns = await conversation('cached', repeat([cached], turns));

note(`${calls} calls at once ...`);
const together = await Promise.all(
  Array.from({ length: calls }, (_, i) => conversation(`together-${i}`, repeat([cached], turns / 2))),
);

note('8 callers falling silent at the same instant ...');
const eight = await Promise.all(Array.from({ length: 8 }, (_, i) => connect(`eight-${i}`)));
const instant: Turn[] = [];
for (let i = 0; i < 3; i++) instant.push(...(await Promise.all(eight.map((caller) => ask(caller, cached)))));
await Promise.all(eight.map((caller) => caller.leave()));

note('barge-in ...');
const bargeIns: number[] = [];
const interrupter = await connect('barge-in');
for (let i = 0; i < turns; i++) {
  const started = interrupter.client.next('reply.started', { timeoutMs: 60_000 });
  await interrupter.saySamples(generated[i % generated.length]?.samples ?? new Float32Array());
  await started;
  await sleep(250);
  const from = performance.now();
  const paused = interrupter.client.next('reply.paused', { timeoutMs: 10_000 }).then(() => performance.now());
  const done = interrupter.client.next('reply.done', { timeoutMs: 10_000 }).then(() => undefined);
  const saying = interrupter.saySamples(interruption.samples);
  // A reply that was over before the caller's first word was not interrupted.
  // From this event on the client plays nothing any more, not even what has come already.
  const stoppedAt = await Promise.race([paused, done]);
  for (const waiting of [paused, done]) waiting.catch(() => undefined);
  if (stoppedAt !== undefined) bargeIns.push(stoppedAt - from);
  await saying;
  await interrupter.client.next('reply.done', { timeoutMs: 60_000 }).catch(() => undefined);
  await sleep(300);
}
await interrupter.leave();

/** Each question is the first of its call: no answer depends on another. */
async function eachInItsCall(script: readonly Question[]) {
  const measured: { readonly name: string; readonly turn: Turn }[] = [];
  await sleep(Math.max(0, 60_000 - (performance.now() - readyAt)));
  for (const [i, question] of script.entries()) {
    const [turn] = await conversation(`asked-${i}`, [question]);
    if (turn) measured.push({ name: question.name, turn });
  }
  const slowest = [...measured].sort((a, b) => b.turn.voiceToVoiceMs - a.turn.voiceToVoiceMs).slice(0, 5);
  return {
    ...summary(measured.map(({ turn }) => turn)),
    slowest: slowest.map(({ name, turn }) => ({
      name,
      voiceToVoiceMs: round(turn.voiceToVoiceMs),
      source: turn.metrics.source,
      ...Object.fromEntries(
        steps.flatMap((step) => (turn.metrics[step] === undefined ? [] : [[step, round(turn.metrics[step])]])),
      ),
    })),
  };
}
if (asked.length > 0) note(`${asked.length} recorded questions ...`);
const recorded = asked.length > 0 ? { recorded: await eachInItsCall(asked) } : {};
await stack.stop();

const median = [...cachedTurns].sort((a, b) => a.voiceToVoiceMs - b.voiceToVoiceMs)[Math.floor(cachedTurns.length / 2)];
const medianGenerated = [...generatedTurns].sort((a, b) => a.voiceToVoiceMs - b.voiceToVoiceMs)[
  Math.floor(generatedTurns.length / 2)
];
const rows = [
  ...(median ? [{ title: 'cached answer', metrics: median.metrics }] : []),
  ...(medianGenerated ? [{ title: 'generated answer', metrics: medianGenerated.metrics }] : []),
];
note(waterfallText(rows));
const svg = values.svg ?? 'data/bench/live.svg';
await mkdir(join(svg, '..'), { recursive: true });
await writeFile(svg, waterfallSvg(rows));
note(`Picture: ${svg}`);

const single = summary(cachedTurns);
const many = summary(together.flat());
printReport({
  bench: 'live',
  machine: machine(),
  generated: summary(generatedTurns),
  cached: single,
  callsAtOnce: { calls, ...many, p95OfSingle: round(many.p95Ms / single.p95Ms, 2) },
  eightAtTheSameInstant: summary(instant),
  ...recorded,
  bargeIn: { p50Ms: spread(bargeIns).p50, p95Ms: spread(bargeIns).p95, interruptions: bargeIns.length },
});
process.exit(0);
