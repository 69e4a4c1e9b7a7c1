import { type NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { createCacheActivities } from '../activities/cache.ts';
import { createLlmActivities } from '../activities/llm.ts';
import { createRecordsActivities } from '../activities/records.ts';
import { createSttActivities } from '../activities/stt.ts';
import { createTtsActivities } from '../activities/tts.ts';
import { modelCacheDir } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import type { BlobStore } from '../db/blobs.ts';
import type { Database } from '../db/open.ts';
import { type TaskQueue, taskQueues } from '../workflows/definitions.ts';
import { type Engines, temperatureOf } from './engines.ts';
import { workflowBundle } from './workflow-bundle.ts';

export interface WorkerDependencies {
  readonly config: Config;
  readonly connection: NativeConnection;
  readonly engines: Engines;
  /** Needed by the queues `cache` and `records`. */
  readonly db?: Database | undefined;
  readonly blobs?: BlobStore | undefined;
}

export const allQueues = Object.keys(taskQueues) as TaskQueue[];

/**
 * Tasks one worker takes at a time. Engines work through theirs one by one; what waits there already holds its audio or its
 * partner's pipe, what waits in Temporal may go to another machine.
 */
const concurrency: Record<Exclude<TaskQueue, 'calls'>, number> = { stt: 8, cache: 32, llm: 8, tts: 16, records: 16 };

export interface RunningWorkers {
  readonly queues: readonly TaskQueue[];
  /** Rejects if a worker fails for good. */
  readonly done: Promise<void>;
  /** Takes no new tasks and gives running ones a few seconds to finish. */
  stop(): Promise<void>;
}

export async function startWorkers(queues: readonly TaskQueue[], deps: WorkerDependencies): Promise<RunningWorkers> {
  const workers = await Promise.all(queues.map((queue) => createWorker(queue, deps)));
  const runs = Promise.all(workers.map((worker) => worker.run())).then(() => undefined);
  return {
    queues,
    done: runs,
    stop: async () => {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      await runs.catch(() => undefined);
    },
  };
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
    if (value === undefined) throw new Error(`The queue ${queue} needs a database.`);
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
      return createTtsActivities({ tts: engines.tts });
    case 'records':
      return createRecordsActivities({ db: needed(db), blobs: needed(blobs), spokenRateHz: engines.tts.sampleRateHz });
  }
}
