import type { Context } from '@temporalio/activity';
import { Worker, type WorkerOptions } from '@temporalio/worker';
import { Assistants } from '../activities/assistants.ts';
import { KnowledgeImport } from '../activities/knowledge-import.ts';
import { heartbeatMs } from '../activities/run-activity.ts';
import { concurrencyOf, llmEngine, modelCacheDir } from '../config/load.ts';
import { inTenant } from '../db/scope.ts';
import { messageOf } from '../domain/errors.ts';
import { allTenants } from '../domain/tenant.ts';
import { converterOf } from '../temporal/connection.ts';
import { deploymentOptions } from '../temporal/deployment.ts';
import { StepMetrics } from '../temporal/step-metrics.ts';
import { StepTrace } from '../temporal/step-trace.ts';
import { TenantScope } from '../temporal/tenant-scope.ts';
import { workflowBundle } from '../temporal/workflow-bundle.ts';
import { type TaskQueue, taskQueues } from '../workflows/definitions.ts';
import { cacheActivities, createUnderstanding } from './cache-service.ts';
import { importDemoKnowledge } from './demo-knowledge.ts';
import { llmActivities, probeModel } from './llm-service.ts';
import { bankActivities, recordsActivities, telephonyActivities } from './orchestrator-core.ts';
import type { Parts, WorkerDependencies } from './parts.ts';
import { noRecordsHere } from './records-at-once.ts';
import { createRemoteVoiceWorker } from './remote-voice.ts';
import { sttActivities } from './stt-service.ts';
import { createSpeech, prepareWording, speakAhead, ttsActivities } from './tts-service.ts';

/** Running steps of a worker that stops may take so long to finish. */
const drainMs = 5_000;

export const allQueues = Object.keys(taskQueues) as TaskQueue[];

export interface RunningWorkers {
  readonly queues: readonly TaskQueue[];
  /** What they work with. */
  readonly parts: Parts;
  /** Resolves once all workers poll: those whose engines are loaded, and whose router has learnt. */
  readonly polling: Promise<void>;
  /** Resolves once they poll, and wording that is said again and again is speech. */
  readonly prepared: Promise<void>;
  /** What each worker is at, as the SDK names it: RUNNING, DRAINING and so on. */
  states(): Readonly<Partial<Record<TaskQueue, string>>>;
  /** Rejects if a worker fails for good. */
  readonly done: Promise<void>;
  /** Takes no new tasks and gives running ones a few seconds to finish. */
  stop(): Promise<void>;
}

export async function startWorkers(queues: readonly TaskQueue[], deps: WorkerDependencies): Promise<RunningWorkers> {
  const { logger } = deps;
  const preparing = new AbortController();
  const assistants = deps.db && new Assistants(deps.db, deps.assistant);
  // A worker that only understands holds no model of its own in memory; a server's it may ask.
  const readsHere = queues.includes('llm') || llmEngine(deps.config) === 'openai';
  const understanding = queues.includes('cache') ? createUnderstanding(deps, assistants, readsHere) : undefined;
  const speech = queues.includes('tts') ? createSpeech(deps, preparing.signal) : undefined;
  const remote =
    queues.includes('tts') && deps.blobs ? createRemoteVoiceWorker(deps.config, { ...deps, blobs: deps.blobs }) : undefined;
  const parts: Parts = { ...deps, assistants, understanding, speech };
  const made = queues.map((queue) => createWorker(queue, parts));
  const workers = (await Promise.all([...made, remote])).filter((worker) => worker !== undefined);
  const learnt = inTenant(allTenants, () => understanding?.load())?.catch((error) =>
    logger.warn({ error: messageOf(error) }, 'the router is not ready'),
  );
  // Callers would wait in vain for one that still loads or learns.
  const loaded = queues.map(async (queue) => {
    await deps.warm.get(queue)?.catch(() => undefined);
    if (queue === 'cache') await learnt;
  });
  const polling = Promise.all(loaded).then(() => undefined);
  const runs = Promise.all(
    workers.map(async (worker, index) => {
      await loaded[index];
      const running = worker.run();
      // It was stopped before it began; it must have run to let go of its connection.
      if (preparing.signal.aborted) worker.shutdown();
      await running;
    }),
  ).then(() => undefined);
  const taught = inTenant(deps.config.TENANT, () => teachDemo(queues, deps, preparing.signal)).catch((error) => {
    if (!preparing.signal.aborted) logger.warn({ error: messageOf(error) }, "the demo bank's articles are not imported");
  });
  const worded = prepareWording(speech, deps, preparing.signal).catch((error) => {
    if (!preparing.signal.aborted) logger.warn({ error: messageOf(error) }, 'wording is not spoken ahead of time');
  });
  const prepared = Promise.all([polling, taught, worded]).then(() => undefined);
  if (understanding) {
    void prepared
      .then(() => inTenant(allTenants, () => understanding.refine(preparing.signal)))
      .catch((error) => {
        if (!preparing.signal.aborted) logger.warn({ error: messageOf(error) }, 'the tagger has not learnt');
      });
  }
  if (readsHere) void prepared.then(() => probeModel(deps, preparing.signal));
  if (speech) void prepared.then(() => inTenant(deps.config.TENANT, () => speakAhead(speech, parts, preparing.signal)));
  return {
    queues,
    parts,
    polling,
    prepared,
    states: () => Object.fromEntries(queues.map((queue, index) => [queue, workers[index]?.getState()])),
    done: runs,
    stop: async () => {
      preparing.abort();
      await prepared;
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      await runs.catch(() => undefined);
    },
  };
}

