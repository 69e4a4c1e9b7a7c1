// Threads do not inherit the TypeScript loader of the process that starts them.
import { readlinkSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import { workerData } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

// On Linux a thread has a priority of its own, which threads that it starts inherit. Elsewhere all stay equal.
if (workerData.niceness > 0 && process.platform === 'linux') {
  const [, thread] = /task\/(\d+)$/.exec(readlinkSync('/proc/thread-self')) ?? [];
  // A process that was started with `nice` keeps what it was given: it may not go back.
  if (thread && getPriority(Number(thread)) < workerData.niceness) setPriority(Number(thread), workerData.niceness);
}

register();
await import(workerData.entry);
