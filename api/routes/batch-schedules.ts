import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { BlobStore } from '../../db/blobs.ts';
import { VoicebotError } from '../../domain/errors.ts';
import { type BatchFormat, batchFormats, readBatchFile } from '../../domain/messages/batch-file.ts';
import { readRows } from '../../domain/messages/check-rows.ts';
import type { BatchSchedules } from '../batch-schedules.ts';
import { parsed, readWhole } from '../bodies.ts';
import { json, problems } from '../schemas.ts';
import { batchParams, batchQuery, fromQuery, requestOf } from './batch-options.ts';
import { queryOf, tenantQuery } from './tenant.ts';

const section = ['Batches'];
const maxBodyBytes = 64_000_000;

/** Files that others put into the blob store for schedules. */
const sourceKey = z
  .string()
  .regex(/^imports\/[A-Za-z0-9][A-Za-z0-9._/-]{0,200}$/)
  .refine((key) => !key.includes('..'));
const query = batchQuery.omit({ id: true }).extend({
  cron: z
    .string()
    .regex(/^\S+( \S+){4}$/, 'is no five fields of cron')
    .openapi({ description: 'When: minute, hour, day, month, weekday.', example: '0 2 * * *' }),
  timeZone: z.string().max(64).default('UTC').openapi({ description: 'IANA time zone of `cron`.' }),
  source: sourceKey.optional().openapi({
    description:
      'Key of a file in the blob store, under `imports/` (for the key of one tenant under `imports/TENANT/`), which is read each time; the body of this request when unset.',
  }),
  format: z
    .enum(batchFormats)
    .optional()
    .openapi({ description: 'Of the source; by its name, or the type of the body, when unset.' }),
});
const scheduleSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    cron: z.string(),
    timeZone: z.string(),
    source: z.string(),
    nextAt: z.array(z.string()),
    batches: z.array(z.object({ at: z.string(), id: z.string() })).openapi({ description: 'The latest, the oldest first.' }),
  })
  .openapi('BatchSchedule');

const put = createRoute({
  method: 'put',
  path: '/batch-schedules/{id}',
  tags: section,
  summary: 'Make a batch again and again',
  description:
    'A Temporal Schedule. Each run makes what has changed in the file since the last one, as a batch whose id begins with that of the schedule.',
  request: {
    params: batchParams,
    query,
    body: { content: { 'text/csv': { schema: z.string() }, 'application/x-ndjson': { schema: z.string() } } },
  },
  responses: { 200: json(scheduleSchema, 'The schedule.'), ...problems(400, 413, 422, 503) },
});
const list = createRoute({
  method: 'get',
  path: '/batch-schedules',
  tags: section,
  summary: 'Schedules of batches',
  request: { query: tenantQuery },
  responses: { 200: json(z.object({ schedules: z.array(scheduleSchema) }), 'The schedules.'), ...problems(400, 503) },
});
const one = createRoute({
  method: 'get',
  path: '/batch-schedules/{id}',
  tags: section,
  summary: 'One schedule, with its latest batches',
  request: { params: batchParams, query: tenantQuery },
  responses: { 200: json(scheduleSchema, 'The schedule.'), ...problems(400, 404, 503) },
});
const runNow = createRoute({
  method: 'post',
  path: '/batch-schedules/{id}/run',
  tags: section,
  summary: 'Make the batch of a schedule now',
  request: { params: batchParams, query: tenantQuery },
  responses: { 200: json(scheduleSchema, 'The schedule.'), ...problems(400, 404, 503) },
});
const remove = createRoute({
  method: 'delete',
  path: '/batch-schedules/{id}',
  tags: section,
  summary: 'End a schedule; batches that it has begun go on',
  request: { params: batchParams, query: tenantQuery },
  responses: { 204: { description: 'It is gone.' }, ...problems(400, 404, 503) },
});

export interface BatchScheduleDependencies {
  readonly schedules: BatchSchedules;
  readonly blobs: Pick<BlobStore, 'put'>;
}

export function addBatchScheduleRoutes(app: OpenAPIHono, { schedules, blobs }: BatchScheduleDependencies): void {
  app.openAPIRegistry.registerPath(put);
  app.put('/batch-schedules/:id', async (c) => {
    const { id } = parsed(batchParams, { id: c.req.param('id') });
    const { cron, timeZone, source: named, format: told, ...options } = queryOf(query, c);
    const { id: _, ...request } = requestOf(options.tenant, fromQuery({ ...options, id }));
    const format = told ?? (named?.endsWith('.jsonl') ? 'jsonl' : named ? 'csv' : formatOf(c.req.header('content-type')));
    const own = c.get('principal')?.tenant;
    if (own !== undefined && named !== undefined && !named.startsWith(`imports/${own}/`)) {
      throw new VoicebotError('unauthorized', `The files of this tenant are under imports/${own}/.`);
    }
    let source = named;
    if (source === undefined) {
      const file = await readWhole(c.req.raw, maxBodyBytes);
      // What is wrong with the file as a whole is said now, not at night.
      const rows = await readRows(readBatchFile(file, format));
      if (rows.length === 0)
        throw new VoicebotError('invalid-request', 'The file has no rows.', {
          hint: 'Send it as the body, or name it by `source`.',
        });
      source = `batches/${options.tenant}/schedules/${id}.${format}`;
      await blobs.put(source, file, format === 'csv' ? 'text/csv' : 'application/x-ndjson');
    }
    return c.json(await schedules.put({ id, source, format, request, cron, timeZone }), 200);
  });
  app.openapi(list, async (c) => c.json({ schedules: shownAll(await schedules.list(c.req.valid('query').tenant)) }, 200));
  app.openapi(one, async (c) => c.json(shown(await schedules.status(c.req.valid('query').tenant, c.req.valid('param').id)), 200));
  app.openapi(runNow, async (c) => c.json(shown(await schedules.run(c.req.valid('query').tenant, c.req.valid('param').id)), 200));
  app.openapi(remove, async (c) => {
    await schedules.remove(c.req.valid('query').tenant, c.req.valid('param').id);
    return c.body(null, 204);
  });
}

type Status = Awaited<ReturnType<BatchSchedules['status']>>;
const shown = (status: Status) => ({ ...status, nextAt: [...status.nextAt], batches: [...status.batches] });
const shownAll = (all: readonly Status[]) => all.map(shown);

function formatOf(contentType = ''): BatchFormat {
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase();
  if (type === 'text/csv') return 'csv';
  if (type === 'application/x-ndjson' || type === 'application/jsonl') return 'jsonl';
  throw new VoicebotError('unsupported', 'The file of the schedule is neither CSV nor JSON Lines.', {
    hint: 'Send text/csv or application/x-ndjson, or name a file of the blob store by `source`.',
  });
}
