/**
 * Trains a real adapter of the embedded language model, and loads it into a running call: `npm run demo:adapter`.
 * Needs Python 3.11 or later, and once the time to install PyTorch (about 6 GB); then some minutes on a CPU. Everything else is the service
 * itself, in a folder of its own.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { artifactById } from '../../artifacts/manifest.ts';
import { ArtifactStore } from '../../artifacts/store.ts';
import { loadConfig, modelCacheDir } from '../../config/load.ts';
import { freePort } from '../../services/ports.ts';
import { turns } from './turns.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const workers = join(root, 'python');
const steps = Number(process.env.DEMO_STEPS ?? 40);
const tell = (text: string) => process.stdout.write(`${text}\n`);

const data = await mkdtemp(join(tmpdir(), 'voicebot-adapter-'));
const [port, temporalPort, uiPort] = [await freePort(), await freePort(), await freePort()];
const env = {
  PORT: String(port),
  TEMPORAL_PORT: String(temporalPort),
  TEMPORAL_UI_PORT: String(uiPort),
  DATA_DIR: data,
  // Before and after are told apart by what the model says, however well.
  LLM_MAY: 'talk',
  LOG_LEVEL: 'warn',
};
const api = `http://127.0.0.1:${port}`;
const python = await trainerPython();

const service = execa('node', [join(root, 'cli', 'bin.mjs'), 'start'], {
  env,
  stdio: ['ignore', 'ignore', 'inherit'],
  reject: false,
});
const trainer = { process: undefined as ReturnType<typeof startTrainer> | undefined };
try {
  tell('1. The service starts.');
  await until(async () => (await fetch(`${api}/ready`).catch(() => undefined))?.ok === true, 600_000);

  tell(`2. ${turns.length} turns are taken in a call, and a person says what should have been answered.`);
  await post('/sessions/reviewed', {});
  for (const [asked, better] of turns) {
    const { turn } = await post<{ turn: number }>('/sessions/reviewed/turns', { text: asked });
    // The record of a turn is written beside the call.
    await until(
      async () => (await send('PUT', `/sessions/reviewed/turns/${turn}/review`, { verdict: 'bad', betterReply: better })).ok,
      30_000,
    );
  }

  const questions = ['How do you do?', 'Tell me a story.', 'Thanks for everything.', 'What a rainy morning.'];
  await post('/sessions/running', {});
  const before = await answers(questions);

  tell(`3. An adapter is trained on them, ${steps} steps; some are held out. The workflow is at http://127.0.0.1:${uiPort}.`);
  trainer.process = startTrainer();
  const [baseModelPath = ''] = await new ArtifactStore(modelCacheDir(loadConfig())).ensure(artifactById('smollm2'));
  await post('/adapters/house-style/train', { baseModelPath, steps });
  let shown = '';
  let killed = false;
  const outcome = await until(async () => {
    const state = await get<{ status: string; progress?: { step?: number; of?: number; loss?: number }; result?: unknown }>(
      '/adapters/house-style/training',
    );
    const { step, of, loss } = state.progress ?? {};
    const line = step === undefined ? state.status : `   step ${step} of ${of}${loss === undefined ? '' : `, loss ${loss}`}`;
    if (line !== shown && step !== undefined && step % 5 === 0) tell(line);
    shown = line;
    if (process.env.DEMO_KILL && !killed && (step ?? 0) >= Number(process.env.DEMO_KILL)) {
      killed = true;
      tell('   the trainer is killed, and another one goes on from the last checkpoint');
      trainer.process?.kill('SIGKILL');
      await trainer.process;
      trainer.process = startTrainer();
    }
    return state.status === 'RUNNING' ? undefined : state;
  }, 3_600_000);
  if (outcome.status !== 'COMPLETED') throw new Error(`The training ended as ${outcome.status}; see the Temporal UI.`);
  const { registered, metrics } = outcome.result as {
    registered: boolean;
    metrics: { heldOutLoss: number; baseLoss: number; heldOutTurns: number };
  };
  tell(
    `4. Held-out loss on ${metrics.heldOutTurns} turns: ${metrics.heldOutLoss.toFixed(3)}, and ${metrics.baseLoss.toFixed(3)} without the adapter. ${registered ? 'Registered.' : 'Not registered.'}`,
  );
  if (registered) {
    tell('5. It is made active while the other call goes on.');
    await send('PUT', '/adapters/active', { name: 'house-style' });
    // Settings of a tenant are read again after a second.
    await sleep(1_500);
    const after = await answers(questions);
    for (const [i, question] of questions.entries())
      tell(`   caller: ${question}\n   before: ${before[i]}\n   after:  ${after[i]}`);
    process.stdout.write(
      `${JSON.stringify({ metrics, answers: questions.map((asked, i) => ({ asked, before: before[i], after: after[i] })) })}\n`,
    );
  }
} finally {
  trainer.process?.kill('SIGTERM');
  service.kill('SIGTERM');
  await Promise.allSettled([service, trainer.process]);
  await rm(data, { recursive: true, force: true });
}

async function answers(questions: readonly string[]): Promise<string[]> {
  const replies: string[] = [];
  for (const text of questions) replies.push((await post<{ reply: string }>('/sessions/running/turns', { text })).reply);
  return replies;
}

function startTrainer() {
  return execa(python, ['-m', 'voicebot_workers', 'training'], {
    cwd: workers,
    env: { TEMPORAL_ADDRESS: `127.0.0.1:${temporalPort}`, DATA_DIR: data },
    stdio: ['ignore', 'ignore', 'inherit'],
    reject: false,
  });
}

/** A Python with what the trainer needs: the one of DEMO_PYTHON, or one that is set up once. */
async function trainerPython(): Promise<string> {
  if (process.env.DEMO_PYTHON) return process.env.DEMO_PYTHON;
  const folder = join(modelCacheDir(loadConfig()), 'trainer-python');
  const binary = join(folder, 'bin', 'python');
  const ready = join(folder, 'ready');
  if (!existsSync(ready)) {
    tell(`0. Python packages of the trainer are installed into ${folder}; this takes minutes, once.`);
    await mkdir(folder, { recursive: true });
    await execa('python3', ['-m', 'venv', folder], { stdio: 'inherit' });
    await execa(binary, ['-m', 'pip', 'install', '--quiet', '-r', join(workers, 'requirements', 'training.txt')], {
      stdio: 'inherit',
    });
    await writeFile(ready, '');
  }
  return binary;
}

async function send(method: string, path: string, body: unknown): Promise<Response> {
  return fetch(api + path, { method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
}

async function post<T>(path: string, body: unknown): Promise<T> {
  const response = await send('POST', path, body);
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  return (await response.json()) as T;
}

async function get<T>(path: string): Promise<T> {
  return (await (await fetch(api + path)).json()) as T;
}

async function until<T>(ask: () => Promise<T | undefined | false>, timeoutMs: number): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const found = await ask();
    if (found) return found;
    if (Date.now() > end) throw new Error('It did not happen in time.');
    await sleep(500);
  }
}
