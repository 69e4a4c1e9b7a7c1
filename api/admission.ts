import type { Client } from '@temporalio/client';
import type { StepTiming, TurnOutcome } from '../domain/call.ts';
import { messageOf, VoicebotError } from '../domain/errors.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { type TaskQueue, taskQueues } from '../workflows/definitions.ts';

export interface AdmissionOptions {
  readonly client: Client;
  readonly namespace: string;
  /** Share of a queue's places, from 0 to 1, that may be used while new sessions come in. */
  readonly maxSlotUse: number;
  /** A step may wait so long for a worker while new sessions come in; 0: any time. */
  readonly maxQueueDelayMs: number;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly now?: () => number;
}

/** Places of a queue over all its workers. */
export interface QueueSlots {
  readonly used: number;
  readonly total: number;
}

/** Queues that a caller waits for. */
const liveQueues = ['stt', 'llm', 'tts', 'cache', 'calls'] as const satisfies readonly TaskQueue[];
type LiveQueue = (typeof liveQueues)[number];

const stepQueues = { transcribe: 'stt', lookup: 'cache', think: 'llm', speak: 'tts' } as const;

const pollMs = 2_000;
const requestTimeoutMs = 2_000;
/** Delays that turns have seen count for so long. */
const delayWindowMs = 15_000;
/** One slow step is chance. */
const minDelays = 4;
/** A worker that has told nothing for so long is gone. */
const workerGoneMs = 8_000;
/** Temporal keeps what it tells of a queue for five seconds (`matching.taskQueueInfoByBuildIdTTL`). */
const staleStatsMs = 6_000;
const retryAfterSeconds = 5;
/** Numbers of Temporal's `TaskQueueType` and `WorkerStatus`. */
const taskQueueTypes = { calls: 1, others: 2 } as const;
const workerRunning = 1;

