import { type SQL, sql } from 'drizzle-orm';
import {
  type Percentiles,
  type ReportDimension,
  type ReportFilter,
  type ReportPeriod,
  reportDimensions,
  stepOf,
} from '../domain/analytics.ts';
import type { Database } from './open.ts';

/** Values of one dimension that a report tells apart; the others are left out. */
const maxGroups = 100;

const column = (dimension: ReportDimension): SQL =>
  // The live engine is what speaks where no other was asked for.
  dimension === 'engine' ? sql`coalesce(t.engine, 'live')` : sql`t.${sql.identifier(dimension)}`;

/** Turns of the period that fit the filter; `t` is the table. */
function matching(filter: ReportFilter): SQL {
  const conditions = reportDimensions.flatMap((dimension) => {
    const value = filter[dimension];
    return value === undefined ? [] : [sql`${column(dimension)} = ${value}`];
  });
  return sql.join([between(sql`t.created_at`, filter), ...conditions], sql` and `);
}

const between = (moment: SQL, { from, until }: ReportPeriod): SQL =>
  sql`${moment} >= ${from.toISOString()}::timestamptz and ${moment} < ${until.toISOString()}::timestamptz`;

const percentiles = (value: SQL): SQL => sql`
  count(${value})::int as count,
  percentile_cont(0.5) within group (order by ${value}) as p50,
  percentile_cont(0.95) within group (order by ${value}) as p95,
  percentile_cont(0.99) within group (order by ${value}) as p99`;

const counts = sql`
  count(*)::int as turns,
  count(*) filter (where t.status = 'failed')::int as failed,
  count(*) filter (where t.interrupted)::int as interrupted,
  count(*) filter (where t.retries > 0)::int as retried`;

/** The two drivers give their rows alike, and their types not. */
async function all<Row extends object>(db: Database, query: SQL): Promise<Row[]> {
  const { rows } = (await db.execute(query)) as unknown as { readonly rows: Row[] };
  return rows;
}

async function one<Row extends object>(db: Database, query: SQL): Promise<Row> {
  return (await all<Row>(db, query))[0] as Row;
}

export interface TurnCounts {
  readonly turns: number;
  readonly failed: number;
  /** Replies that callers did not hear to their end. */
  readonly interrupted: number;
  /** Turns that had failed and were tried again. */
  readonly retried: number;
}

export function turnCounts(db: Database, filter: ReportFilter): Promise<TurnCounts> {
  return one(db, sql`select ${counts} from turns t where ${matching(filter)}`);
}

/** How long callers waited for the first sound of a reply. */
export function waits(db: Database, filter: ReportFilter): Promise<Percentiles> {
  return one(db, sql`select ${percentiles(sql`t.waited_ms`)} from turns t where ${matching(filter)}`);
}

export type GroupCounts = TurnCounts & { readonly value: string | null; readonly wait: Percentiles };

/** The same for each value of a dimension, the most frequent first. */
export async function turnsBy(db: Database, filter: ReportFilter, by: ReportDimension): Promise<GroupCounts[]> {
  const rows = await all<TurnCounts & Percentiles & { value: string | null }>(
    db,
    sql`select ${column(by)} as value, ${counts}, ${percentiles(sql`t.waited_ms`)}
      from turns t where ${matching(filter)} group by 1 order by turns desc, value limit ${maxGroups}`,
  );
  return rows.map(({ count, p50, p95, p99, ...rest }) => ({ ...rest, wait: { count, p50, p95, p99 } }));
}

export interface CallCounts {
  readonly started: number;
  readonly active: number;
  /** Ended without being handed to a person. */
  readonly contained: number;
  readonly transferred: number;
  readonly meanTurns: number | null;
  readonly meanSeconds: number | null;
}

/** Calls that have a turn which fits the filter, or fit it before their first one. */
function callsIn(filter: ReportFilter): SQL {
  const { from, until, tenant, ...others } = filter;
  const narrowed = Object.values(others).some((value) => value !== undefined);
  const own = sql`${between(sql`s.created_at`, { from, until })}${tenant === undefined ? sql`` : sql` and s.tenant = ${tenant}`}`;
  return narrowed ? sql`${own} and exists (select 1 from turns t where t.session_id = s.id and ${matching(filter)})` : own;
}

export function callCounts(db: Database, filter: ReportFilter): Promise<CallCounts> {
  return one(
    db,
    sql`select count(*)::int as started,
        count(*) filter (where s.status = 'active')::int as active,
        count(*) filter (where s.status <> 'active' and s.end_reason <> 'transferred')::int as contained,
        count(*) filter (where s.end_reason = 'transferred')::int as transferred,
        avg(s.turns)::float8 as "meanTurns",
        extract(epoch from avg(s.ended_at - s.created_at))::float8 as "meanSeconds"
      from sessions s where ${callsIn(filter)}`,
  );
}

