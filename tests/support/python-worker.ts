import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../python/', import.meta.url));
const python = `${folder}.venv/bin/python`;

/** Whether `npm run test:python` has made the environment of the Python workers; says so where it has not. */
export function hasPythonWorkers(): boolean {
  if (existsSync(python)) return true;
  process.stderr.write('SKIPPED: the Python workers are not installed; npm run test:python installs them.\n');
  return false;
}

export interface PythonWorker {
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the worker whose fake engines speak tones. */
export async function startToneWorker(environment: Readonly<Record<string, string>>): Promise<PythonWorker> {
  const env = { ...process.env, ...environment, PYTHONPATH: `${folder}:${folder}tests`, PYTHONUNBUFFERED: '1' };
  const child = spawn(python, ['tests/tone_worker.py'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  await ready(child);
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  };
  return { kill: () => end('SIGKILL'), stop: () => end('SIGTERM') };
}

function ready(child: ChildProcess): Promise<void> {
  let errors = '';
  child.stderr?.on('data', (chunk) => {
    errors = `${errors}${chunk}`.slice(-2_000);
  });
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', (chunk) => String(chunk).includes('ready') && resolve());
    child.once('exit', (code) => reject(new Error(`The Python worker ended with ${code}: ${errors}`)));
  });
}
