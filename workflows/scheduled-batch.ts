import { executeChild, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { MessageRecordActivities } from '../activities/message-records.ts';
import type { ItemCounts } from '../domain/messages/message.ts';
import { batchIdOf, type ScheduledBatch } from '../domain/messages/scheduled-batch.ts';
import { batch } from './batch.ts';
import { batchWorkflowId, taskQueues } from './definitions.ts';

// Reads and checks a file of up to 100,000 rows; a database or blob store that is away is waited for.
const records = proxyActivities<Pick<MessageRecordActivities, 'createBatch'>>({
  taskQueue: taskQueues.records,
  startToCloseTimeout: '10 minutes',
  scheduleToCloseTimeout: '6 hours',
  retry: { initialInterval: 1_000, backoffCoefficient: 2, maximumInterval: 60_000 },
});

/** Makes the batch of a schedule: what has changed in its file since the last time. */
export async function scheduledBatch(scheduled: ScheduledBatch): Promise<ItemCounts> {
  const batchId = batchIdOf(scheduled.id, workflowInfo().workflowId);
  await records.createBatch({ ...scheduled, batchId });
  const { tenant, name } = scheduled.request;
  return executeChild(batch, {
    workflowId: batchWorkflowId(tenant, batchId),
    args: [{ tenant, batchId, window: scheduled.window }],
    staticSummary: `Batch ${name}`,
  });
}
