import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { messageOf, VoicebotError } from '../domain/errors.ts';
import type { Logger } from '../telemetry/logger.ts';
import { connectTemporal } from './connection.ts';
import { serverFlags } from './server-settings.ts';

export interface DevServerOptions {
  /** The Temporal CLI. */
  readonly binary: string;
  readonly dataDir: string;
  readonly port: number;
  readonly uiPort: number;
  readonly namespace: string;
  /** Whom the UI asks to decrypt what it shows. */
  readonly codecEndpoint?: string | undefined;
}

export interface DevServer {
  readonly address: string;
  readonly uiUrl: string;
  readonly pid: number;
  /** Resolves if the server ends by itself. */
  readonly exited: Promise<void>;
  stop(): Promise<void>;
}

const startTimeoutMs = 30_000;
const stopTimeoutMs = 10_000;
const restartPauseMs = 300;
const ip = '127.0.0.1';

/** Ends a server that a killed process left behind with the same database, so that its ports are free again. */
export async function stopLeftover(dataDir: string): Promise<void> {
  const pidFile = join(dataDir, 'temporal.pid');
  const pid = Number(await readFile(pidFile, 'utf8').catch(() => ''));
  if (!pid) return;
  const { stdout } = await execa('ps', ['-o', 'command=', '-p', String(pid)], { reject: false });
  if (stdout?.includes(join(dataDir, 'temporal.db'))) {
    process.kill(pid, 'SIGTERM');
    for (let waited = 0; waited < stopTimeoutMs && isAlive(pid); waited += 50) await sleep(50);
  }
  await rm(pidFile, { force: true });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A server that ends by itself while it starts is started again so often. */
const maxStarts = 3;

/**
 * Starts the Temporal dev server with its UI; calls persist in a file of `dataDir`. The server picks ports for its inner services
 * and opens them later: where another program took one in between, it ends, and another start picks others.
 * @throws VoicebotError `dependency-unavailable` with the last line that the server printed.
 */
export async function startDevServer(options: DevServerOptions): Promise<DevServer> {
  for (let starts = 1; ; starts++) {
    const launched = await launch(options);
    try {
      await untilReady(launched, options.namespace);
      return launched;
    } catch (error) {
      const ended = launched.hasEnded();
      await launched.stop();
      if (!ended || starts === maxStarts) throw error;
      await sleep(restartPauseMs);
    }
  }
}

interface Launched extends DevServer {
  hasEnded(): boolean;
  /** What it printed last. */
  lastLine(): string;
}

async function launch(options: DevServerOptions): Promise<Launched> {
  const { binary, dataDir, port, uiPort, namespace, codecEndpoint } = options;
  await mkdir(dataDir, { recursive: true });
  const log = createWriteStream(join(dataDir, 'temporal.log'), { flags: 'a' });
  const child = spawn(
    binary,
    ['server', 'start-dev', '--ip', ip, '--port', String(port), '--ui-port', String(uiPort), '--namespace', namespace]
      .concat(['--db-filename', join(dataDir, 'temporal.db'), '--log-level', 'warn', '--log-format', 'json'])
      .concat(codecEndpoint ? ['--ui-codec-endpoint', codecEndpoint] : [])
      .concat(serverFlags()),
    // In a process group of its own: Ctrl-C reaches this process only, which stops the server last.
    { stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  );
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  let tail = '';
  const keepTail = (chunk: Buffer) => {
    tail = `${tail}${chunk}`.slice(-1_000);
  };
  child.stdout.on('data', keepTail);
  child.stderr.on('data', keepTail);
  let ended = false;
  const exited = new Promise<void>((resolve) => {
    const end = () => {
      ended = true;
      resolve();
    };
    child.once('error', (error) => {
      tail = messageOf(error);
      end();
    });
    child.once('exit', end);
  });
  if (child.pid) await writeFile(join(dataDir, 'temporal.pid'), String(child.pid));
  const address = `${ip}:${port}`;
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null && child.pid) {
      child.kill('SIGTERM');
      await Promise.race([once(child, 'exit'), sleep(stopTimeoutMs).then(() => child.kill('SIGKILL'))]);
    }
    await rm(join(dataDir, 'temporal.pid'), { force: true });
    log.end();
  };
  const lastLine = () => tail.trim().split('\n').at(-1) ?? '';
  return {
    address,
    uiUrl: `http://localhost:${uiPort}`,
    pid: child.pid ?? 0,
    exited,
    stop,
    hasEnded: () => ended,
    lastLine,
  };
}

async function untilReady(server: Launched, namespace: string): Promise<void> {
  const deadline = Date.now() + startTimeoutMs;
  const ended = server.exited.then(() => false);
  while (Date.now() < deadline && !server.hasEnded()) {
    // A connection is waited for longer than it takes to see that nobody will answer it.
    if (await Promise.race([answers(server.address, namespace), ended])) return;
    await sleep(100);
  }
  const what = server.hasEnded() ? 'ended while it started' : `did not answer within ${startTimeoutMs / 1000} s`;
  throw new VoicebotError('dependency-unavailable', `The embedded Temporal server ${what}: ${server.lastLine()}`, {
    hint: 'Its log is temporal.log in DATA_DIR.',
  });
}

async function answers(address: string, namespace: string): Promise<boolean> {
  try {
    const connection = await connectTemporal({ address, namespace });
    await connection.client.workflowService.describeNamespace({ namespace }).finally(() => connection.close());
    return true;
  } catch {
    return false;
  }
}

/** A server that is killed is started again so often in a minute. */
const maxRestarts = 5;

/**
 * Starts the server, and starts it again with the same data whenever it ends by itself: calls go on where they were. `exited`
 * resolves only when it ends again and again.
 */
export async function keepDevServer(options: DevServerOptions, logger: Logger): Promise<DevServer> {
  let server = await startDevServer(options);
  let stopped = false;
  const restarts: number[] = [];
  const keep = async () => {
    for (;;) {
      await server.exited;
      if (stopped) return;
      restarts.push(performance.now());
      if (restarts.length > maxRestarts && performance.now() - (restarts.at(-maxRestarts) ?? 0) < 60_000) return;
      logger.warn('the embedded Temporal server ended and is started again; calls wait meanwhile');
      await server.stop();
      await sleep(restartPauseMs);
      try {
        server = await startDevServer(options);
        // It may have been stopped while it started.
        if (stopped) return await server.stop();
        logger.info('the embedded Temporal server is back');
      } catch (error) {
        logger.error({ error: messageOf(error) }, 'the embedded Temporal server does not start again');
      }
    }
  };
  const exited = keep();
  return {
    address: server.address,
    uiUrl: server.uiUrl,
    get pid() {
      return server.pid;
    },
    exited: exited.then(() => (stopped ? new Promise<void>(() => {}) : undefined)),
    stop: async () => {
      stopped = true;
      await server.stop();
    },
  };
}
