import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { codecPath } from '../api/routes/codec.ts';
import { TemporalRequests } from '../api/temporal-requests.ts';
import type { FetchListener } from '../artifacts/types.ts';
import { assistantIn, shippedFolder } from '../config/assistant-folder.ts';
import { tracingSettings } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { version } from '../config/version.ts';
import { seedDemoBank } from '../db/demo-bank-seed.ts';
import { lockFolder } from '../db/embedded-lock.ts';
import { type OpenDatabase, openDatabase } from '../db/open.ts';
import { messageOf } from '../domain/errors.ts';
import { bankClock } from '../domain/language/dates.ts';
import { Sealer } from '../media/sealed.ts';
import type { Logger } from '../telemetry/logger.ts';
import { Metrics } from '../telemetry/metrics.ts';
import { startTracing } from '../telemetry/tracing.ts';
import { connectTemporal, connectWorkers } from '../temporal/connection.ts';
import { keepDevServer, stopLeftover } from '../temporal/dev-server.ts';
import { openEncryption } from '../temporal/payloads/open.ts';
import { installRuntime } from '../temporal/runtime.ts';
import { ensureSearchAttributes } from '../temporal/search-attributes.ts';
import type { TaskQueue } from '../workflows/definitions.ts';
import { startApi } from './api-service.ts';
import { blobsOf } from './blobs.ts';
import { Cleanup } from './cleanup.ts';
import { createEngines, type Engines } from './engines.ts';
import { ensureModels, ensureTemporalCli } from './models.ts';
import { observedEngines } from './observed-engines.ts';
import { assertPortFree, freePort } from './ports.ts';
import { secretOf } from './secrets-key.ts';
import { type ServiceServerOptions, startServiceServer } from './service-server.ts';
import { startWorkers } from './workers.ts';

export interface StackOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly listener: FetchListener;
  /** Queues whose workers run in this process. */
  readonly queues: readonly TaskQueue[];
  /** Whether this process serves the API. */
  readonly api: boolean;
  /** What a process without the API answers by HTTP; nothing when unset. */
  readonly served?: Pick<ServiceServerOptions, 'name' | 'summary' | 'port' | 'analytics'> | undefined;
  readonly signal: AbortSignal;
  /** The engines; those that the configuration selects when unset. */
  readonly engines?: Engines | undefined;
  /** The database, which its owner closes; the one that the configuration selects when unset. */
  readonly database?: OpenDatabase | undefined;
}

export interface Stack {
  readonly apiUrl: string | undefined;
  /** Where a process without the API answers. */
  readonly serviceUrl: string | undefined;
  readonly temporalAddress: string;
  /** The embedded server's UI. */
  readonly temporalUiUrl: string | undefined;
  readonly database: string | undefined;
  /** Resolves once callers are let in: engines are loaded, callers are understood, prompts are spoken. */
  readonly ready: Promise<void>;
  /** Rejects when a part fails for good. */
  readonly failed: Promise<never>;
  stop(): Promise<void>;
}

const registrationTimeoutMs = 10_000;

