import type { BatchFormat } from './batch-file.ts';
import type { BatchRequest } from './check-rows.ts';

/** A batch that is made again and again, from a file of the blob store as it is then. */
export interface ScheduledBatch {
  /** Its own id, and the beginning of the ids of its batches. */
  readonly id: string;
  /** Key of the file. */
  readonly source: string;
  readonly format: BatchFormat;
  readonly request: Omit<BatchRequest, 'id'>;
  /** Items of each engine under way at a time. */
  readonly window?: number | undefined;
}

/** The id of the batch of one run: Temporal ends the ids of scheduled workflows with the moment that they are for. */
export function batchIdOf(scheduleId: string, workflowId: string): string {
  const [moment = 'once'] = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.exec(workflowId) ?? [];
  return `${scheduleId}-${moment.replace(/[-:Z]/g, '')}`;
}
