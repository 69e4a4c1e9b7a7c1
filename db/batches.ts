import { setImmediate } from 'node:timers/promises';
import { and, asc, count, desc, eq, gt, inArray, isNull, sql } from 'drizzle-orm';
import type { BatchItem, RejectedRow } from '../domain/messages/batch-item.ts';
import type { BatchState, ItemCounts, ItemState } from '../domain/messages/message.ts';
import { addVersion } from './messages.ts';
import type { Database } from './open.ts';
import { knownRenderings, type NewRendering, renderingHash } from './renderings.ts';
import { batches, batchItems, renderings } from './schema.ts';
import { storable } from './storable.ts';

export type BatchRow = typeof batches.$inferSelect;
export type ItemRow = typeof batchItems.$inferSelect;
export type NewBatch = Omit<typeof batches.$inferInsert, 'state' | 'createdAt' | 'endedAt'>;

/** Rows that one statement inserts. */
const insertRows = 500;

const isBatch = (tenant: string, id: string) => and(eq(batches.tenant, tenant), eq(batches.id, id));
const ofBatch = (tenant: string, id: string) => and(eq(batchItems.tenant, tenant), eq(batchItems.batchId, id));

export async function findBatch(db: Database, tenant: string, id: string): Promise<BatchRow | undefined> {
  return (await db.select().from(batches).where(isBatch(tenant, id)))[0];
}

/**
 * Keeps a batch and its rows; one that was not finished being kept is completed. @returns `exists` for an id that is taken by the same
 * request, `other` for one that is taken by another.
 */
export async function keepBatch(
  db: Database,
  batch: NewBatch,
  rows: readonly (BatchItem | RejectedRow)[],
): Promise<'kept' | 'exists' | 'other'> {
  const { tenant, id, loudnessLufs } = batch;
  const added = await db.insert(batches).values(batch).onConflictDoNothing().returning({ id: batches.id });
  if (added.length === 0) {
    const known = await findBatch(db, tenant, id);
    if (known?.requestHash !== batch.requestHash) return 'other';
    if (known.state !== 'preparing') return 'exists';
  }
  for (let at = 0; at < rows.length; at += insertRows) {
    const some = rows.slice(at, at + insertRows).map((row) => itemValues(row, loudnessLufs));
    await db.execute(sql`
      insert into batch_items (tenant, batch_id, line, key, engine, voice, speed, text, hash, state, error_code, error_message)
      select ${tenant}::text, ${id}::text, line, key, engine, voice, speed, text, hash, state, error_code, error_message
      from jsonb_to_recordset(${JSON.stringify(some)}::jsonb) as item(
        line int, key text, engine text, voice text, speed real, text text, hash text, state text, error_code text, error_message text
      )
      on conflict do nothing`);
    // The embedded database answers without leaving the event loop, which callers need as well.
    await setImmediate();
  }
  return 'kept';
}

/** A row as its columns. */
function itemValues(row: BatchItem | RejectedRow, loudnessLufs: number) {
  const none = { key: '', engine: '', voice: '', speed: 1, text: '', hash: '', error_code: null, error_message: null };
  if ('code' in row) {
    const { line, key = '', code, message } = row;
    return { ...none, line, key: storable(key), state: 'rejected', error_code: code, error_message: storable(message) };
  }
  const { line, key, engine, voice, speed, text, repeated } = row;
  return {
    ...none,
    line,
    key,
    engine,
    voice,
    speed,
    text,
    state: repeated ? 'reused' : 'pending',
    hash: renderingHash(row, loudnessLufs),
  };
}

export async function setBatchState(db: Database, tenant: string, id: string, state: BatchState): Promise<void> {
  const endedAt = state === 'done' || state === 'cancelled' ? new Date() : null;
  await db.update(batches).set({ state, endedAt }).where(isBatch(tenant, id));
}

/** As `setBatchState`, unless the batch has ended: its workflow may have been faster. */
export async function markBatch(db: Database, tenant: string, id: string, state: BatchState): Promise<void> {
  const endedAt = state === 'cancelled' ? new Date() : null;
  await db
    .update(batches)
    .set({ state, endedAt })
    .where(and(isBatch(tenant, id), isNull(batches.endedAt)));
}

/** How many items are in which state. */
export async function itemCounts(db: Database, tenant: string, id: string): Promise<ItemCounts> {
  const rows = await db
    .select({ state: batchItems.state, n: count() })
    .from(batchItems)
    .where(ofBatch(tenant, id))
    .groupBy(batchItems.state);
  const counts: Record<ItemState, number> = { pending: 0, created: 0, reused: 0, failed: 0, rejected: 0 };
  for (const { state, n } of rows) counts[state] = n;
  return counts;
}

/** Engines that still have something to speak. */
export async function pendingEngines(db: Database, tenant: string, id: string): Promise<string[]> {
  const rows = await db
    .selectDistinct({ engine: batchItems.engine })
    .from(batchItems)
    .where(and(ofBatch(tenant, id), eq(batchItems.state, 'pending')));
  return rows.map(({ engine }) => engine).sort();
}

