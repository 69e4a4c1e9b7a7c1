import { type NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { createCacheActivities } from '../activities/cache.ts';
import { createLlmActivities } from '../activities/llm.ts';
import { createRecordsActivities } from '../activities/records.ts';
import { createSttActivities } from '../activities/stt.ts';
import { createTelephonyActivities } from '../activities/telephony.ts';
import { createTransferHook } from '../activities/transfer-hook.ts';
import { createTtsActivities } from '../activities/tts.ts';
import { modelCacheDir, transferSettings } from '../config/load.ts';
import type { Logger } from '../config/logger.ts';
import type { Config } from '../config/schema.ts';
import type { BlobStore } from '../db/blobs.ts';
import type { Database } from '../db/open.ts';
import { SpeechStore } from '../db/speech.ts';
import { messageOf } from '../domain/errors.ts';
import { splitSentences } from '../domain/sentences.ts';
import { greeting, wording } from '../domain/wording.ts';
import { type TaskQueue, taskQueues } from '../workflows/definitions.ts';
import { type Engines, temperatureOf } from './engines.ts';
import { workflowBundle } from './workflow-bundle.ts';

export interface WorkerDependencies {
  readonly config: Config;
  readonly connection: NativeConnection;
  readonly engines: Engines;
  readonly logger: Logger;
  /** Needed by the queues `cache` and `records`. */
  readonly db?: Database | undefined;
  /** Needed by the queues `tts` and `records`. */
  readonly blobs?: BlobStore | undefined;
}

export const allQueues = Object.keys(taskQueues) as TaskQueue[];

/**
 * Tasks one worker takes at a time. Engines work through theirs one by one; what waits there already holds its audio or its
 * partner's pipe, what waits in Temporal may go to another machine.
 */
const concurrency: Record<Exclude<TaskQueue, 'calls'>, number> = {
  stt: 8,
  cache: 32,
  llm: 8,
  tts: 16,
  records: 16,
  telephony: 16,
};

export interface RunningWorkers {
  readonly queues: readonly TaskQueue[];
  /** Resolves once wording that is said again and again is speech. */
  readonly prepared: Promise<void>;
  /** Rejects if a worker fails for good. */
  readonly done: Promise<void>;
  /** Takes no new tasks and gives running ones a few seconds to finish. */
  stop(): Promise<void>;
}

export async function startWorkers(queues: readonly TaskQueue[], deps: WorkerDependencies): Promise<RunningWorkers> {
  const { logger } = deps;
  const preparing = new AbortController();
  const workers = await Promise.all(queues.map((queue) => createWorker(queue, deps)));
  const runs = Promise.all(workers.map((worker) => worker.run())).then(() => undefined);
  const prepared = prepareWording(queues, deps, preparing.signal).catch((error) => {
    if (!preparing.signal.aborted) logger.warn({ error: messageOf(error) }, 'wording is not spoken ahead of time');
  });
  return {
    queues,
    prepared,
    done: runs,
    stop: async () => {
      preparing.abort();
      await prepared;
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      await runs.catch(() => undefined);
    },
  };
}

/** What is said again and again is made once, while nobody waits. */
async function prepareWording(queues: readonly TaskQueue[], deps: WorkerDependencies, signal: AbortSignal): Promise<void> {
  if (!queues.includes('tts')) return;
  const { config, engines, blobs } = deps;
  const texts = [...Object.values(wording), greeting(config.BANK_NAME)];
  await speechStore(engines, blobs).fill(texts.flatMap(splitSentences), engines.tts, signal);
}

function speechStore(engines: Engines, blobs: BlobStore | undefined): SpeechStore {
  if (!blobs) throw new Error('The queue tts needs a blob store.');
  return new SpeechStore(blobs, engines.voiceKey);
}

async function createWorker(queue: TaskQueue, deps: WorkerDependencies): Promise<Worker> {
  const { config, connection } = deps;
  const options: WorkerOptions = {
    connection,
    namespace: config.TEMPORAL_NAMESPACE,
    taskQueue: taskQueues[queue],
    shutdownGraceTime: '5s',
    shutdownForceTime: '10s',
  };
  if (queue === 'calls') {
    return Worker.create({
      ...options,
      workflowBundle: { codePath: await workflowBundle(modelCacheDir(config)) },
      maxCachedWorkflows: 1_000,
    });
  }
  return Worker.create({
    ...options,
    activities: activitiesOf(queue, deps),
    maxConcurrentActivityTaskExecutions: concurrency[queue],
    maxHeartbeatThrottleInterval: '2s',
  });
}

function activitiesOf(queue: Exclude<TaskQueue, 'calls'>, { config, engines, db, blobs }: WorkerDependencies): object {
  const needed = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error(`The queue ${queue} needs a database or a blob store.`);
    return value;
  };
  switch (queue) {
    case 'stt':
      return createSttActivities({ stt: engines.stt, vad: engines.vad, language: config.WHISPER_LANGUAGE });
    case 'cache':
      return createCacheActivities({
        db: needed(db),
        embedder: engines.embedder,
        minSimilarity: config.CACHE_MIN_SIMILARITY,
        ttlSeconds: config.CACHE_TTL_SECONDS,
      });
    case 'llm':
      return createLlmActivities({
        model: engines.llm,
        bankName: config.BANK_NAME,
        maxTokens: config.MISTRAL_MAX_TOKENS,
        temperature: temperatureOf(config),
        historyMaxTokens: config.HISTORY_MAX_TOKENS,
      });
    case 'tts':
      return createTtsActivities({ tts: engines.tts, store: speechStore(engines, blobs) });
    case 'records':
      return createRecordsActivities({ db: needed(db), blobs: needed(blobs), spokenRateHz: engines.tts.sampleRateHz });
    case 'telephony':
      return createTelephonyActivities(createTransferHook(transferSettings(config)));
  }
}
