/**
 * `npm run bench:abuse`: clients that behave badly beside one that does not: memory before, during and after, and how long the well-behaved
 * caller waits meanwhile. The last line is JSON.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
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
async function wellBehaved(name: string, turns: number): Promise<number[]> {
  const caller = await LiveCaller.connect({ baseUrl, sessionId: name, token: goodKey });
  const waits: number[] = [];
  for (let i = 0; i < turns; i++) {
    const metrics = caller.client.next('turn.metrics', { timeoutMs: 20_000 }).then(
      (event) => event.voiceToVoiceMs,
      () => Number.NaN,
    );
    const done = caller.client.next('reply.done', { timeoutMs: 20_000 }).catch(() => undefined);
    await caller.saySamples(question);
    await done;
    // A turn whose reply did not come is told, not hidden.
    waits.push(await metrics);
  }
  await caller.leave();
  return waits;
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

// What is learnt after a start, while nobody waits for it, is not measured.
note('warming up ...');
await wellBehaved('warm', 10);
const before = memoryMb();
let most = before;
const watch = setInterval(() => {
  most = Math.max(most, memoryMb());
}, 250);
const kinds = ['tooFast', 'neverReads', 'reconnects', 'garbage'];
const results: Record<string, unknown> = {};
for (const name of kinds) {
  // What the service still learns meanwhile makes later turns faster: each kind is compared with the turns just before it.
  note(`before ${name} ...`);
  const alone = await wellBehaved(`before-${name}`, 4);
  note(`${name} ...`);
  most = memoryMb();
  const program = fileURLToPath(new URL('./abuse-clients.ts', import.meta.url));
  const count = name === 'neverReads' ? 2 : abusers;
  const clients = spawn(process.execPath, ['--import', 'tsx', program, name, baseUrl, badKey, String(count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(clients.stdout, 'data');
  const waits = await wellBehaved(`beside-${name}`, Math.ceil(seconds / 5));
  clients.kill('SIGKILL');
  const answered = waits.filter((wait) => !Number.isNaN(wait));
  results[name] = {
    memoryMb: most,
    aloneMs: spread(alone),
    voiceToVoiceMs: spread(answered),
    times: round(median(answered) / median(alone), 2),
    unanswered: waits.length - answered.length,
  };
  await sleep(3_000);
}
await sleep(2_000);
clearInterval(watch);
const after = memoryMb();
await stack.stop();
printReport({
  bench: 'abuse',
  machine: machine(),
  memoryBeforeMb: before,
  ...results,
  memoryAfterMb: after,
});
process.exit(0);
