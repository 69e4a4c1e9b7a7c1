import { resolve } from 'node:path';
import { createApp } from '../api/app.ts';
import { maxWavBytes } from '../api/audio-input.ts';
import { CallService } from '../api/calls.ts';
import type { LiveDependencies } from '../api/live/live-setup.ts';
import { Prompts } from '../api/live/prompts.ts';
import { startServer } from '../api/server.ts';
import { startAudioSocket } from '../api/telephony/audiosocket.ts';
import { Dialplan } from '../api/telephony/dialplan.ts';
import type { FetchListener } from '../artifacts/types.ts';
import { canTransfer, mediaUrl } from '../config/load.ts';
import type { Logger } from '../config/logger.ts';
import type { Config } from '../config/schema.ts';
import { version } from '../config/version.ts';
import { openBlobs } from '../db/blobs.ts';
import { openDatabase } from '../db/open.ts';
import { messageOf } from '../domain/errors.ts';
import { MediaHub } from '../media/hub.ts';
import type { TaskQueue } from '../workflows/definitions.ts';
import { Cleanup } from './cleanup.ts';
import { connectTemporal, connectWorkers } from './connection.ts';
import { startDevServer, stopLeftover } from './dev-server.ts';
import { createEngines, type Engines } from './engines.ts';
import { ensureModels, ensureTemporalCli } from './models.ts';
import { assertPortFree } from './ports.ts';
import { installRuntime } from './runtime.ts';
import { ensureSearchAttributes } from './search-attributes.ts';
import { startWorkers } from './workers.ts';

export interface StackOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly listener: FetchListener;
  /** Queues whose workers run in this process. */
  readonly queues: readonly TaskQueue[];
  /** Whether this process serves the API. */
  readonly api: boolean;
  readonly signal: AbortSignal;
}

export interface Stack {
  readonly apiUrl: string | undefined;
  readonly temporalAddress: string;
  /** The embedded server's UI. */
  readonly temporalUiUrl: string | undefined;
  readonly database: string | undefined;
  /** Resolves once engines are loaded and prompts are spoken: the first caller waits for nothing. */
  readonly warm: Promise<void>;
  /** Rejects when a part fails for good. */
  readonly failed: Promise<never>;
  stop(): Promise<void>;
}

/** How long turns under way may still take when the stack stops. */
const drainMs = 10_000;