export function callsByEnd(
  db: Database,
  filter: ReportFilter,
): Promise<{ readonly reason: string | null; readonly calls: number }[]> {
  return all(
    db,
    sql`select s.end_reason as reason, count(*)::int as calls from sessions s where ${callsIn(filter)} group by 1 order by calls desc`,
  );
}

export interface StepTimes {
  readonly step: string;
  /** Waiting for a worker; nothing counted where a step has no queue. */
  readonly queue: Percentiles;
  readonly work: Percentiles;
  readonly workSeconds: number;
}

/** Where the time of turns went, step by step. */
export async function stepTimes(db: Database, filter: ReportFilter): Promise<StepTimes[]> {
  type Row = { step: string; workSeconds: number } & Record<`${'q' | 'w'}${'n' | '50' | '95' | '99'}`, number | null>;
  const rows = await all<Row>(
    db,
    sql`select m.step, sum(m.work_ms)::float8 / 1000 as "workSeconds",
        count(m.queue_ms)::int as qn,
        percentile_cont(0.5) within group (order by m.queue_ms) as q50,
        percentile_cont(0.95) within group (order by m.queue_ms) as q95,
        percentile_cont(0.99) within group (order by m.queue_ms) as q99,
        count(m.work_ms)::int as wn,
        percentile_cont(0.5) within group (order by m.work_ms) as w50,
        percentile_cont(0.95) within group (order by m.work_ms) as w95,
        percentile_cont(0.99) within group (order by m.work_ms) as w99
      from turn_metrics m join turns t on t.session_id = m.session_id and t.turn = m.turn
      where ${matching(filter)} and m.step not like 'wait-%' group by 1 order by 2 desc`,
  );
  return rows.map(({ step, workSeconds, qn, q50, q95, q99, wn, w50, w95, w99 }) => ({
    step,
    workSeconds,
    queue: { count: qn ?? 0, p50: q50, p95: q95, p99: q99 },
    work: { count: wn ?? 0, p50: w50, p95: w95, p99: w99 },
  }));
}

export interface Failures {
  readonly step: string | null;
  readonly code: string | null;
  readonly turns: number;
  readonly lastAt: string;
}

export function failures(db: Database, filter: ReportFilter): Promise<Failures[]> {
  return all(
    db,
    sql`select t.error_step as step, t.error_code as code, count(*)::int as turns, max(t.created_at) as "lastAt"
      from turns t where ${matching(filter)} and t.status = 'failed' group by 1, 2 order by turns desc, 1, 2 limit ${maxGroups}`,
  );
}

export interface GuardCounts {
  readonly side: string;
  readonly action: string;
  readonly reason: string;
  readonly count: number;
}

/** What guards hid, refused or withheld. */
export function guardCounts(db: Database, filter: ReportFilter): Promise<GuardCounts[]> {
  return all(
    db,
    sql`select g->>'side' as side, g->>'action' as action, g->>'reason' as reason, count(*)::int as count
      from turns t cross join lateral jsonb_array_elements(t.guards) g
      where ${matching(filter)} group by 1, 2, 3 order by count desc, 1, 2, 3 limit ${maxGroups}`,
  );
}

export interface UsagePoint extends TurnCounts {
  /** Beginning of the interval. */
  readonly at: string;
  readonly calls: number;
  readonly heardSeconds: number;
  readonly spokenSeconds: number;
  readonly p50: number | null;
  readonly p95: number | null;
}

/** Turns over time, with the calls they belong to; intervals without any are left out. */
export async function usageOverTime(
  db: Database,
  filter: ReportFilter,
): Promise<{ readonly stepSeconds: number; readonly points: UsagePoint[] }> {
  const stepSeconds = stepOf(filter);
  const points = await all<UsagePoint>(
    db,
    sql`select date_bin(make_interval(secs => ${stepSeconds}), t.created_at, '2000-01-01T00:00:00Z'::timestamptz) as at, ${counts},
        count(distinct t.session_id)::int as calls,
        sum(t.audio_ms)::float8 / 1000 as "heardSeconds",
        sum(t.spoken_ms)::float8 / 1000 as "spokenSeconds",
        percentile_cont(0.5) within group (order by t.waited_ms) as p50,
        percentile_cont(0.95) within group (order by t.waited_ms) as p95
      from turns t where ${matching(filter)} group by 1 order by 1`,
  );
  return { stepSeconds, points: points.map((point) => ({ ...point, at: new Date(point.at).toISOString() })) };
}
