import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startDevServer } from '../../temporal/dev-server.ts';
import type { PostgresServer } from '../support/postgres-server.ts';

/** Something that can be killed and comes back. */
export interface Component {
  readonly name: string;
  readonly pid: number;
  /** Ends it without a word and starts it again after a while. */
  kill(): Promise<void>;
  /** Asks it to stop, as a deploy does, and starts it again; unset where that is no different. */
  drain?(): Promise<void>;
  stop(): Promise<void>;
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const startTimeoutMs = 60_000;
const drainTimeoutMs = 30_000;

export interface PartOptions {
  readonly name: string;
  /** Of `tests/fakes/part.ts`, or of `cli/bin.mjs`. */
  readonly args: readonly string[];
  /** The real engines, by the product's own command. */
  readonly real: boolean;
  readonly env: Readonly<Record<string, string>>;
  readonly logDir: string;
  /** How long it stays away after a kill, as a supervisor needs to notice it. */
  readonly awayMs: number;
}

/** Starts a process of the service; one that is killed or drained is started again, as a supervisor does. */
export async function startPart(options: PartOptions): Promise<Component> {
  const { name, args, real, env, logDir, awayMs } = options;
  const log = openSync(join(logDir, `${name}.log`), 'a');
  return supervise({
    name,
    awayMs,
    run: () => {
      const script = real ? ['cli/bin.mjs', ...args] : ['--import', 'tsx', 'tests/fakes/part.ts', ...args];
      const stdio = real ? ['ignore', 'pipe', log] : ['ignore', log, log, 'ipc'];
      return spawn(process.execPath, script, { cwd: root, env: { ...process.env, ...env }, stdio: stdio as never });
    },
    isUp: (child) => (real ? printed(child, /Ready after/) : once(child, 'message')),
  });
}

export interface SupervisedOptions {
  readonly name: string;
  readonly awayMs: number;
  run(): ChildProcess;
  isUp(child: ChildProcess): Promise<unknown>;
}

/** Keeps a process running, until it is told to stop. */
export async function supervise({ name, awayMs, run, isUp }: SupervisedOptions): Promise<Component> {
  let child: ChildProcess;
  let stopping = false;
  const start = async () => {
    child = run();
    await Promise.race([
      isUp(child),
      once(child, 'exit').then(([code]) => {
        throw new Error(`${name} ended with ${code} while it started; see its log.`);
      }),
      sleep(startTimeoutMs, undefined, { ref: false }).then(() => {
        throw new Error(`${name} did not start.`);
      }),
    ]);
  };
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    const late = sleep(drainTimeoutMs, 'late', { ref: false });
    if ((await Promise.race([gone, late])) === 'late') {
      child.kill('SIGKILL');
      await gone;
      throw new Error(`${name} did not stop within ${drainTimeoutMs / 1000} s of SIGTERM.`);
    }
  };
  await start();
  return {
    name,
    get pid() {
      return child.pid ?? 0;
    },
    kill: async () => {
      if (stopping) return;
      await end('SIGKILL');
      await sleep(awayMs);
      if (!stopping) await start();
    },
    drain: async () => {
      if (stopping) return;
      await end('SIGTERM');
      if (!stopping) await start();
    },
    stop: async () => {
      stopping = true;
      await end('SIGTERM');
    },
  };
}

/** Resolves once the process has printed it; what comes later is read too, since a closed pipe would end the process. */
function printed(child: ChildProcess, text: RegExp): Promise<void> {
  let output = '';
  return new Promise((resolve) => {
    child.stdout?.on('data', (chunk) => {
      output = `${output}${chunk}`.slice(-1_000);
      if (text.test(output)) resolve();
    });
  });
}

/** The Temporal dev server, which keeps its state in a file. */
export async function startTemporal(
  options: Parameters<typeof startDevServer>[0],
  awayMs: number,
): Promise<Component & { readonly address: string }> {
  let server = await startDevServer(options);
  return {
    name: 'temporal',
    address: server.address,
    get pid() {
      return server.pid;
    },
    kill: async () => {
      process.kill(server.pid, 'SIGKILL');
      await server.exited;
      await sleep(awayMs);
      server = await startDevServer(options);
    },
    stop: () => server.stop(),
  };
}

export function postgresComponent(server: PostgresServer, awayMs: number, name = 'postgres'): Component {
  return {
    name,
    get pid() {
      return server.pid() ?? 0;
    },
    kill: async () => {
      await server.kill();
      await sleep(awayMs);
      await server.start();
    },
    stop: () => server.close(),
  };
}