/**
 * Brings up what this process is to run: Temporal (embedded unless TEMPORAL_ADDRESS), the database (embedded unless
 * DATABASE_URL), workers and API. What was started is stopped again, in reverse, when a later part fails.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { config, logger, listener, queues, api, served, signal } = options;
  const cleanup = new Cleanup(logger);
  try {
    const metrics = new Metrics();
    metrics.addSource(installRuntime(logger, await freePort()));
    const tracing = tracingSettings(config);
    if (tracing) {
      const stopTracing = startTracing({ service: served?.name ?? 'orchestrator-core', version, ...tracing });
      cleanup.add('traces', stopTracing);
    }
    const dataDir = resolve(config.DATA_DIR);
    if (!config.TEMPORAL_ADDRESS) {
      // The embedded server's files bear one process.
      await mkdir(dataDir, { recursive: true });
      cleanup.add('data folder', await lockFolder(dataDir));
    }
    await checkPorts(config, dataDir, api);
    const cli = config.TEMPORAL_ADDRESS ? undefined : await ensureTemporalCli(config, { listener, signal });
    if (!options.engines) await ensureModels(api ? [...queues, 'api'] : queues, config, { listener, signal });
    signal.throwIfAborted();

    const demoBank = config.BANK === 'demo' && queues.includes('bank');
    const needsDatabase = api || queues.some((queue) => queue === 'cache' || queue === 'bank' || queue === 'records');
    // Where one is there, the keys of whoever asks a service directly are in it.
    const mayUseDatabase = served !== undefined && config.DATABASE_URL !== undefined;
    const assistant = await assistantIn(config.ASSISTANT ?? shippedFolder);
    const starting = [
      cli
        ? keepDevServer(
            {
              binary: cli,
              dataDir,
              port: config.TEMPORAL_PORT,
              uiPort: config.TEMPORAL_UI_PORT,
              namespace: config.TEMPORAL_NAMESPACE,
              codecEndpoint: config.PAYLOAD_ENCRYPTION ? `http://localhost:${config.PORT}${codecPath}` : undefined,
            },
            logger,
          ).then((started) => {
            cleanup.add('Temporal', () => started.stop());
            return started;
          })
        : undefined,
      options.database ??
        (needsDatabase || mayUseDatabase
          ? openDatabase({ url: config.DATABASE_URL, dataDir }).then((opened) => {
              cleanup.add('database', () => opened.close());
              return opened;
            })
          : undefined),
    ] as const;
    // What has started is to be stopped, also where the other one has not.
    await Promise.allSettled(starting);
    const [server, database] = await Promise.all(starting);
    if (database && demoBank) await seedDemoBank(database.acrossTenants, bankClock(config.BANK_TIME_ZONE).today());
    const secret = await secretOf(config, dataDir);
    const sealer = new Sealer(secret);
    const { codec, cipher } = await openEncryption(config, secret);
    const target = {
      address: server?.address ?? config.TEMPORAL_ADDRESS ?? '',
      namespace: config.TEMPORAL_NAMESPACE,
      apiKey: config.TEMPORAL_API_KEY,
      codec,
    };
    const temporal = await connectTemporal(target);
    cleanup.add('Temporal client', () => temporal.close());
    const registering = () => ensureSearchAttributes(temporal.client, target.namespace);
    await new TemporalRequests(temporal.client)
      .within(registrationTimeoutMs, registering)
      .catch((error) =>
        logger.warn(
          { error: messageOf(error) },
          'search attributes could not be registered; ask an administrator of the namespace',
        ),
      );

    const engines = observedEngines(options.engines ?? createEngines(config), metrics);
    const warm = engines.warm(api ? [...queues, 'api'] : queues);
    for (const [part, loading] of warm) {
      loading.catch((error) => logger.warn({ part, error: messageOf(error) }, 'an engine could not be loaded ahead of time'));
    }
    cleanup.add('engines', () => engines.unloadAll());
    const connection = await connectWorkers(target);
    cleanup.add('worker connection', () => connection.close());
    const blobs = await blobsOf(config, cipher);
    const workers = await startWorkers(queues, {
      config,
      logger,
      metrics,
      connection,
      engines,
      warm,
      sealer,
      codec,
      assistant,
      db: database?.db,
      blobs,
    });
    cleanup.add('workers', () => workers.stop());

    let apiUrl: string | undefined;
    let serviceUrl: string | undefined;
    let ready = workers.polling;
    if (api && database) {
      const parts = { config, logger, temporal, database, assistant, blobs, engines, sealer, codec, metrics, cleanup };
      const { url, prompts, calls, readiness } = await startApi(parts);
      apiUrl = url;
      ready = (async () => {
        await warm.get('api')?.catch(() => undefined);
        // What workers of this process speak ahead of time need not be spoken twice.
        await workers.prepared;
        // Those of the other tenants are made when they are first called.
        const own = prompts.of(config.TENANT);
        // Where no worker runs at all, callers are told so honestly.
        await Promise.race([own.attempted, sleep(config.WORKER_WAIT * 1000, undefined, { ref: false })]);
        readiness.becomeReady();
        // Where no worker runs yet it is begun by the next process, or the next import.
        calls.steps
          .speakAhead(config.TENANT)
          .catch((error) => logger.debug({ error: messageOf(error) }, 'speech is not made ahead'));
      })();
    } else if (served) {
      const server = await startServiceServer({ ...served, config, logger, metrics, temporal, database, workers });
      serviceUrl = server.url;
      cleanup.add('service', () => server.stop());
    }
    // Workers that are said to run do.
    if (!api) await ready;
    const failed = Promise.race([
      workers.done.then(() => new Promise<never>(() => {})),
      server
        ? server.exited.then(() =>
            Promise.reject(new Error('The embedded Temporal server ends again and again; see temporal.log in DATA_DIR.')),
          )
        : new Promise<never>(() => {}),
    ]);
    failed.catch(() => undefined);
    return {
      apiUrl,
      serviceUrl,
      temporalAddress: target.address,
      temporalUiUrl: server?.uiUrl,
      database: database?.description,
      ready,
      failed,
      stop: () => cleanup.run(),
    };
  } catch (error) {
    await cleanup.run();
    throw error;
  }
}

async function checkPorts(config: Config, dataDir: string, api: boolean): Promise<void> {
  if (api) await assertPortFree(config.PORT, config.HOST, 'PORT');
  if (config.TEMPORAL_ADDRESS) return;
  await stopLeftover(dataDir);
  await assertPortFree(config.TEMPORAL_PORT, '127.0.0.1', 'TEMPORAL_PORT');
  await assertPortFree(config.TEMPORAL_UI_PORT, '127.0.0.1', 'TEMPORAL_UI_PORT');
}
