import type { Client } from '@temporalio/client';
import { messageOf } from '../domain/errors.ts';
import { type TaskQueue, taskQueues } from '../workflows/definitions.ts';
import type { Readiness } from './readiness.ts';

export interface Check {
  readonly ok: boolean;
  readonly latencyMs: number;
  readonly error?: string;
}

export interface Health {
  /** `starting`: new calls are not taken yet. `stopping`: they had better go to another process. */
  readonly status: 'ok' | 'degraded' | 'starting' | 'stopping' | 'down';
  readonly version: string;
  readonly uptimeSeconds: number;
  readonly database: Check;
  readonly temporal: Check;
  /** Pollers seen by Temporal in the last minutes; null where it could not be asked. */
  readonly workers: Readonly<Record<TaskQueue, number | null>>;
}

export interface HealthSources {
  readonly version: string;
  readonly client: Client;
  readonly namespace: string;
  readonly readiness: Pick<Readiness, 'state'>;
  pingDatabase(): Promise<void>;
}

/** A dependency that answers later than this counts as down. */
const checkTimeoutMs = 3_000;
/** Numbers of Temporal's `TaskQueueType`. */
const workflowType = 1;
const activityType = 2;

export async function checkHealth(sources: HealthSources): Promise<Health> {
  const { client, namespace, version } = sources;
  const bounded = <T>(request: () => Promise<T>) => client.connection.withDeadline(Date.now() + checkTimeoutMs, request);
  const queues = Object.keys(taskQueues) as TaskQueue[];
  const [database, temporal, pollers] = await Promise.all([
    timedCheck(sources.pingDatabase),
    timedCheck(() => bounded(() => client.workflowService.getSystemInfo({}))),
    Promise.all(queues.map((queue) => bounded(() => pollersOf(client, namespace, taskQueues[queue])).catch(() => null))),
  ]);
  const workers = Object.fromEntries(queues.map((queue, index) => [queue, pollers[index] ?? null])) as Health['workers'];
  const allPolled = Object.values(workers).every((count) => count !== null && count > 0);
  const { state } = sources.readiness;
  const working = state !== 'ready' ? state : allPolled ? 'ok' : 'degraded';
  const status = database.ok && temporal.ok ? working : 'down';
  return { status, version, uptimeSeconds: Math.round(process.uptime()), database, temporal, workers };
}

/** Workers that ask for tasks of a queue. @param client anything with Temporal's workflow service. */
export async function pollersOf(client: Pick<Client, 'workflowService'>, namespace: string, queue: string): Promise<number> {
  const taskQueueType = queue === taskQueues.calls ? workflowType : activityType;
  const { pollers } = await client.workflowService.describeTaskQueue({ namespace, taskQueue: { name: queue }, taskQueueType });
  return pollers?.length ?? 0;
}

/** Whether something answers, and in which time. */
export async function timedCheck(check: () => Promise<unknown>): Promise<Check> {
  const started = performance.now();
  const late = new Promise<never>((_, reject) =>
    setTimeout(() => reject(new Error('no answer in time')), checkTimeoutMs).unref(),
  );
  try {
    await Promise.race([check(), late]);
    return { ok: true, latencyMs: performance.now() - started };
  } catch (error) {
    return { ok: false, latencyMs: performance.now() - started, error: messageOf(error) };
  }
}
