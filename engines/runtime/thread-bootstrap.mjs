// Threads do not inherit the TypeScript loader of the process that starts them.
import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { workerData } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

// On Linux a thread has a priority of its own, which threads that it starts inherit. Elsewhere all stay equal.
if (workerData.niceness > 0 && process.platform === 'linux') {
  const [, thread] = /task\/(\d+)$/.exec(readlinkSync('/proc/thread-self')) ?? [];
  if (thread) setPriority(Number(thread), workerData.niceness);
}

register();
await import(workerData.entry);
