/**
 * `npm run bench:security`: what authentication, limits and encryption cost a caller: two stacks in one run, with all of it and without, asked in turn
 * by a live caller each. The engines are stand-ins that take as long as the real ones were measured to take. The last line is JSON.
 * `--turns N` (40).
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fakeUtterance } from '../tests/chaos/caller.ts';
import { standInEngines } from '../tests/fakes/stand-in-engines.ts';
import { LiveCaller } from '../tests/support/live-caller.ts';
import { noBank, startTestStack, type TestEnvironment, testEnvironment } from '../tests/support/test-stack.ts';
import { machine, note, printReport, round, spread } from './report.ts';

const { values } = parseArgs({ options: { turns: { type: 'string', default: '40' } } });
const turns = Number(values.turns);
const question = 'Do you like music?';

interface Side {
  readonly caller: LiveCaller;
  readonly waits: number[];
  stop(): Promise<void>;
}

async function side(name: string, settings: TestEnvironment): Promise<Side> {
  const environment = await testEnvironment({ ...noBank, ...settings, IDLE_PROMPT_SECONDS: '0' });
  const stack = await startTestStack(environment, { engines: standInEngines() });
  const baseUrl = stack.apiUrl ?? '';
  const key = settings.AUTH === 'on' ? (await readFile(join(environment.DATA_DIR ?? '', 'admin.key'), 'utf8')).trim() : undefined;
  let token: string | undefined;
  if (key) {
    const headers = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' };
    const made = await fetch(`${baseUrl}/tokens`, { method: 'POST', headers, body: JSON.stringify({ session: name }) });
    ({ token } = (await made.json()) as { token: string });
  }
  const format = { encoding: 'pcm16', sampleRateHz: 16_000 } as const;
  const caller = await LiveCaller.connect({ baseUrl, sessionId: name, token, format });
  return { caller, waits: [], stop: () => caller.leave().then(() => stack.stop()) };
}

async function ask({ caller, waits }: Side, counts: boolean): Promise<void> {
  const metrics = caller.client.next('turn.metrics', { timeoutMs: 30_000 });
  const done = caller.client.next('reply.done', { timeoutMs: 30_000 });
  await caller.saySamples(fakeUtterance(question).samples);
  const { voiceToVoiceMs } = await metrics;
  await done;
  if (counts) waits.push(voiceToVoiceMs);
}

note('Starting two stacks ...');
const plain = await side('plain', { AUTH: 'off', PAYLOAD_ENCRYPTION: 'false' });
const secure = await side('secure', { AUTH: 'on', PAYLOAD_ENCRYPTION: 'true' });
for (let i = 0; i < 3; i++) for (const one of [plain, secure]) await ask(one, false);
note(`${turns} turns each ...`);
for (let i = 0; i < turns; i++) for (const one of i % 2 ? [plain, secure] : [secure, plain]) await ask(one, true);
const [without, withAll] = [spread(plain.waits), spread(secure.waits)];
await Promise.all([plain.stop(), secure.stop()]);
printReport({
  bench: 'security',
  machine: machine(),
  turns,
  voiceToVoiceMs: { without, with: withAll, addedP50: round(withAll.p50 - without.p50, 1) },
});
process.exit(0);
