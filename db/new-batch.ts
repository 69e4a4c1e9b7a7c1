import { createHash } from 'node:crypto';
import { VoicebotError } from '../domain/errors.ts';
import { assertSomething, type BatchRow, isRejected, type RejectedRow } from '../domain/messages/batch-item.ts';
import { type BatchRequest, checkRows, readRows } from '../domain/messages/check-rows.ts';
import { type BatchRow as BatchRecord, findBatch, keepBatch, setBatchState } from './batches.ts';
import type { Database } from './open.ts';

/**
 * Checks all rows and keeps the batch; its workflow makes it. The same id with the same request is the same batch.
 * @throws VoicebotError `conflict` for an id of another request, `invalid-request` where no row can be made, `too-large`.
 */
export async function newBatch(
  db: Database,
  request: BatchRequest,
  rows: AsyncIterable<BatchRow | RejectedRow>,
  engines: Parameters<typeof checkRows>[2],
): Promise<BatchRecord> {
  const { tenant, id, defaults, deadlineMs, ...about } = request;
  const read = await readRows(rows);
  const { checked, engineChoice } = await checkRows(read, request, engines);
  const rejected = checked.filter(isRejected);
  assertSomething(checked.length - rejected.length, rejected);
  const requestHash = createHash('sha256')
    .update(JSON.stringify([about, defaults, read]))
    .digest('hex');
  const row = { tenant, id, requestHash, ...about, tags: [...about.tags], slots: [...(defaults.slots ?? [])] };
  const kept = await keepBatch(db, { ...row, approvedBy: about.approvedBy ?? null, engineChoice: engineChoice ?? null }, checked);
  if (kept === 'kept') await setBatchState(db, tenant, id, 'running');
  const batch = await findBatch(db, tenant, id);
  if (kept !== 'other' && batch) return batch;
  throw new VoicebotError('conflict', `The batch '${id}' exists, and is another one.`, { hint: 'Choose another id.' });
}