async function teachDemo(queues: readonly TaskQueue[], deps: WorkerDependencies, signal: AbortSignal): Promise<void> {
  const { config, db, engines } = deps;
  if (!db || config.BANK !== 'demo' || !queues.includes('cache')) return;
  await importDemoKnowledge(db, new KnowledgeImport(db, engines.embedder), config.TENANT, signal);
}

async function createWorker(queue: TaskQueue, deps: Parts): Promise<Worker> {
  const { config, connection } = deps;
  const concurrency = concurrencyOf(config)[queue];
  const options: WorkerOptions = {
    connection,
    namespace: config.TEMPORAL_NAMESPACE,
    ...converterOf(deps.codec),
    taskQueue: taskQueues[queue],
    // A step that is not done by then is handed over to another worker, which goes on where its pipe ends.
    shutdownGraceTime: drainMs,
    shutdownForceTime: drainMs + 5_000,
  };
  if (queue === 'calls') {
    const codePath = await workflowBundle(modelCacheDir(config));
    return Worker.create({
      ...options,
      workflowBundle: { codePath },
      // Where the database is at hand, records are written in passing.
      activities: deps.db && deps.blobs ? recordsActivities(deps) : noRecordsHere,
      interceptors: stepInterceptors(queue, deps),
      enableNonLocalActivities: false,
      maxCachedWorkflows: 1_000,
      maxConcurrentWorkflowTaskExecutions: concurrency,
      maxConcurrentWorkflowTaskPolls: Math.min(10, concurrency),
      // How long a call waits for the worker that knows it, when that one died.
      stickyQueueScheduleToStartTimeout: '1s',
      ...deploymentOptions(config, codePath),
    });
  }
  return Worker.create({
    ...options,
    activities: activitiesOf(queue, deps),
    maxConcurrentActivityTaskExecutions: concurrency,
    // Every beat is sent: fewer would look like death.
    maxHeartbeatThrottleInterval: heartbeatMs,
    interceptors: stepInterceptors(queue, deps),
  });
}

/** What every step of a worker passes through. */
const stepInterceptors = (queue: TaskQueue, { config, logger, metrics }: Parts) => ({
  activity: [
    (context: Context) => ({ inbound: new StepTrace(context, logger) }),
    (context: Context) => ({ inbound: new StepMetrics(context, queue, metrics) }),
    () => ({ inbound: new TenantScope(config.TENANT) }),
  ],
});

function activitiesOf(queue: Exclude<TaskQueue, 'calls'>, parts: Parts): object {
  switch (queue) {
    case 'stt':
      return sttActivities(parts);
    case 'cache':
      return cacheActivities(parts);
    case 'bank':
      return bankActivities(parts);
    case 'llm':
      return llmActivities(parts);
    case 'tts':
      return ttsActivities(parts);
    case 'records':
      return recordsActivities(parts);
    case 'telephony':
      return telephonyActivities(parts);
  }
}
