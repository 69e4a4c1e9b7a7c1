import { getPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';

const bootstrap = fileURLToPath(new URL('../../engines/runtime/thread-bootstrap.mjs', import.meta.url));
/** Runs in a thread of an engine, and tells its priority. */
const entry = `data:text/javascript,${encodeURIComponent(`
  import { readlinkSync } from 'node:fs';
  import { getPriority } from 'node:os';
  import { parentPort } from 'node:worker_threads';
  parentPort.postMessage(getPriority(Number(/\\d+$/.exec(readlinkSync('/proc/thread-self'))[0])));
`)}`;

const [own, heavy] = [getPriority(), 5];

async function niceness(ofProcess: number, ofThread: number): Promise<number> {
  const script = `
    const { Worker } = require('node:worker_threads');
    new Worker(${JSON.stringify(bootstrap)}, { workerData: ${JSON.stringify({ entry, niceness: ofThread })} }).on('message', (nice) => console.log(nice));
  `;
  const { stdout } = await execa('nice', ['-n', String(ofProcess), process.execPath, '-e', script]);
  return Number(stdout);
}

describe.skipIf(process.platform !== 'linux')('a heavy thread of an engine', () => {
  it('leaves the processor to those that callers wait for', async () => {
    expect(await niceness(0, heavy)).toBe(Math.max(own, heavy));
  });

  it('is as patient as its process where that was started with nice', async () => {
    expect(await niceness(12, heavy)).toBe(Math.min(own + 12, 19));
  });
});
