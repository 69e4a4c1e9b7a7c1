import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import {
  callCounts,
  callsByEnd,
  failures,
  guardCounts,
  stepTimes,
  turnCounts,
  turnsBy,
  usageOverTime,
  waits,
} from '../../db/analytics.ts';
import type { Database } from '../../db/open.ts';
import {
  type ReportDimension,
  type ReportFilter,
  type ReportType,
  reportDimensions,
  reportTypes,
} from '../../domain/analytics.ts';
import { VoicebotError } from '../../domain/errors.ts';
import { listedTenant } from '../access/guard.ts';
import { json, listedTenantName, plainText, problems } from '../schemas.ts';

const number = z.number();
const measured = number.nullable();
const percentiles = z
  .object({ count: number, p50: measured, p95: measured, p99: measured })
  .openapi('Percentiles', { description: 'Milliseconds; null where nothing was measured.' });
const turnCountsSchema = z.object({ turns: number, failed: number, interrupted: number, retried: number });
const groups = z
  .array(turnCountsSchema.extend({ value: z.string().nullable(), wait: percentiles }))
  .optional()
  .openapi({ description: 'For each value of the dimension that was asked for; the hundred most frequent.' });
const period = { from: z.string(), until: z.string() };
const points = z.array(
  turnCountsSchema.extend({
    at: z.string(),
    calls: number,
    heardSeconds: number,
    spokenSeconds: number,
    p50: measured,
    p95: measured,
  }),
);

const reportSchemas = {
  summary: z.object({
    type: z.literal('summary'),
    ...period,
    calls: z.object({
      started: number,
      active: number,
      contained: number,
      transferred: number,
      meanTurns: measured,
      meanSeconds: measured,
      byEnd: z.array(z.object({ reason: z.string().nullable(), calls: number })),
    }),
    turns: turnCountsSchema,
    wait: percentiles,
    sources: groups,
    intents: groups,
    groups,
  }),
  performance: z.object({
    type: z.literal('performance'),
    ...period,
    wait: percentiles,
    steps: z.array(z.object({ step: z.string(), queue: percentiles, work: percentiles, workSeconds: number })),
    stepSeconds: number,
    points,
    groups,
  }),
  errors: z.object({
    type: z.literal('errors'),
    ...period,
    turns: turnCountsSchema,
    failures: z.array(z.object({ step: z.string().nullable(), code: z.string().nullable(), turns: number, lastAt: z.string() })),
    guards: z.array(z.object({ side: z.string(), action: z.string(), reason: z.string(), count: number })),
    groups,
  }),
  usage: z.object({ type: z.literal('usage'), ...period, turns: turnCountsSchema, stepSeconds: number, points, groups }),
} as const satisfies Record<ReportType, z.ZodType>;

const ranges = { '1h': 1, '24h': 24, '7d': 168, '30d': 720 } as const;
const hourMs = 3_600_000;
const maxDays = 3_660;

const value = plainText(200).optional();
const moment = z.iso
  .datetime({ offset: true, error: 'is no moment such as 2026-01-31T08:00:00Z' })
  .optional()
  .openapi({ format: 'date-time' });
const query = z.object({
  range: z
    .enum(Object.keys(ranges) as [keyof typeof ranges])
    .default('24h')
    .openapi({ description: 'The time until now, unless `from` or `until` say otherwise.' }),
  from: moment,
  until: moment,
  by: z.enum(reportDimensions).optional().openapi({ description: 'Breaks the report down.' }),
  tenant: listedTenantName,
  ...({ intent: value, source: value, engine: value, adapter: value, assistant: value, language: value } as const),
});

const route = createRoute({
  method: 'get',
  path: '/analytics/{report}',
  tags: ['Analytics'],
  summary: 'Reports of what calls have left',
  description:
    '`summary`: calls, how they ended, turns by source and intent. `performance`: how long callers waited, and where the time went. ' +
    '`errors`: what failed, and what guards stopped. `usage`: turns and seconds of sound over time. Read from the database; nothing is estimated.',
  request: { params: z.object({ report: z.enum(reportTypes) }), query },
  responses: { 200: json(z.union(Object.values(reportSchemas)), 'The report.'), ...problems(400, 503) },
});

export function addAnalyticsRoutes(app: OpenAPIHono, { db }: { readonly db: Database }): void {
  app.openapi(route, async (c) => {
    const { report } = c.req.valid('param');
    const asked = c.req.valid('query');
    return c.json(await reportOf(db, report, filterOf(c, asked), asked.by), 200);
  });
}

/** @throws VoicebotError `invalid-request`, `unauthorized`. */
function filterOf(c: Context, { range, from, until, by: _, tenant, ...narrowed }: z.infer<typeof query>): ReportFilter {
  const end = until === undefined ? new Date() : new Date(until);
  const begin = from === undefined ? new Date(end.getTime() - ranges[range] * hourMs) : new Date(from);
  if (begin >= end) throw new VoicebotError('invalid-request', '`from` must be before `until`.');
  if (end.getTime() - begin.getTime() > maxDays * 24 * hourMs) {
    throw new VoicebotError('invalid-request', `A report is about ${maxDays} days at the most.`);
  }
  // A key for one tenant sees no other, whatever is asked.
  return { from: begin, until: end, tenant: listedTenant(c.get('principal'), tenant), ...narrowed };
}

async function reportOf(db: Database, type: ReportType, filter: ReportFilter, by: ReportDimension | undefined) {
  const about = { from: filter.from.toISOString(), until: filter.until.toISOString() };
  const broken = by === undefined ? {} : { groups: await turnsBy(db, filter, by) };
  switch (type) {
    case 'summary':
      return {
        type,
        ...about,
        calls: { ...(await callCounts(db, filter)), byEnd: await callsByEnd(db, filter) },
        turns: await turnCounts(db, filter),
        wait: await waits(db, filter),
        sources: await turnsBy(db, filter, 'source'),
        intents: await turnsBy(db, filter, 'intent'),
        ...broken,
      };
    case 'performance':
      return {
        ...{ type, ...about, wait: await waits(db, filter), steps: await stepTimes(db, filter) },
        ...(await usageOverTime(db, filter)),
        ...broken,
      };
    case 'errors':
      return {
        ...{ type, ...about, turns: await turnCounts(db, filter) },
        failures: (await failures(db, filter)).map((one) => ({ ...one, lastAt: new Date(one.lastAt).toISOString() })),
        guards: await guardCounts(db, filter),
        ...broken,
      };
    case 'usage':
      return { type, ...about, turns: await turnCounts(db, filter), ...(await usageOverTime(db, filter)), ...broken };
  }
}
