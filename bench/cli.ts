/**
 * `npm run bench:cli`: how long commands take from the shell's point of view: help, and commands that read from a running service (with stand-in
 * engines). Node alone is measured beside them. The last line is JSON. `--runs N` of each (15).
 */

import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { standInEngines } from '../tests/fakes/stand-in-engines.ts';
import { noBank, startTestStack, testEnvironment } from '../tests/support/test-stack.ts';
import { machine, note, printReport, spread } from './report.ts';

const { values } = parseArgs({ options: { runs: { type: 'string', default: '15' } } });
const runs = Number(values.runs);
const bin = fileURLToPath(new URL('../cli/bin.mjs', import.meta.url));

note('Starting a service ...');
const environment = await testEnvironment(noBank);
const stack = await startTestStack(environment, { engines: standInEngines() });
const env = { ...environment, VOICEBOT_URL: stack.apiUrl ?? '' };
const voicebot = (...args: string[]) => execa('node', [bin, ...args], { env });
await voicebot('start-call', '--session-id', 'measured', '--text', 'Do you like music?');

const measured: Readonly<Record<string, () => Promise<unknown>>> = {
  'node alone': () => execa('node', ['-e', '0']),
  '--help': () => voicebot('--help'),
  'analytics-report --help': () => voicebot('analytics-report', '--help'),
  'list-sessions': () => voicebot('list-sessions'),
  'monitor-session': () => voicebot('monitor-session', '--session-id', 'measured'),
  'orchestrator-health': () => voicebot('orchestrator-health'),
  'analytics-report': () => voicebot('analytics-report'),
  'cache-manager stats': () => voicebot('cache-manager', 'stats'),
  'keys list': () => voicebot('keys', 'list'),
};
const took = new Map(Object.keys(measured).map((name) => [name, [] as number[]]));
// One after the other, again and again: what the machine does meanwhile meets all alike.
for (let run = 0; run < runs; run++) {
  for (const [name, work] of Object.entries(measured)) {
    const began = performance.now();
    await work();
    took.get(name)?.push(performance.now() - began);
  }
}
await stack.stop();
printReport({
  bench: 'cli',
  machine: machine(),
  runs,
  commandMs: Object.fromEntries([...took].map(([name, ms]) => [name, spread(ms)])),
});
process.exit(0);