/**
 * Lets new sessions in while there is room, and refuses them before the calls in progress feel it. What it goes by: the places
 * for steps that all workers have told Temporal of; the age of what waits in Temporal's queues; and the delays that the turns of
 * this process have met.
 */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #now: () => number;
  readonly #delays = new Map<LiveQueue, { readonly at: number; readonly ms: number }[]>();
  #slots = new Map<LiveQueue, QueueSlots>();
  #backlogAgeMs = new Map<LiveQueue, number>();
  readonly #waitsSince = new Map<LiveQueue, number>();
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #listsWorkers = true;

  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  start(): void {
    const poll = async () => {
      await this.poll();
      if (!this.#stopped) this.#timer = setTimeout(poll, pollMs).unref();
    };
    void poll();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** Learns from a turn how long its steps have waited. */
  observe({ timings }: TurnOutcome): void {
    for (const [step, queue] of Object.entries(stepQueues)) {
      const timing = timings[step as keyof typeof stepQueues] as StepTiming | undefined;
      if (timing) this.#delaysOf(queue).push({ at: this.#now(), ms: timing.queueMs });
    }
  }

  /** @throws VoicebotError `overloaded` that says which queue is full. */
  check(): void {
    const { maxSlotUse, maxQueueDelayMs, metrics } = this.#options;
    for (const queue of liveQueues) {
      const slots = this.#slots.get(queue);
      if (slots && slots.total > 0 && slots.used > slots.total * maxSlotUse) {
        metrics.sessionsRefused.inc({ reason: `${queue}-slots` });
        throw full(
          `${slots.used} of ${slots.total} places of the queue '${queue}' are taken.`,
          `Start more workers for '${queue}', or raise ${queue.toUpperCase()}_CONCURRENCY where a worker can do more at once.`,
        );
      }
      const delayMs = Math.max(this.#typicalDelayMs(queue), this.#backlogAgeMs.get(queue) ?? 0);
      if (maxQueueDelayMs > 0 && delayMs > maxQueueDelayMs) {
        metrics.sessionsRefused.inc({ reason: `${queue}-delay` });
        throw full(
          `Work waits ${Math.round(delayMs)} ms in the queue '${queue}'.`,
          `Start more workers for '${queue}', or raise MAX_QUEUE_DELAY_MS.`,
        );
      }
    }
  }

  /** Asks Temporal how full the queues are. What cannot be asked is unknown, and unknown refuses nobody. */
  async poll(): Promise<void> {
    const [slots, ages] = await Promise.all([this.#askWorkers(), this.#askQueues()]);
    this.#slots = slots;
    this.#backlogAgeMs = new Map(
      [...ages].map(([queue, ageMs]) => {
        const works = slots.size === 0 || slots.has(queue);
        return [queue, this.#waitsLong(queue, works ? ageMs : 0) ? ageMs : 0];
      }),
    );
    const { queueSlots, queueBacklogAge } = this.#options.metrics;
    queueSlots.reset();
    queueBacklogAge.reset();
    for (const [queue, { used, total }] of slots) {
      queueSlots.set({ queue, state: 'used' }, used);
      queueSlots.set({ queue, state: 'free' }, total - used);
    }
    for (const [queue, ageMs] of ages) queueBacklogAge.set({ queue }, ageMs / 1000);
  }

  /**
   * Steps that nobody took in time stay in their queue until a worker comes, who throws them away at once; and while a worker is started
   * anew, what comes meanwhile waits for it. Temporal tells of both for some seconds more. What waits tells of load only where it goes on
   * for longer than that.
   */
  #waitsLong(queue: LiveQueue, ageMs: number): boolean {
    if (ageMs <= this.#options.maxQueueDelayMs) {
      this.#waitsSince.delete(queue);
      return false;
    }
    const since = this.#waitsSince.get(queue) ?? this.#now();
    this.#waitsSince.set(queue, since);
    return this.#now() - since >= workerGoneMs + staleStatsMs;
  }

  #delaysOf(queue: LiveQueue) {
    const known = this.#delays.get(queue) ?? [];
    const recent = known.filter(({ at }) => this.#now() - at < delayWindowMs);
    this.#delays.set(queue, recent);
    return recent;
  }

  #typicalDelayMs(queue: LiveQueue): number {
    const delays = this.#delaysOf(queue)
      .map(({ ms }) => ms)
      .sort((a, b) => a - b);
    return delays.length < minDelays ? 0 : (delays[Math.floor(delays.length / 2)] ?? 0);
  }

  async #askWorkers(): Promise<Map<LiveQueue, QueueSlots>> {
    const found = new Map<LiveQueue, QueueSlots>();
    const { client, namespace, logger } = this.#options;
    if (!this.#listsWorkers) return found;
    try {
      let nextPageToken: Uint8Array | undefined;
      do {
        const page = await this.#bounded(() =>
          client.workflowService.listWorkers({ namespace, pageSize: 500, ...(nextPageToken ? { nextPageToken } : {}) }),
        );
        for (const { workerHeartbeat } of page.workersInfo ?? []) {
          const queue = liveQueues.find((name) => taskQueues[name] === workerHeartbeat?.taskQueue);
          const silentMs = Date.now() - Number(workerHeartbeat?.heartbeatTime?.seconds ?? 0) * 1000;
          if (!queue || workerHeartbeat?.status !== workerRunning || silentMs > workerGoneMs) continue;
          const { activityTaskSlotsInfo, workflowTaskSlotsInfo } = workerHeartbeat;
          const info = queue === 'calls' ? workflowTaskSlotsInfo : activityTaskSlotsInfo;
          const used = info?.currentUsedSlots ?? 0;
          const before = found.get(queue) ?? { used: 0, total: 0 };
          found.set(queue, {
            used: before.used + used,
            total: before.total + used + (info?.currentAvailableSlots ?? 0),
          });
        }
        nextPageToken = page.nextPageToken?.length ? page.nextPageToken : undefined;
      } while (nextPageToken);
    } catch (error) {
      // Servers before 1.29 do not know of workers; the other signs remain.
      if ((error as { code?: number }).code === grpcUnimplemented) {
        this.#listsWorkers = false;
        logger.info('this Temporal server does not list workers; places are not counted');
      } else logger.debug({ error: messageOf(error) }, 'workers could not be listed');
      return new Map();
    }
    return found;
  }

  async #askQueues(): Promise<Map<LiveQueue, number>> {
    const { client, namespace, logger } = this.#options;
    const found = new Map<LiveQueue, number>();
    await Promise.all(
      liveQueues.map(async (queue) => {
        const taskQueueType = queue === 'calls' ? taskQueueTypes.calls : taskQueueTypes.others;
        try {
          const { stats, pollers } = await this.#bounded(() =>
            client.workflowService.describeTaskQueue({
              namespace,
              taskQueue: { name: taskQueues[queue] },
              taskQueueType,
              reportStats: true,
            }),
          );
          // Where nobody works at all, waiting is no sign of load; turns then fail honestly.
          if (!pollers?.length || !stats) return;
          const age = stats.approximateBacklogAge;
          found.set(
            queue,
            Number(stats.approximateBacklogCount ?? 0) > 0 ? Number(age?.seconds ?? 0) * 1000 + (age?.nanos ?? 0) / 1e6 : 0,
          );
        } catch (error) {
          logger.debug({ queue, error: messageOf(error) }, 'a queue could not be asked');
        }
      }),
    );
    return found;
  }

  #bounded<T>(request: () => Promise<T>): Promise<T> {
    return this.#options.client.connection.withDeadline(Date.now() + requestTimeoutMs, request);
  }
}

const grpcUnimplemented = 12;

function full(what: string, hint: string): VoicebotError {
  return new VoicebotError('overloaded', `No new session can be taken now: ${what}`, {
    retryable: true,
    retryAfterSeconds,
    hint,
  });
}
