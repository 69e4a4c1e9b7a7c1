import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ApiClient } from '../api-client.ts';
import type { Health } from '../commands/health.ts';
import { red } from '../terminal/colours.ts';
import { working } from '../terminal/working.ts';

const bin = fileURLToPath(new URL('../bin.mjs', import.meta.url));
const startMs = 300_000;

export interface OwnService {
  /** Starts a service where none answers, and waits until it is ready. @returns whether one is. */
  up(): Promise<boolean>;
  /** Stops the one that was started here; another's goes on. */
  stop(): Promise<void>;
}

/** A service that runs for as long as this program does. */
export function ownService(client: ApiClient): OwnService {
  let child: ChildProcess | undefined;
  const state = () =>
    client.json<Health>('/health').then(
      ({ status }) => status,
      () => undefined,
    );
  return {
    async up() {
      if (await state()) return true;
      const started = spawn(process.execPath, [bin, 'start'], {
        stdio: 'ignore',
        env: { ...process.env, PORT: new URL(client.baseUrl).port || '8000' },
        detached: true,
      });
      child = started;
      const ready = await working('Starting the service; the first start fetches models', async () => {
        for (
          const deadline = performance.now() + startMs;
          started.exitCode === null && performance.now() < deadline;
          await sleep(300)
        ) {
          if ((await state()) === 'ok') return true;
        }
        return false;
      });
      if (!ready)
        process.stdout.write(`${red('The service did not become ready.')} voicebot start says why; voicebot doctor, too.\n`);
      return ready;
    },
    async stop() {
      if (!child || child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGINT');
      await working('Stopping the service', () => ended);
      child = undefined;
    },
  };
}
