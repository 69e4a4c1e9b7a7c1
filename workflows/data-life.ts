import { proxyActivities, uuid4 } from '@temporalio/workflow';
import type { DataLifeActivities, EraseCustomerInput, EraseInput } from '../activities/data-life.ts';
import type { DeletedCounts, Retention } from '../domain/data-life.ts';
import { taskQueues } from './definitions.ts';

// Nobody waits for a night's deletions; a store that is away is waited for until the next night.
const nightly = proxyActivities<Pick<DataLifeActivities, 'deleteExpired'>>({
  taskQueue: taskQueues.records,
  startToCloseTimeout: '6 hours',
  heartbeatTimeout: '30 seconds',
  scheduleToCloseTimeout: '20 hours',
  retry: { initialInterval: 5_000, backoffCoefficient: 2, maximumInterval: '10 minutes' },
  priority: { priorityKey: 5 },
});

// Somebody has asked for it, and must be able to rely on it: tried for a week.
const asked = proxyActivities<Pick<DataLifeActivities, 'eraseSession' | 'eraseCustomer'>>({
  taskQueue: taskQueues.records,
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '30 seconds',
  scheduleToCloseTimeout: '7 days',
  retry: { initialInterval: 1_000, backoffCoefficient: 2, maximumInterval: '10 minutes' },
});

/** Deletes what has been kept long enough; a Temporal Schedule runs it each night. */
export async function applyRetention(retention: Retention): Promise<DeletedCounts> {
  return nightly.deleteExpired({ id: uuid4(), nowMs: Date.now(), ...retention });
}

/** Deletes one session with all that belongs to it. */
export async function eraseSession(input: EraseInput): Promise<DeletedCounts> {
  return asked.eraseSession(input);
}

/** Deletes all sessions of a customer with all that belongs to them. */
export async function eraseCustomer(input: EraseCustomerInput): Promise<DeletedCounts> {
  return asked.eraseCustomer(input);
}
