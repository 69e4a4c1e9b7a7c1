import { join } from 'node:path';
import type { PayloadCodec } from '@temporalio/common';
import { type NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { AdapterFiles } from '../activities/adapter-files.ts';
import { createAdapterRecords } from '../activities/adapter-records.ts';
import { Assistants } from '../activities/assistants.ts';
import { createBankActivities } from '../activities/bank.ts';
import { createCacheActivities } from '../activities/cache.ts';
import { createDataLife } from '../activities/data-life.ts';
import { KnowledgeImport } from '../activities/knowledge-import.ts';
import { createLlmActivities } from '../activities/llm.ts';
import { createMessageCheck } from '../activities/message-check.ts';
import { createMessageRecords } from '../activities/message-records.ts';
import { createMessageSpeech } from '../activities/message-speech.ts';
import { createRecordsActivities } from '../activities/records.ts';
import { heartbeatMs } from '../activities/run-activity.ts';
import { SecondReader } from '../activities/second-reader.ts';
import { SpeechQueue } from '../activities/speech-queue.ts';
import { createSttActivities } from '../activities/stt.ts';
import { createTelephonyActivities } from '../activities/telephony.ts';
import { createTransferHook } from '../activities/transfer-hook.ts';
import { createTtsActivities } from '../activities/tts.ts';
import { Understanding } from '../activities/understanding.ts';
import { createVoiceControl } from '../activities/voice-control.ts';
import { pollersOf } from '../api/health.ts';
import { HttpBank } from '../bank/http-bank.ts';
import { concurrencyOf, installedVoices, llmEngine, modelCacheDir, modelName, transferSettings } from '../config/load.ts';
import type { Logger } from '../config/logger.ts';
import type { Metrics } from '../config/metrics.ts';
import type { Config } from '../config/schema.ts';
import type { BlobStore } from '../db/blobs.ts';
import { DemoBank } from '../db/demo-bank.ts';
import type { Database } from '../db/open.ts';
import { inTenant } from '../db/scope.ts';
import { SpeechStore } from '../db/speech.ts';
import type { AssistantSource } from '../domain/assistant/source.ts';
import { approvedReplies } from '../domain/dialog/approved-replies.ts';
import { identifications, identify } from '../domain/dialog/identification.ts';
import { messageOf } from '../domain/errors.ts';
import { bankClock } from '../domain/language/dates.ts';
import { splitSentences } from '../domain/sentences.ts';
import { allTenants } from '../domain/tenant.ts';
import { greeting, wording } from '../domain/wording.ts';
import { installedCatalogue } from '../engines/catalogue.ts';
import type { Sealer } from '../media/sealed.ts';
import { type TaskQueue, taskQueues } from '../workflows/definitions.ts';
import { deleteHistories } from './call-histories.ts';
import { converterOf } from './connection.ts';
import { importDemoKnowledge } from './demo-knowledge.ts';
import { deploymentOptions } from './deployment.ts';
import { type Engines, type ServicePart, temperatureOf } from './engines.ts';
import { createRemoteVoiceWorker } from './remote-voice.ts';
import { StepMetrics } from './step-metrics.ts';
import { TenantScope } from './tenant-scope.ts';
import { workflowBundle } from './workflow-bundle.ts';

export interface WorkerDependencies {
  readonly config: Config;
  readonly connection: NativeConnection;
  readonly engines: Engines;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Seals and opens what callers tell in confidence. */
  readonly sealer: Sealer;
  /** What payloads pass through. */
  readonly codec?: PayloadCodec | undefined;
  /** When the engines of a queue are loaded. */
  readonly warm: ReadonlyMap<ServicePart, Promise<void>>;
  /** What serves tenants that have deployed none of their own. */
  readonly assistant: AssistantSource;
  /** Needed by the queues `cache`, `bank` and `records`. */
  readonly db?: Database | undefined;
  /** Needed by the queues `stt`, `tts` and `records`. */
  readonly blobs?: BlobStore | undefined;
}

/** Speech that was made, and what is still to be made. */
interface Speech {
  readonly store: SpeechStore;
  readonly queue: SpeechQueue;
}

/** What the queues of one process share. */
interface Parts extends WorkerDependencies {
  readonly assistants?: Assistants | undefined;
  readonly understanding?: Understanding | undefined;
  readonly speech?: Speech | undefined;
}

/** Running steps of a worker that stops may take so long to finish. */
const drainMs = 5_000;

export const allQueues = Object.keys(taskQueues) as TaskQueue[];

export interface RunningWorkers {
  readonly queues: readonly TaskQueue[];
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
  const made = queues.map((queue) => createWorker(queue, { ...deps, assistants, understanding, speech }));
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
  if (speech)
    void prepared.then(() => inTenant(deps.config.TENANT, () => speakAhead(speech, { ...deps, assistants }, preparing.signal)));
  return {
    queues,
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

/** What is said again and again is made once, while nobody waits; every personal request begins with the questions who calls. */
async function prepareWording(speech: Speech | undefined, deps: WorkerDependencies, signal: AbortSignal): Promise<void> {
  const { config, engines } = deps;
  const say = deps.assistant.assistant.saying('');
  const questions = identifications.map((need) => identify.ask(say, need));
  const texts = [...Object.values(wording), greeting(config.BANK_NAME), ...questions, say('unknown')];
  await speech?.store.fill(texts.flatMap(splitSentences), engines.tts, signal, 'batch');
}

function createSpeech({ engines, blobs, logger }: WorkerDependencies, signal: AbortSignal): Speech {
  if (!blobs) throw new Error('The queue tts needs a blob store.');
  const store = new SpeechStore(blobs, engines.voiceKey);
  const warn = (message: string) => logger.warn(message);
  return { store, queue: new SpeechQueue({ store, maker: engines.tts, signal, warn }) };
}

/** What the language model may do is found out while nobody is on the line; until then it may do nothing. */
async function probeModel({ engines, logger }: WorkerDependencies, signal: AbortSignal): Promise<void> {
  await engines.llmRoles.learn({ signal, priority: 'background' }).catch((error) => {
    if (!signal.aborted)
      logger.warn({ error: messageOf(error) }, 'the language model is not probed, and is not let near callers');
  });
}

/** What comes once callers are let in, while none is there: the voice learns to begin early, and what may be said is spoken. */
async function speakAhead(
  { queue }: Speech,
  { config, engines, logger, assistant, assistants }: Parts,
  signal: AbortSignal,
): Promise<void> {
  await engines.tts.prepare?.({ signal }).catch((error) => {
    if (!signal.aborted) logger.warn({ error: messageOf(error) }, 'the voice is not calibrated, and begins later');
  });
  const current = assistants && (await assistants.current(config.TENANT).catch(() => undefined));
  for (const text of approvedReplies(current ?? assistant.assistant)) queue.addLast(text);
}

function createUnderstanding(
  { config, engines, db }: WorkerDependencies,
  assistants: Assistants | undefined,
  readsHere: boolean,
): Understanding {
  if (!db || !assistants) throw new Error('The queue cache needs a database.');
  return new Understanding({
    db,
    assistants,
    embedder: engines.embedder,
    routerTrainer: engines.routerTrainer,
    modelName: modelName(config),
    secondReader: readsHere
      ? new SecondReader({ model: engines.llm, roles: engines.llmRoles, timeoutMs: config.SECOND_READER_MS })
      : undefined,
    clock: bankClock(config.BANK_TIME_ZONE),
    minSimilarity: config.CACHE_MIN_SIMILARITY,
  });
}

async function createWorker(queue: TaskQueue, deps: Parts): Promise<Worker> {
  const { config, connection, metrics } = deps;
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
    interceptors: {
      activity: [
        (context) => ({ inbound: new StepMetrics(context, queue, metrics) }),
        () => ({ inbound: new TenantScope(config.TENANT) }),
      ],
    },
  });
}

function activitiesOf(queue: Exclude<TaskQueue, 'calls'>, deps: Parts): object {
  const { config, connection, engines, db, blobs, sealer, logger } = deps;
  const needed = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error(`The queue ${queue} needs a database, a blob store or a voice.`);
    return value;
  };
  switch (queue) {
    case 'stt':
      return {
        ...createSttActivities({
          stt: engines.stt,
          vad: engines.vad,
          language: config.WHISPER_LANGUAGE,
          recordings: needed(blobs),
          sealer,
        }),
        ...createMessageCheck({ stt: engines.stt, blobs: needed(blobs) }),
      };
    case 'cache':
      return createCacheActivities({
        db: needed(db),
        embedder: engines.embedder,
        understanding: needed(deps.understanding),
        knowledge: new KnowledgeImport(needed(db), engines.embedder),
        ttlSeconds: config.CACHE_TTL_SECONDS,
      });
    case 'bank':
      return createBankActivities({
        bank:
          config.BANK === 'http'
            ? new HttpBank({ baseUrl: config.BANK_URL ?? '', apiKey: config.BANK_API_KEY })
            : new DemoBank(needed(db)),
        sealer,
        assistants: needed(deps.assistants),
        db: needed(db),
        clock: bankClock(config.BANK_TIME_ZONE),
      });
    case 'llm':
      return createLlmActivities({
        model: engines.llm,
        roles: engines.llmRoles,
        bankName: config.BANK_NAME,
        maxTokens: config.MISTRAL_MAX_TOKENS,
        temperature: temperatureOf(config),
        historyMaxTokens: config.HISTORY_MAX_TOKENS,
        adapters: new AdapterFiles({
          blobs,
          folder: join(modelCacheDir(config), 'adapters'),
          warn: (message) => logger.warn(message),
        }),
      });
    case 'tts': {
      const { store, queue } = needed(deps.speech);
      return {
        ...createTtsActivities({ tts: engines.tts, store, queue, recordings: needed(blobs) }),
        ...createMessageSpeech({ tts: engines.tts, blobs: needed(blobs) }),
        ...createVoiceControl(engines.tts),
      };
    }
    case 'records':
      return {
        ...createRecordsActivities({ db: needed(db), blobs: needed(blobs), spokenRateHz: engines.tts.sampleRateHz }),
        ...createMessageRecords({
          ...{ db: needed(db), blobs: needed(blobs), mastering: engines.mastering },
          catalogue: installedCatalogue(installedVoices(config)),
          workersOf: (taskQueue) => pollersOf(connection, config.TEMPORAL_NAMESPACE, taskQueue),
        }),
        ...createDataLife({
          ...{ db: needed(db), blobs: needed(blobs) },
          deleteHistories: (session) => deleteHistories(connection, config.TEMPORAL_NAMESPACE, session),
        }),
        ...createAdapterRecords({
          ...{ db: needed(db), blobs: needed(blobs), assistants: needed(deps.assistants), bankName: config.BANK_NAME },
        }),
      };
    case 'telephony':
      return createTelephonyActivities(createTransferHook(transferSettings(config)));
  }
}
