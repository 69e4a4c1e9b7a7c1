import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, resolve } from 'node:path';
import { listArtifacts } from '../../artifacts/listing.ts';
import { ArtifactStore } from '../../artifacts/store.ts';
import { loadConfig, modelCacheDir } from '../../config/load.ts';
import type { Config } from '../../config/schema.ts';
import { isVoicebotError, messageOf } from '../../domain/errors.ts';
import type { ApiClient } from '../api-client.ts';
import type { Health } from '../commands/health.ts';
import { type Check, failed, made, ok, unknown, warning } from './check.ts';
import { machineState } from './machine.ts';

const least = { node: [20, 19], temporal: [1, 24], postgres: 14 } as const;
const answerMs = 3_000;

/** Finds what is wrong with an installation, from this machine. */
export async function examine(client: ApiClient): Promise<Check[]> {
  let config: Config;
  try {
    config = loadConfig();
  } catch (error) {
    if (!isVoicebotError(error)) throw error;
    return [nodeCheck(), failed('configuration', error.message, error.hint ?? 'See docs/reference/configuration.md.')];
  }
  const health = await client.json<Health>('/health').catch(() => undefined);
  const checks = await Promise.all([
    nodeCheck(),
    ok('configuration', 'valid'),
    made('data folder', () => folderCheck(config)),
    made('models', () => modelsCheck(config)),
    made('memory, disk, GPU', () => machineCheck(config)),
    made('API', () => apiCheck(client, health)),
    made('clock', () => clockCheck(client)),
    ...Object.entries(portsOf(config)).map(([what, port]) => made(`port ${port}`, () => portCheck(what, port, health))),
    made('Temporal', () => temporalCheck(config, health)),
    made('Postgres', () => postgresCheck(config)),
  ]);
  return checks;
}

const atLeast = ([major = 0, minor = 0]: readonly number[], [needMajor = 0, needMinor = 0]: readonly number[]) =>
  major > needMajor || (major === needMajor && minor >= needMinor);

const numbersIn = (text: string) => text.split('.').map(Number);

function nodeCheck(): Check {
  const found = process.versions.node;
  if (atLeast(numbersIn(found), least.node)) return ok('Node.js', found);
  return failed('Node.js', `${found} is too old`, `Install Node.js ${least.node.join('.')} or newer.`);
}

async function folderCheck({ DATA_DIR }: Config): Promise<Check> {
  const folder = resolve(DATA_DIR);
  for (let existing = folder; ; existing = dirname(existing)) {
    try {
      await access(existing, constants.W_OK);
      return ok('data folder', folder);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'ENOENT' && dirname(existing) !== existing) continue;
      return failed('data folder', `${folder} cannot be written (${code})`, 'Set DATA_DIR to a folder that this user may write.');
    }
  }
}

async function modelsCheck(config: Config): Promise<Check> {
  const folder = modelCacheDir(config);
  const artifacts = await listArtifacts(new ArtifactStore(folder));
  const partial = artifacts.filter(({ state }) => state === 'partial').map(({ id }) => id);
  const present = artifacts.filter(({ state }) => state === 'present').length;
  if (partial.length > 0)
    return warning('models', `${partial.join(', ')} are half there`, `voicebot models fetch ${partial.join(' ')}`);
  if (present > 0) return ok('models', `${present} in ${folder}; voicebot models verify hashes them`);
  return warning('models', `none in ${folder}`, 'The first start fetches them; without internet see docs/models.md.');
}

async function machineCheck({ DATA_DIR }: Config): Promise<Check> {
  const { memory, disk, gpus, cpu } = await machineState(resolve(DATA_DIR));
  const gpu = gpus.length === 0 ? 'no GPU' : gpus.map(({ model }) => model).join(', ');
  const found = `${cpu.cores} cores, ${(memory.freeMb / 1000).toFixed(1)} GB of memory free, ${disk?.freeGb ?? 'unknown'} GB of disk, ${gpu}`;
  const name = 'memory, disk, GPU';
  if (disk && disk.freeGb < 2)
    return failed(name, found, 'Models need 2 GB of disk: make room, or set MODEL_CACHE_DIR to another disk.');
  if (memory.freeMb < 2_000) return warning(name, found, 'The engines want 2 GB of memory; close other programs.');
  return ok(name, found);
}

