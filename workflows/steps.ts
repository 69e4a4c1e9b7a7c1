import { type ActivityInterfaceFor, type ActivityOptions, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { BankActivities } from '../activities/bank.ts';
import type { CacheActivities } from '../activities/cache.ts';
import type { LlmActivities } from '../activities/llm.ts';
import type { RecordsActivities } from '../activities/records.ts';
import type { SttActivities } from '../activities/stt.ts';
import type { TelephonyActivities } from '../activities/telephony.ts';
import type { TtsActivities } from '../activities/tts.ts';
import type { VoiceControlActivities } from '../activities/voice-control.ts';
import type { SpeechStyle } from '../domain/call.ts';
import { type VoiceEngineId, voiceTaskQueues } from '../domain/voices/engine.ts';
import { type CallSettings, taskQueues } from './definitions.ts';

export interface Steps {
  readonly stt: ActivityInterfaceFor<SttActivities>;
  readonly cache: ActivityInterfaceFor<CacheActivities>;

  /** Takes articles in, off any line. */
  readonly knowledge: Pick<ActivityInterfaceFor<CacheActivities>, 'importKnowledge' | 'spokenAnswers'>;
  /** Makes speech ahead of the callers, however long it has to wait for them. */
  readonly ahead: Pick<ActivityInterfaceFor<TtsActivities>, 'prepare'>;
  readonly bank: ActivityInterfaceFor<BankActivities>;
  /** Takes back what was begun at the bank, however long it takes. */
  readonly bankLater: ActivityInterfaceFor<BankActivities>;
  readonly llm: ActivityInterfaceFor<LlmActivities>;
  readonly tts: ActivityInterfaceFor<TtsActivities>;
  /** Who speaks in a style: the live voice, or the engine that it names. */
  readonly voice: (style: SpeechStyle | undefined) => Pick<ActivityInterfaceFor<TtsActivities>, 'speak'>;
  readonly records: ActivityInterfaceFor<RecordsActivities>;
  /** Writes records at once, in the process of the workflow, or not at all: one event of history instead of six. */
  readonly recordsAtOnce: Pick<ActivityInterfaceFor<RecordsActivities>, 'recordTurn' | 'recordCallStarted'>;
  readonly telephony: ActivityInterfaceFor<TelephonyActivities>;
  /** Looks records up for a turn that goes on from them. */
  readonly recall: Pick<ActivityInterfaceFor<RecordsActivities>, 'recallTurn'>;
  /** Stores audio while its pipes are open. */
  readonly audio: Pick<ActivityInterfaceFor<RecordsActivities>, 'keepAudio'>;
}

/** Speaks to a caller with an engine of quality: it takes seconds to minutes for a sentence, and its model may have to be loaded before. */
const slowVoice = (engine: VoiceEngineId, { workerWaitMs }: Pick<CallSettings, 'workerWaitMs'>) =>
  proxyActivities<Pick<TtsActivities, 'speak'>>({
    taskQueue: voiceTaskQueues[engine],
    scheduleToStartTimeout: workerWaitMs,
    startToCloseTimeout: '1 hour',
    heartbeatTimeout: '10 seconds',
    retry: { initialInterval: 500, maximumAttempts: 3 },
  });

/** Asks a worker of an engine how it is, or has it loaded; a large model takes a minute or two from a disk. */
export const voiceControl = (engine: VoiceEngineId) =>
  proxyActivities<VoiceControlActivities>({
    taskQueue: voiceTaskQueues[engine],
    scheduleToStartTimeout: '5 seconds',
    startToCloseTimeout: '10 minutes',
    heartbeatTimeout: '10 seconds',
    retry: { maximumAttempts: 2 },
  });

/** Who does a step: its queue, bounds and retries, with the reasons. */
export function stepsFor(settings: Pick<CallSettings, 'workerWaitMs' | 'stepTimeoutMs'>): Steps {
  const { workerWaitMs, stepTimeoutMs } = settings;
  /** A caller listens to silence meanwhile: few retries, soon after each other. */
  const live: ActivityOptions = {
    // Nobody takes the task: better an honest error than endless silence.
    scheduleToStartTimeout: workerWaitMs,
    startToCloseTimeout: stepTimeoutMs,
    // Activities beat every second; a worker that died is noticed before the filler ends. One that only was slow loses nothing:
    // whoever takes over goes on where its pipe ends.
    heartbeatTimeout: 2_500,
    // In all within three seconds: a caller who hears nothing for longer hangs up.
    retry: { initialInterval: 100, backoffCoefficient: 2, maximumInterval: 1_000, maximumAttempts: 5 },
  };
  const tts = proxyActivities<TtsActivities>({ ...live, taskQueue: taskQueues.tts });
  return {
    stt: proxyActivities<SttActivities>({ ...live, taskQueue: taskQueues.stt }),
    llm: proxyActivities<LlmActivities>({ ...live, taskQueue: taskQueues.llm }),
    tts,
    voice: (style) => (style?.engine === undefined || style.engine === 'kokoro' ? tts : slowVoice(style.engine, settings)),
    // A cache that is slow is waited for while a filler can cover it, as after its worker was started anew; one that is gone is passed
    // over: the turn goes on as a miss.
    cache: proxyActivities<CacheActivities>({
      taskQueue: taskQueues.cache,
      scheduleToStartTimeout: Math.min(workerWaitMs, 4_000),
      // Fifty times what it takes; also how long a dead worker is waited for.
      startToCloseTimeout: 2_000,
      retry: { initialInterval: 100, maximumAttempts: 2 },
    }),

    knowledge: proxyActivities<CacheActivities>({
      taskQueue: taskQueues.cache,
      startToCloseTimeout: 120_000,
      heartbeatTimeout: 10_000,
      scheduleToCloseTimeout: 300_000,
    }),
    // It waits until no caller is on the line of its worker, which may take hours; nobody waits for it.
    ahead: proxyActivities<TtsActivities>({
      taskQueue: taskQueues.tts,
      startToCloseTimeout: '6 hours',
      heartbeatTimeout: 10_000,
      scheduleToCloseTimeout: '24 hours',
      retry: { initialInterval: 5_000, backoffCoefficient: 2, maximumInterval: 60_000 },
    }),
    // The bank's own answer may take its time; the caller hears a filler meanwhile.
    bank: proxyActivities<BankActivities>({ ...live, taskQueue: taskQueues.bank }),
    bankLater: proxyActivities<BankActivities>({
      taskQueue: taskQueues.bank,
      startToCloseTimeout: 30_000,
      heartbeatTimeout: 10_000,
      scheduleToCloseTimeout: '24 hours',
      retry: { initialInterval: 1_000, backoffCoefficient: 2, maximumInterval: 60_000 },
    }),
    // The caller was told to wait a moment. Safe to repeat: each hook has the key of the first try.
    telephony: proxyActivities<TelephonyActivities>({
      taskQueue: taskQueues.telephony,
      scheduleToStartTimeout: workerWaitMs,
      startToCloseTimeout: 10_000,
      heartbeatTimeout: 2_500,
      retry: { initialInterval: 500, backoffCoefficient: 2, maximumAttempts: 5 },
    }),
    // Nobody waits for records, and they must not be lost: retried for a day, through restarts of the database.
    records: proxyActivities<RecordsActivities>({
      taskQueue: taskQueues.records,
      startToCloseTimeout: 30_000,
      heartbeatTimeout: 10_000,
      scheduleToCloseTimeout: '24 hours',
      // A database that was restarted finds its records at once.
      retry: { initialInterval: 200, backoffCoefficient: 2, maximumInterval: 5_000 },
    }),
    // The call takes no word of its caller meanwhile: a database that does not answer at once is left to the queue.
    recordsAtOnce: proxyLocalActivities<RecordsActivities>({
      startToCloseTimeout: 250,
      scheduleToCloseTimeout: 250,
      retry: { maximumAttempts: 1 },
    }),
    // A caller may be coming back meanwhile; without records the turn goes on with what it knows.
    recall: proxyActivities<RecordsActivities>({
      taskQueue: taskQueues.records,
      startToCloseTimeout: 3_000,
      scheduleToCloseTimeout: 6_000,
      retry: { initialInterval: 200, backoffCoefficient: 2 },
    }),
    // The API keeps the pipes of such a turn open for a minute.
    audio: proxyActivities<RecordsActivities>({
      taskQueue: taskQueues.records,
      startToCloseTimeout: 20_000,
      heartbeatTimeout: 5_000,
      scheduleToCloseTimeout: 50_000,
      retry: { initialInterval: 500, backoffCoefficient: 2 },
    }),
  };
}
