import type { Client } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import { Admission, type AdmissionOptions } from '../../api/admission.ts';
import type { TurnOutcome } from '../../domain/call.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { Metrics } from '../../telemetry/metrics.ts';

/** A fake of what Temporal tells of queues and workers. */
interface FakeTemporal {
  /** Places by queue and worker. */
  workers: { queue: string; used: number; free: number; silentSeconds?: number; status?: number }[];
  backlog: Record<string, { count: number; ageSeconds: number }>;
  error?: Error & { code?: number };
}

function admissionOf(temporal: FakeTemporal, changes: Partial<AdmissionOptions> = {}) {
  const metrics = new Metrics();
  const client = {
    connection: { withDeadline: (_deadline: number, request: () => Promise<unknown>) => request() },
    workflowService: {
      listWorkers: async () => {
        if (temporal.error) throw temporal.error;
        return {
          workersInfo: temporal.workers.map(({ queue, used, free, silentSeconds = 0, status = 1 }) => ({
            workerHeartbeat: {
              taskQueue: queue,
              status,
              heartbeatTime: { seconds: Math.floor(Date.now() / 1000) - silentSeconds },
              activityTaskSlotsInfo: { currentUsedSlots: used, currentAvailableSlots: free },
              workflowTaskSlotsInfo: { currentUsedSlots: used, currentAvailableSlots: free },
            },
          })),
        };
      },
      describeTaskQueue: async ({ taskQueue }: { taskQueue: { name: string } }) => {
        if (temporal.error) throw temporal.error;
        const { count, ageSeconds } = temporal.backlog[taskQueue.name] ?? { count: 0, ageSeconds: 0 };
        return {
          pollers: [{}],
          stats: { approximateBacklogCount: String(count), approximateBacklogAge: { seconds: String(ageSeconds), nanos: 0 } },
        };
      },
    },
  } as unknown as Client;
  const admission = new Admission({
    client,
    namespace: 'default',
    maxSlotUse: 0.85,
    maxQueueDelayMs: 500,
    metrics,
    logger: createLogger('silent'),
    ...changes,
  });
  return { admission, metrics };
}

const waited = (queueMs: number) =>
  ({ timings: { transcribe: { queueMs, workMs: 1 }, speak: { queueMs: 1, workMs: 1 }, totalMs: 1 } }) as TurnOutcome;

describe('new sessions', () => {
  it('come in while there are places, over all workers of a queue', async () => {
    const { admission, metrics } = admissionOf({
      workers: [
        { queue: 'stt', used: 8, free: 0 },
        { queue: 'stt', used: 1, free: 7 },
      ],
      backlog: {},
    });
    await admission.poll();
    expect(() => admission.check()).not.toThrow();
    expect((await metrics.text()).body).toContain('voicebot_queue_slots{queue="stt",state="free"} 7');
  });

  it('are refused while a queue has hardly a place left, with a time to come back', async () => {
    const temporal: FakeTemporal = { workers: [{ queue: 'tts', used: 7, free: 1 }], backlog: {} };
    const { admission, metrics } = admissionOf(temporal);
    await admission.poll();
    expect(() => admission.check()).toThrow(/7 of 8 places of the queue 'tts' are taken/);
    try {
      admission.check();
    } catch (error) {
      expect(error).toMatchObject({ code: 'overloaded', retryable: true, retryAfterSeconds: expect.any(Number) });
    }
    expect((await metrics.text()).body).toContain('voicebot_sessions_refused_total{reason="tts-slots"} 2');
    temporal.workers = [{ queue: 'tts', used: 3, free: 5 }];
    await admission.poll();
    expect(() => admission.check()).not.toThrow();
  });

  it('do not count the places of workers that are gone or stopping', async () => {
    const { admission } = admissionOf({
      workers: [
        { queue: 'llm', used: 4, free: 0 },
        { queue: 'llm', used: 0, free: 4, silentSeconds: 60 },
        { queue: 'llm', used: 0, free: 4, status: 2 },
      ],
      backlog: {},
    });
    await admission.poll();
    expect(() => admission.check()).toThrow(/4 of 4 places/);
  });

  it('are refused while work waits in a queue, and goes on to wait', async () => {
    let now = 0;
    const { admission } = admissionOf({ workers: [], backlog: { llm: { count: 3, ageSeconds: 2 } } }, { now: () => now });
    for (; now < 14_000; now += 2_000) {
      await admission.poll();
      // What waits now may be what a worker of before has left.
      expect(() => admission.check(), `after ${now} ms`).not.toThrow();
    }
    await admission.poll();
    expect(() => admission.check()).toThrow(/waits 2000 ms in the queue 'llm'/);
  });

  it('come in while a worker that has just come works off what was left to it', async () => {
    let now = 0;
    const temporal: FakeTemporal = {
      workers: [{ queue: 'tts', used: 0, free: 8 }],
      backlog: { stt: { count: 1, ageSeconds: 10 } },
    };
    const { admission } = admissionOf(temporal, { now: () => now });
    const pollUntil = async (until: number) => {
      for (; now < until; now += 2_000) {
        await admission.poll();
        expect(() => admission.check(), `after ${now} ms`).not.toThrow();
      }
    };
    await pollUntil(20_000);
    temporal.workers.push({ queue: 'stt', used: 0, free: 8 });
    // Temporal still tells of it for some seconds.
    await pollUntil(26_000);
    temporal.backlog = {};
    await pollUntil(40_000);
  });

  it('come in where what waits was left by workers that are gone', async () => {
    let now = 0;
    const { admission } = admissionOf(
      { workers: [{ queue: 'stt', used: 0, free: 8 }], backlog: { tts: { count: 3, ageSeconds: 30 } } },
      { now: () => now },
    );
    for (; now < 30_000; now += 2_000) await admission.poll();
    expect(() => admission.check()).not.toThrow();
  });

  it('are refused while turns wait for their steps, and not for one slow step, and not for long', () => {
    let now = 0;
    const { admission } = admissionOf({ workers: [], backlog: {} }, { now: () => now });
    admission.observe(waited(3_000));
    expect(() => admission.check()).not.toThrow();
    for (let i = 0; i < 5; i++) admission.observe(waited(900));
    expect(() => admission.check()).toThrow(/waits 900 ms in the queue 'stt'/);
    now = 20_000;
    expect(() => admission.check()).not.toThrow();
  });

  it.each([
    ['does not know workers', Object.assign(new Error('unimplemented'), { code: 12 })],
    ['does not answer', Object.assign(new Error('unavailable'), { code: 14 })],
  ])('come in where the server %s', async (_what, error) => {
    const { admission } = admissionOf({ workers: [{ queue: 'stt', used: 8, free: 0 }], backlog: {}, error });
    await admission.poll();
    expect(() => admission.check()).not.toThrow();
  });
});
