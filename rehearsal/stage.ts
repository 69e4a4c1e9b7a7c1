import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FetchListener } from '../artifacts/types.ts';
import { loadConfig } from '../config/load.ts';
import { type Database, openDatabase } from '../db/open.ts';
import type { TextToSpeech } from '../engines/types.ts';
import { createEngines } from '../services/engines.ts';
import { ensureModels } from '../services/models.ts';
import { freePort } from '../services/ports.ts';
import { startStack } from '../services/stack.ts';
import { allQueues } from '../services/workers.ts';
import { createLogger } from '../telemetry/logger.ts';

export interface Stage {
  /** A voice for callers who speak. */
  readonly tts: TextToSpeech;
  readonly apiUrl: string;
  readonly db: Database;
  close(): Promise<void>;
}

/**
 * A whole installation for a while: its own Temporal server, database and demo bank in a folder that goes away with it, so that no order of
 * a rehearsal reaches a real bank.
 * @param folder of the assistant.
 * @param environment settings in force, of which models and engines are taken over.
 */
export async function openStage(
  folder: string,
  {
    listener,
    signal,
    spoken,
    environment,
  }: {
    readonly listener: FetchListener;
    readonly signal: AbortSignal;
    /** With the queues that hear and speak. */
    readonly spoken: boolean;
    readonly environment: Readonly<Record<string, string | undefined>>;
  },
): Promise<Stage> {
  const dataDir = await mkdtemp(join(tmpdir(), 'voicebot-rehearsal-'));
  const { DATABASE_URL: _database, TEMPORAL_ADDRESS: _temporal, BLOB_URL: _blobs, BANK_URL: _bank, ...others } = environment;
  const config = loadConfig({
    ...others,
    PORT: String(await freePort()),
    TEMPORAL_PORT: String(await freePort()),
    TEMPORAL_UI_PORT: String(await freePort()),
    HOST: '127.0.0.1',
    AUTH: 'off',
    TLS_CERT_FILE: undefined,
    TLS_KEY_FILE: undefined,
    DATA_DIR: dataDir,
    BANK: 'demo',
    ASSISTANT: folder,
    // Callers who ask for a person are told that they are put through.
    TRANSFER_TO: '+15550100',
    MAX_CONCURRENT_SESSIONS: '1000',
    // Where nobody speaks there is nobody to wait for.
    ...(spoken ? {} : { WORKER_WAIT: '5' }),
    LOG_LEVEL: 'silent',
  });
  const database = await openDatabase({ dataDir });
  try {
    const queues = allQueues.filter((queue) => spoken || (queue !== 'stt' && queue !== 'tts'));
    const logger = createLogger(config.LOG_LEVEL);
    await ensureModels(spoken ? [...queues, 'api'] : queues, config, { listener, signal });
    const engines = createEngines(config);
    const stack = await startStack({ config, logger, listener, queues, api: true, signal, database, engines });
    await stack.ready;
    return {
      apiUrl: stack.apiUrl ?? '',
      db: database.acrossTenants,
      tts: engines.tts,
      close: async () => {
        await stack.stop();
        await database.close();
        await rm(dataDir, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await database.close();
    await rm(dataDir, { recursive: true, force: true });
    throw error;
  }
}