/**
 * Brings up what this process is to run: Temporal (embedded unless TEMPORAL_ADDRESS), the database (embedded unless
 * DATABASE_URL), workers and API. What was started is stopped again, in reverse, when a later part fails.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { config, logger, listener, queues, api, signal } = options;
  const cleanup = new Cleanup(logger);
  try {
    installRuntime(logger);
    const dataDir = resolve(config.DATA_DIR);
    await checkPorts(config, dataDir, api);
    const cli = config.TEMPORAL_ADDRESS ? undefined : await ensureTemporalCli(config, { listener, signal });
    await ensureModels(api ? [...queues, 'api'] : queues, config, { listener, signal });
    signal.throwIfAborted();

    const needsDatabase = api || queues.includes('cache') || queues.includes('records');
    const [server, database] = await Promise.all([
      cli
        ? startDevServer({
            binary: cli,
            dataDir,
            port: config.TEMPORAL_PORT,
            uiPort: config.TEMPORAL_UI_PORT,
            namespace: config.TEMPORAL_NAMESPACE,
          })
        : undefined,
      needsDatabase ? openDatabase({ url: config.DATABASE_URL, dataDir }) : undefined,
    ]);
    if (server) cleanup.add('Temporal', () => server.stop());
    if (database) cleanup.add('database', () => database.close());
    const target = {
      address: server?.address ?? config.TEMPORAL_ADDRESS ?? '',
      namespace: config.TEMPORAL_NAMESPACE,
      apiKey: config.TEMPORAL_API_KEY,
    };
    const temporal = await connectTemporal(target);
    cleanup.add('Temporal client', () => temporal.close());
    await ensureSearchAttributes(temporal.client, target.namespace).catch((error) =>
      logger.warn(
        { error: messageOf(error) },
        'search attributes could not be registered; ask an administrator of the namespace',
      ),
    );

    const engines = createEngines(config);
    const warm = engines.warm(api ? [...queues, 'api'] : queues);
    let warmed: Promise<void> = warm;
    warm.catch((error) => logger.warn({ error: messageOf(error) }, 'an engine could not be loaded ahead of time'));
    cleanup.add('engines', () => engines.unloadAll());
    const connection = await connectWorkers(target);
    cleanup.add('worker connection', () => connection.close());
    const blobs = await openBlobs({ url: config.BLOB_URL, s3Endpoint: config.BLOB_S3_ENDPOINT, dataDir });
    const workers = await startWorkers(queues, { config, logger, connection, engines, db: database?.db, blobs });
    cleanup.add('workers', () => workers.stop());

    let apiUrl: string | undefined;
    if (api && database) {
      const hub = new MediaHub(mediaUrl(config));
      const calls = new CallService({
        client: temporal.client,
        db: database.db,
        hub,
        maxConcurrentSessions: config.MAX_CONCURRENT_SESSIONS,
        turnTimeoutMs: config.TURN_TIMEOUT * 1000,
        settings: {
          sessionTimeoutMs: config.SESSION_TIMEOUT * 1000,
          workerWaitMs: config.WORKER_WAIT * 1000,
          stepTimeoutMs: config.TURN_TIMEOUT * 1000,
          keepAudio: config.RECORD_AUDIO,
          canTransfer: canTransfer(config),
          maxListenMs: config.MAX_AUDIO_SECONDS * 1000 + config.TURN_TIMEOUT * 1000,
        },
      });
      const prompts = new Prompts(calls, logger, config.BANK_NAME);
      const live = liveDependencies(config, { calls, prompts, engines, logger });
      const dialplan = new Dialplan(config.TRANSFER_TO);
      const app = createApp({
        db: database.db,
        calls,
        hub,
        logger,
        maxAudioSeconds: config.MAX_AUDIO_SECONDS,
        live,
        telephony: { authToken: config.TWILIO_AUTH_TOKEN, publicUrl: config.PUBLIC_URL, dialplan },
        health: { version, client: temporal.client, namespace: target.namespace, pingDatabase: () => database.ping() },
      });
      const listening = await startServer(app, {
        host: config.HOST,
        port: config.PORT,
        maxMessageBytes: maxWavBytes(config.MAX_AUDIO_SECONDS),
      });
      cleanup.add('API', () => listening.stop());
      if (config.AUDIOSOCKET_PORT) {
        const { AUDIOSOCKET_HOST: host, AUDIOSOCKET_PORT: port } = config;
        const audioSocket = await startAudioSocket({ host, port, live, dialplan });
        cleanup.add('AudioSocket', () => audioSocket.stop());
      }
      cleanup.add('prompts', async () => prompts.stop());
      // What workers of this process speak ahead of time need not be spoken twice.
      warmed = Promise.all([warm, workers.prepared.then(() => prompts.load())]).then(() => undefined);
      warmed.catch(() => undefined);
      // First of all, while everything still runs, turns under way are finished.
      cleanup.add('turns', () => calls.stop(drainMs));
      apiUrl = listening.url;
    }
    const failed = Promise.race([
      workers.done.then(() => new Promise<never>(() => {})),
      server
        ? server.exited.then(() => Promise.reject(new Error('The embedded Temporal server ended; see temporal.log in DATA_DIR.')))
        : new Promise<never>(() => {}),
    ]);
    failed.catch(() => undefined);
    return {
      apiUrl,
      temporalAddress: target.address,
      temporalUiUrl: server?.uiUrl,
      database: database?.description,
      warm: warmed,
      failed,
      stop: () => cleanup.run(),
    };
  } catch (error) {
    await cleanup.run();
    throw error;
  }
}

function liveDependencies(
  config: Config,
  parts: { readonly calls: CallService; readonly prompts: Prompts; readonly engines: Engines; readonly logger: Logger },
): LiveDependencies {
  const { calls, prompts, engines, logger } = parts;
  const { vad, turns } = engines.ears;
  return {
    calls,
    prompts,
    logger,
    engines: { follow: () => vad.follow(), finished: (samples, options) => turns.finished(samples, options) },
    voiceRateHz: engines.tts.sampleRateHz,
    settings: {
      pauseMs: config.PAUSE_MS,
      releaseMinMs: config.RELEASE_MIN_MS,
      releaseMaxMs: config.RELEASE_MAX_MS,
      maxTurnMs: config.MAX_AUDIO_SECONDS * 1000,
      fillerMs: config.FILLER_MS,
      idleMs: config.IDLE_PROMPT_SECONDS * 1000,
    },
  };
}

async function checkPorts(config: Config, dataDir: string, api: boolean): Promise<void> {
  if (api) await assertPortFree(config.PORT, config.HOST, 'PORT');
  if (config.TEMPORAL_ADDRESS) return;
  await stopLeftover(dataDir);
  await assertPortFree(config.TEMPORAL_PORT, '127.0.0.1', 'TEMPORAL_PORT');
  await assertPortFree(config.TEMPORAL_UI_PORT, '127.0.0.1', 'TEMPORAL_UI_PORT');
}