function apiCheck({ baseUrl }: ApiClient, health: Health | undefined): Check {
  if (!health) return unknown('API', `${baseUrl} does not answer; start it with voicebot start, if it should`);
  const empty = Object.entries(health.workers).filter(([, pollers]) => pollers === 0);
  if (health.status === 'ok') return ok('API', `${baseUrl}, version ${health.version}`);
  const fix =
    empty.length > 0
      ? `voicebot worker --queues ${empty.map(([queue]) => queue).join(',')}`
      : 'See voicebot orchestrator-health.';
  return (health.status === 'down' ? failed : warning)('API', `${baseUrl} is ${health.status}`, fix);
}

/** Tokens and signatures hold for seconds: clocks must agree. */
async function clockCheck({ baseUrl }: ApiClient): Promise<Check> {
  const before = Date.now();
  const response = await fetch(`${baseUrl}/health`, { signal: AbortSignal.timeout(answerMs) }).catch(() => undefined);
  const told = Date.parse(response?.headers.get('date') ?? '');
  if (!Number.isFinite(told)) return unknown('clock', 'the API does not answer, so there is nothing to compare with');
  // The header counts whole seconds.
  const offMs = told + 500 - (before + Date.now()) / 2;
  if (Math.abs(offMs) < 5_000) return ok('clock', 'agrees with that of the API');
  return failed('clock', `${Math.round(offMs / 1000)} s off that of the API`, 'Let both machines keep time by NTP.');
}

const portsOf = (config: Config): Record<string, number> => ({
  API: config.PORT,
  ...(config.TEMPORAL_ADDRESS ? {} : { Temporal: config.TEMPORAL_PORT, 'the Temporal UI': config.TEMPORAL_UI_PORT }),
});

/** A port is free, or ours. */
async function portCheck(what: string, port: number, health: Health | undefined): Promise<Check> {
  const taken = await answers('127.0.0.1', port);
  if (!taken) return ok(`port ${port}`, `free for ${what}`);
  if (health) return ok(`port ${port}`, `${what} is there`);
  const setting = what === 'API' ? 'PORT' : what === 'Temporal' ? 'TEMPORAL_PORT' : 'TEMPORAL_UI_PORT';
  return failed(
    `port ${port}`,
    `another program has it, and ${what} wants it`,
    `End that program, or set ${setting} to another port.`,
  );
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect({ host, port, timeout: 1_000 });
    const end = (answer: boolean) => {
      socket.destroy();
      done(answer);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}

async function temporalCheck(config: Config, health: Health | undefined): Promise<Check> {
  const address = config.TEMPORAL_ADDRESS ?? `127.0.0.1:${config.TEMPORAL_PORT}`;
  if (!config.TEMPORAL_ADDRESS && !health) return ok('Temporal', 'voicebot start brings a server of its own');
  const { connectTemporal } = await import('../../temporal/connection.ts');
  const target = { address, namespace: config.TEMPORAL_NAMESPACE, apiKey: config.TEMPORAL_API_KEY };
  try {
    const { client, close } = await connectTemporal(target);
    const { serverVersion = '' } = await client.workflowService.getSystemInfo({});
    await close();
    if (atLeast(numbersIn(serverVersion ?? ''), least.temporal)) return ok('Temporal', `${address}, version ${serverVersion}`);
    return failed('Temporal', `${address} has version ${serverVersion}`, `Upgrade it to ${least.temporal.join('.')} or newer.`);
  } catch (error) {
    return failed(
      'Temporal',
      messageOf(error),
      'Start it, or correct TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and TEMPORAL_API_KEY.',
    );
  }
}

async function postgresCheck({ DATABASE_URL }: Config): Promise<Check> {
  if (!DATABASE_URL) return ok('Postgres', 'voicebot start brings a database of its own');
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: DATABASE_URL, connectionTimeoutMillis: answerMs });
  try {
    await client.connect();
    const { rows } = await client.query<{ version: number; vector: boolean }>(
      `select current_setting('server_version_num')::int / 10000 as version,
        exists (select 1 from pg_available_extensions where name = 'vector') as vector`,
    );
    const { version = 0, vector = false } = rows[0] ?? {};
    if (version < least.postgres) return failed('Postgres', `version ${version}`, `Upgrade it to ${least.postgres} or newer.`);
    if (vector) return ok('Postgres', `version ${version} with pgvector`);
    return failed('Postgres', `version ${version} without pgvector`, 'Install the extension pgvector for it.');
  } catch (error) {
    return failed('Postgres', messageOf(error), 'Start it, or correct DATABASE_URL.');
  } finally {
    await client.end().catch(() => undefined);
  }
}
