import { existsSync, mkdirSync, openSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Argument, type Command } from 'commander';
import { loadConfig, needsAuthentication } from '../../config/load.ts';
import type { Config } from '../../config/schema.ts';
import { version } from '../../config/version.ts';
import { VoicebotError } from '../../domain/errors.ts';
import { type ServiceName, serviceNamed, serviceNames, services } from '../../services/catalogue.ts';
import type { StackOptions } from '../../services/stack.ts';
import { createLogger } from '../../telemetry/logger.ts';
import type { TaskQueue } from '../../workflows/definitions.ts';
import { terminalProgress } from '../progress.ts';

export function addServiceCommands(program: Command): void {
  program.command('start').action(() => runServices({ api: true, queues: 'all' }));

  program
    .command('service')
    .addArgument(new Argument('<name>', 'which one').choices(serviceNames))
    .action((name: string) => runService(serviceNamed(name)));

  program
    .command('worker')
    .requiredOption('--queues <names>', 'comma-separated: calls, stt, cache, bank, llm, tts, records, telephony')
    .action(async (options: { queues: string }) => {
      const { METRICS_PORT: port } = loadConfig();
      const queues = options.queues.split(',').map((name) => name.trim());
      const about = { name: 'worker', summary: `Workers of ${queues.join(', ')}.`, analytics: false };
      await runServices({ api: false, queues, ...(port === undefined ? {} : { served: { ...about, port } }) });
    });

  program.command('api').action(() => runServices({ api: true, queues: [] }));
}

/** A service has a port of its own, unless PORT says otherwise. */
async function runService(name: ServiceName): Promise<void> {
  const { port, queues, api, needsDatabase, summary } = services[name];
  process.env.PORT ||= String(port);
  const { PORT, DATABASE_URL } = loadConfig();
  if (needsDatabase && !DATABASE_URL) throw missing(['DATABASE_URL']);
  const served = api ? {} : { served: { name, summary, port: PORT, analytics: name === 'analytics-service' } };
  await runServices({ api, queues: [...queues], ...served });
}

interface Wanted {
  readonly api: boolean;
  readonly queues: readonly string[] | 'all';
  readonly served?: StackOptions['served'];
}

async function runServices(wanted: Wanted): Promise<void> {
  const config = loadConfig();
  const { allQueues } = await import('../../services/workers.ts');
  const { startStack } = await import('../../services/stack.ts');
  const queues = wanted.queues === 'all' ? allQueues : parseQueues(wanted.queues, allQueues);
  if (wanted.queues !== 'all') requireServers(config, wanted.api, queues);

  const stopping = new AbortController();
  const interrupted = new Promise<void>((done) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        // Pressed again, it ends at once.
        if (stopping.signal.aborted) process.exit(130);
        stopping.abort();
        done();
      });
    }
  });
  const startedAt = performance.now();
  const log = logTarget(config);
  const listener = terminalProgress();
  const stack = await startStack({
    config,
    logger: log.logger,
    listener,
    queues,
    api: wanted.api,
    served: wanted.served,
    signal: stopping.signal,
  }).catch((error) => {
    if (stopping.signal.aborted) return undefined;
    throw error;
  });
  listener.stop();
  if (!stack) return;
  const keyFile = join(resolve(config.DATA_DIR), 'admin.key');
  const firstKey = wanted.api && needsAuthentication(config) && existsSync(keyFile) ? keyFile : undefined;
  showAddresses(stack, queues, { log: log.file, firstKey });
  void stack.ready.then(() => {
    if (!stopping.signal.aborted) showReady(wanted.api, performance.now() - startedAt);
  });
  const failure = await Promise.race([interrupted.then(() => undefined), stack.failed.catch((error: Error) => error)]);
  process.stdout.write(failure ? '' : '\nStopping ... (Ctrl-C ends it at once)\n');
  await stack.stop();
  if (failure) throw failure;
  process.stdout.write('Stopped. Calls are kept and go on at the next start.\n');
  process.exit(0);
}

function parseQueues(names: readonly string[], all: readonly TaskQueue[]): TaskQueue[] {
  const unknown = names.filter((name) => !all.includes(name as TaskQueue));
  if (unknown.length > 0) {
    throw new VoicebotError('invalid-request', `There is no queue ${unknown.map((name) => `'${name}'`).join(', ')}.`, {
      hint: `Queues: ${all.join(', ')}.`,
    });
  }
  return names as TaskQueue[];
}

/** Parts that run alone must meet on servers: the embedded ones belong to one process. */
function requireServers(config: Config, api: boolean, queues: readonly TaskQueue[]): void {
  const names = [
    config.TEMPORAL_ADDRESS ? '' : 'TEMPORAL_ADDRESS',
    (api || queues.includes('cache') || queues.includes('records') || (queues.includes('bank') && config.BANK === 'demo')) &&
    !config.DATABASE_URL
      ? 'DATABASE_URL'
      : '',
  ].filter(Boolean);
  if (names.length > 0) throw missing(names);
}

const missing = (names: readonly string[]) =>
  new VoicebotError('invalid-config', `${names.join(' and ')} must be set when parts run in processes of their own.`, {
    hint: 'The embedded servers serve `voicebot start` alone.',
  });

/** On a terminal the log goes to a file, so that the screen stays clear; elsewhere to stderr. */
function logTarget(config: Config) {
  if (!process.stderr.isTTY) return { logger: createLogger(config.LOG_LEVEL), file: undefined };
  const folder = resolve(config.DATA_DIR);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'voicebot.log');
  return { logger: createLogger(config.LOG_LEVEL, openSync(file, 'a')), file };
}

interface Shown {
  readonly apiUrl: string | undefined;
  readonly serviceUrl: string | undefined;
  readonly temporalAddress: string;
  readonly temporalUiUrl: string | undefined;
  readonly database: string | undefined;
}

interface ShownFiles {
  readonly log: string | undefined;
  /** Where the first start has left an administrator's key. */
  readonly firstKey: string | undefined;
}

function showAddresses(stack: Shown, queues: readonly TaskQueue[], files: ShownFiles): void {
  const rows: [string, string | undefined][] = [
    ['Console', stack.apiUrl && `${stack.apiUrl}/console`],
    ['API', stack.apiUrl],
    ['API documentation', stack.apiUrl && `${stack.apiUrl}/docs`],
    ['Calls', stack.apiUrl && `${stack.apiUrl.replace(/^http/, 'ws')}/ws/{session id}`],
    ['Service', stack.serviceUrl],
    ['Temporal UI', stack.temporalUiUrl],
    ['Temporal', stack.temporalAddress],
    ['Database', stack.database],
    ['Workers', queues.join(', ') || undefined],
    ['First key', files.firstKey],
    ['Log', files.log],
  ];
  const shown = rows
    .filter((row): row is [string, string] => row[1] !== undefined)
    .map(([name, value]) => `  ${name.padEnd(18)} ${value}`);
  process.stdout.write(`\nVoicebot Orchestrator ${version}\n\n${shown.join('\n')}\n\nStarting ...\n`);
}

function showReady(api: boolean, tookMs: number): void {
  const what = api ? 'callers are let in' : 'steps are taken';
  process.stdout.write(`Ready after ${(tookMs / 1000).toFixed(1)} s: ${what}. Ctrl-C stops everything.\n`);
}