export interface ItemPage {
  /** To be spoken; no two of them are the same speech. */
  readonly items: readonly ItemRow[];
  /** Items whose speech was there already. */
  readonly reused: number;
  /** Where the next page begins; unset at the end. */
  readonly next: number | undefined;
}

/** The next items of an engine, after a line. What is spoken already is settled on the way. */
export async function nextItems(
  db: Database,
  batch: BatchRow,
  { engine, after, limit }: { readonly engine: string; readonly after: number; readonly limit: number },
): Promise<ItemPage> {
  const { tenant, id } = batch;
  const page = await db
    .select()
    .from(batchItems)
    .where(and(ofBatch(tenant, id), eq(batchItems.state, 'pending'), eq(batchItems.engine, engine), gt(batchItems.line, after)))
    .orderBy(asc(batchItems.line))
    .limit(limit);
  const known = await knownRenderings(
    db,
    tenant,
    page.map(({ hash }) => hash),
  );
  const items = new Map<string, ItemRow>();
  let reused = 0;
  for (const item of page) {
    if (!known.has(item.hash)) {
      if (!items.has(item.hash)) items.set(item.hash, item);
    } else if (await settleItem(db, batch, item, 'reused')) reused++;
  }
  return { items: [...items.values()], reused, next: page.length === limit ? page.at(-1)?.line : undefined };
}

/**
 * Makes a rendering a version of the item's message, once: an item that is settled stays as it is. @param made the rendering, where it was
 * made for this item. @returns whether it was settled now.
 */
export function settleItem(
  db: Database,
  batch: BatchRow,
  item: Pick<ItemRow, 'line' | 'key' | 'hash'>,
  state: 'created' | 'reused',
  made?: NewRendering,
): Promise<boolean> {
  const { tenant, id, language, tags, approvedBy } = batch;
  return db.transaction(async (tx) => {
    const [open] = await tx
      .select({ state: batchItems.state })
      .from(batchItems)
      .where(and(ofBatch(tenant, id), eq(batchItems.line, item.line)))
      .for('update');
    if (made) await tx.insert(renderings).values(made).onConflictDoNothing();
    if (open?.state !== 'pending' && open?.state !== 'failed') return false;
    const { findings = [] } = (await knownRenderings(tx, tenant, [item.hash])).get(item.hash) ?? {};
    const { key, hash } = item;
    const { version } = await addVersion(tx, {
      ...{ tenant, key, hash, language, tags, batchId: id, findings },
      approvedBy: approvedBy ?? undefined,
    });
    await tx
      .update(batchItems)
      .set({ state, version, errorCode: null, errorMessage: null, updatedAt: new Date() })
      .where(and(ofBatch(tenant, id), eq(batchItems.line, item.line)));
    return true;
  });
}

export async function failItem(
  db: Database,
  { tenant, batchId, line, code, message }: { tenant: string; batchId: string; line: number; code: string; message: string },
): Promise<void> {
  await db
    .update(batchItems)
    .set({ state: 'failed', errorCode: code, errorMessage: message, updatedAt: new Date() })
    .where(and(ofBatch(tenant, batchId), eq(batchItems.line, line), eq(batchItems.state, 'pending')));
}

/** Failed items are to be tried again. @returns how many. */
export async function reopenFailed(db: Database, tenant: string, id: string): Promise<number> {
  const reopened = await db
    .update(batchItems)
    .set({ state: 'pending', errorCode: null, errorMessage: null, updatedAt: new Date() })
    .where(and(ofBatch(tenant, id), eq(batchItems.state, 'failed')))
    .returning({ line: batchItems.line });
  return reopened.length;
}

export interface BatchFilter {
  readonly tenant: string;
  readonly limit: number;
  /** Those before this one in the list. */
  readonly before?: { readonly createdAt: Date; readonly id: string } | undefined;
}

/** Batches with their counts, newest first. */
export async function listBatches(
  db: Database,
  { tenant, limit, before }: BatchFilter,
): Promise<(BatchRow & { readonly counts: ItemCounts })[]> {
  const older =
    before && sql`(${batches.createdAt}, ${batches.id}) < (${before.createdAt.toISOString()}::timestamptz, ${before.id})`;
  const rows = await db
    .select()
    .from(batches)
    .where(and(eq(batches.tenant, tenant), older))
    .orderBy(desc(batches.createdAt), desc(batches.id))
    .limit(limit);
  return Promise.all(rows.map(async (row) => ({ ...row, counts: await itemCounts(db, tenant, row.id) })));
}

export interface ItemFilter {
  readonly tenant: string;
  readonly batchId: string;
  readonly states?: readonly ItemState[] | undefined;
  readonly after: number;
  readonly limit: number;
}

/** Items of a batch by their rows. */
export function listItems(db: Database, { tenant, batchId, states, after, limit }: ItemFilter): Promise<ItemRow[]> {
  return db
    .select()
    .from(batchItems)
    .where(
      and(
        ofBatch(tenant, batchId),
        gt(batchItems.line, after),
        states === undefined ? undefined : inArray(batchItems.state, [...states]),
      ),
    )
    .orderBy(asc(batchItems.line))
    .limit(limit);
}
