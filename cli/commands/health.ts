import { type Command, InvalidArgumentError, Option } from 'commander';
import { messageOf } from '../../domain/errors.ts';
import { type ServiceName, serviceNames, services } from '../../services/catalogue.ts';
import { apiKey, apiUrl } from '../api-client.ts';
import { type ApiOptions, clientOf, withApi } from '../api-command.ts';
import { print } from '../output.ts';
import { green, red, yellow } from '../terminal/colours.ts';
import { table } from '../terminal/table.ts';

interface Reached {
  readonly ok: boolean;
  readonly latencyMs: number;
  readonly error?: string;
}

/** What `GET /health` answers. */
export interface Health {
  readonly status: 'ok' | 'degraded' | 'starting' | 'stopping' | 'down';
  readonly version: string;
  readonly uptimeSeconds: number;
  readonly database: Reached;
  readonly temporal: Reached;
  readonly workers: Readonly<Record<string, number | null>>;
}

const stateColours = { ok: green, degraded: yellow, starting: yellow, stopping: yellow, down: red } as const;

export function addHealthCommands(program: Command): void {
  withApi(program.command('orchestrator-health')).action(async (options: ApiOptions) => {
    const health = await clientOf(options).json<Health>('/health');
    print(health, options.json, () => healthText(health));
    if (health.status !== 'ok') process.exitCode = 1;
  });

  withApi(program.command('service-discovery'))
    .option('--host <host>', 'where the services without an address of their own are', '127.0.0.1')
    .addOption(
      new Option('--service <name=url>', 'address of a service; may be given again')
        .argParser((text, before: readonly [ServiceName, string][]) => [...before, addressIn(text)])
        .default([], 'at their ports'),
    )
    .action(async (options: ApiOptions & { host: string; service: readonly [ServiceName, string][] }) => {
      const given = new Map(options.service);
      const addressOf = (name: ServiceName) =>
        given.get(name) ?? (name === 'orchestrator-core' ? apiUrl(options.url) : `http://${options.host}:${services[name].port}`);
      const [found, health] = await Promise.all([
        Promise.all(serviceNames.map((name) => lookedFor(name, addressOf(name)))),
        clientOf(options).json<Health>('/health'),
      ]);
      const queues = Object.entries(health.workers).map(([queue, pollers]) => ({
        queue,
        pollers,
        service: serviceNames.find((name) => services[name].queues.some((one) => one === queue)) ?? null,
      }));
      print({ services: found, queues }, options.json, () => discoveryText(found, queues));
      if (queues.some(({ pollers }) => !pollers)) process.exitCode = 1;
    });
}

export function healthText({ status, version, uptimeSeconds, database, temporal, workers }: Health): string {
  const reached = ({ ok, latencyMs, error }: Reached) =>
    ok ? ['ok', `${latencyMs.toFixed(1)} ms`] : ['down', error ?? 'no answer'];
  const rows = [
    ['API', 'ok', `version ${version}, up for ${uptimeSeconds} s`],
    ['database', ...reached(database)],
    ['Temporal', ...reached(temporal)],
    ...Object.entries(workers).map(([queue, pollers]) => [
      `queue ${queue}`,
      pollers === null ? 'unknown' : pollers > 0 ? 'ok' : 'nobody',
      pollers === null ? 'Temporal could not be asked' : `${pollers} ${pollers === 1 ? 'poller' : 'pollers'}`,
    ]),
  ];
  return `${stateColours[status](status.toUpperCase())}\n\n${table(['PART', 'STATE', ''], rows)}`;
}

interface Found {
  readonly service: ServiceName;
  readonly url: string;
  readonly state: 'ready' | 'not ready' | 'no answer' | 'another program';
  readonly responseMs: number | null;
  readonly version: string | null;
  readonly error: string | null;
}

const answerMs = 3_000;

/** Asks a service what it is, and whether it is ready. */
async function lookedFor(service: ServiceName, url: string): Promise<Found> {
  const key = apiKey();
  const headers: Record<string, string> = key ? { Authorization: `Bearer ${key}` } : {};
  const ask = (path: string) => fetch(`${url.replace(/\/$/, '')}${path}`, { headers, signal: AbortSignal.timeout(answerMs) });
  const started = performance.now();
  try {
    const about = (await (await ask('/')).json()) as { name?: string; version?: string };
    const responseMs = performance.now() - started;
    const expected = service === 'orchestrator-core' ? 'Voicebot Orchestrator' : service;
    const known = { service, url, responseMs, version: about.version ?? null, error: null };
    if (about.name !== expected) return { ...known, state: 'another program' };
    return { ...known, state: (await ask('/ready')).ok ? 'ready' : 'not ready' };
  } catch (error) {
    const cause = messageOf((error as Error).cause ?? error);
    return { service, url, state: 'no answer', responseMs: null, version: null, error: cause || 'connection refused' };
  }
}

function discoveryText(
  found: readonly Found[],
  queues: readonly { queue: string; pollers: number | null; service: string | null }[],
): string {
  const rows = found.map(({ service, url, state, responseMs, version }) => [
    ...[service, url, state, responseMs === null ? '-' : `${responseMs.toFixed(1)} ms`, version ?? '-'],
  ]);
  const alone = found.filter(({ state }) => state === 'no answer').length === serviceNames.length - 1;
  return [
    table(['SERVICE', 'ADDRESS', 'STATE', 'ANSWERED IN', 'VERSION'], rows),
    table(
      ['QUEUE', 'POLLERS', 'BELONGS TO'],
      queues.map(({ queue, pollers, service }) => [queue, pollers === null ? 'unknown' : String(pollers), service ?? '-']),
    ),
    ...(alone ? ['One process does the work of all services (voicebot start).'] : []),
  ].join('\n\n');
}

function addressIn(text: string): [ServiceName, string] {
  const [, name = '', url = ''] = /^([a-z-]+)=(https?:\/\/.+)$/.exec(text) ?? [];
  const service = serviceNames.find((one) => one === name);
  if (service) return [service, url];
  throw new InvalidArgumentError(`It is NAME=URL. Services: ${serviceNames.join(', ')}.`);
}
