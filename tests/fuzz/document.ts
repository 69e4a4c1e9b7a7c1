/**
 * `npm run fuzz:document`: what schemathesis (https://schemathesis.io, `pip install schemathesis`) makes of the OpenAPI document, against a service with
 * stand-in engines. Options after `--` go to schemathesis; the exit code is its own, or 2 where it is not installed.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { standInEngines } from '../fakes/stand-in-engines.ts';
import { startTestStack, testEnvironment } from '../support/test-stack.ts';

const environment = await testEnvironment({ MAX_CONCURRENT_SESSIONS: '100000', WORKER_WAIT: '5' });
const stack = await startTestStack(environment, { engines: standInEngines() });
const [program = 'schemathesis', ...before] = (process.env.SCHEMATHESIS ?? 'schemathesis').split(' ');
// A session that is deleted has ended, and is read as that: `use_after_free` is not asked for; nor how long speech takes.
const settings = fileURLToPath(new URL('./schemathesis.toml', import.meta.url));
const options = [
  '--config-file',
  settings,
  'run',
  `${stack.apiUrl}/openapi.json`,
  '--checks',
  'all',
  '--exclude-checks',
  'use_after_free,max_response_time',
  '--workers',
  '2',
  // As long as it takes to speak the longest text.
  '--request-timeout',
  '120',
  ...process.argv.slice(2),
];
const running = spawn(program, [...before, ...options], { stdio: 'inherit' });
const code = await once(running, 'exit').then(
  ([exit]) => Number(exit ?? 1),
  () => {
    process.stderr.write('schemathesis is not installed: pip install schemathesis, or say by SCHEMATHESIS where it is.\n');
    return 2;
  },
);
await stack.stop();
process.exit(code);
