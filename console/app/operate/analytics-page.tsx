import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Activity, Download } from 'lucide-react';
import { useMemo } from 'react';
import { useSearchParams } from 'wouter';
import { api, take } from '../data/api.ts';
import { useWho } from '../shell/who.tsx';
import { Chart } from '../ui/chart.tsx';
import { duration, milliseconds, number, share, words } from '../ui/format.ts';
import { Button, Card, Empty, Loaded, PageHead } from '../ui/parts.tsx';
import { stepTitle } from '../ui/parts-of-a-wait.tsx';
import { save } from '../ui/save.ts';
import { type Column, Table } from '../ui/table.tsx';

const ranges = { '1h': 'Last hour', '24h': 'Last day', '7d': 'Last week', '30d': 'Last 30 days' } as const;
type Range = keyof typeof ranges;
const shownGroups = 20;
const dimensions = ['intent', 'source', 'engine', 'adapter', 'assistant', 'language', 'tenant'] as const;
type Dimension = (typeof dimensions)[number];

/** What the calls of a period come to. */
export function AnalyticsPage() {
  const [search, setSearch] = useSearchParams();
  const { listed: tenant } = useWho();
  const range = (search.get('range') ?? '24h') as Range;
  const by = (search.get('by') ?? 'intent') as Dimension;
  const report = <Type extends 'summary' | 'performance' | 'errors' | 'usage'>(type: Type) => ({
    queryKey: ['analytics', type, tenant, range, by],
    queryFn: () =>
      take(
        api.GET('/analytics/{report}', {
          params: { path: { report: type }, query: { range, by, ...(tenant ? { tenant } : {}) } },
        }),
      ),
    placeholderData: keepPreviousData,
    refetchInterval: 30_000,
  });
  const summary = useQuery(report('summary'));
  const performance = useQuery(report('performance'));
  const errors = useQuery(report('errors'));
  const set = (name: string, value: string) =>
    setSearch((before) => new URLSearchParams({ ...Object.fromEntries(before), [name]: value }), { replace: true });
  const all = [summary.data, performance.data, errors.data].filter(Boolean);

  return (
    <>
      <PageHead
        title="Analytics"
        actions={
          <>
            <select
              aria-label="Period"
              style={{ width: 'auto' }}
              value={range}
              onChange={({ target }) => set('range', target.value)}
            >
              {Object.entries(ranges).map(([value, title]) => (
                <option key={value} value={value}>
                  {title}
                </option>
              ))}
            </select>
            <Button
              onClick={() => save(`voicebot-analytics-${range}.json`, JSON.stringify(all, null, 2))}
              disabled={all.length < 3}
            >
              <Download aria-hidden /> Export
            </Button>
          </>
        }
      >
        {ranges[range]}, {tenant ? `tenant ${tenant}` : 'all tenants'}.
      </PageHead>
      <div className="grid">
        <Loaded query={summary}>{(data) => (data.type === 'summary' ? <Summary data={data} /> : null)}</Loaded>
        <Loaded query={performance}>{(data) => (data.type === 'performance' ? <Performance data={data} /> : null)}</Loaded>
        <div className="grid two">
          <Loaded query={summary}>
            {(data) =>
              data.type === 'summary' ? (
                <Breakdown groups={data.groups ?? []} by={by} choose={(value) => set('by', value)} />
              ) : null
            }
          </Loaded>
          <Loaded query={errors}>{(data) => (data.type === 'errors' ? <Errors data={data} /> : null)}</Loaded>
        </div>
      </div>
    </>
  );
}

type Report = Awaited<ReturnType<typeof fetchReport>>;
const fetchReport = () => take(api.GET('/analytics/{report}', { params: { path: { report: 'summary' } } }));
type Of<Type extends Report['type']> = Extract<Report, { type: Type }>;

function Summary({ data: { calls, turns, wait } }: { data: Of<'summary'> }) {
  const ended = calls.contained + calls.transferred;
  return (
    <dl className="figures">
      <Figure
        title="Calls"
        value={number(calls.started)}
        more={calls.active > 0 ? `${number(calls.active)} running` : undefined}
      />
      <Figure
        title="Contained"
        value={ended > 0 ? share(calls.contained / ended) : '–'}
        more={`${number(calls.transferred)} transferred`}
      />
      <Figure title="Median wait" value={milliseconds(wait.p50)} more={`p95 ${milliseconds(wait.p95)}`} />
      <Figure
        title="Turns"
        value={number(turns.turns)}
        more={calls.meanTurns === null ? undefined : `${calls.meanTurns.toFixed(1)} per call`}
      />
      <Figure
        title="Failed turns"
        value={number(turns.failed)}
        more={turns.turns > 0 ? share(turns.failed / turns.turns) : undefined}
      />
      <Figure
        title="Call length"
        value={calls.meanSeconds === null ? '–' : duration(calls.meanSeconds * 1000)}
        more="on average"
      />
    </dl>
  );
}

export function Figure({ title, value, more }: { title: string; value: string; more?: string | undefined }) {
  return (
    <div>
      <dt>{title}</dt>
      <dd>
        {value} {more && <small>{more}</small>}
      </dd>
    </div>
  );
}

function Performance({ data: { points, steps, ...period } }: { data: Of<'performance'> }) {
  const [from, until] = [Date.parse(period.from) / 1000, Date.parse(period.until) / 1000];
  const drawn = useMemo(() => {
    const x = points.map(({ at }) => Date.parse(at) / 1000);
    return {
      x,
      waits: [
        { label: 'p50', colour: '--bot', values: points.map(({ p50 }) => p50) },
        { label: 'p95', colour: '--caller', values: points.map(({ p95 }) => p95) },
      ],
      volume: [{ label: 'Turns', colour: '--bot', values: points.map(({ turns }) => turns), bars: true }],
    };
  }, [points]);
  if (points.every(({ turns }) => turns === 0)) {
    return (
      <Card flush>
        <Empty icon={Activity} title="No turns in this period">
          Choose a longer period, or talk to the bot.
        </Empty>
      </Card>
    );
  }
  return (
    <>
      <div className="grid two">
        <Card title="Wait (voice to voice)">
          <Chart
            from={from}
            until={until}
            time
            x={drawn.x}
            series={drawn.waits}
            format={milliseconds}
            label="Wait over time, p50 and p95"
          />
        </Card>
        <Card title="Turns">
          <Chart from={from} until={until} time x={drawn.x} series={drawn.volume} format={number} label="Turns over time" />
        </Card>
      </div>
      <Card title="Steps" flush>
        <Table rows={steps} columns={stepColumns} keyOf={({ step }) => step} />
      </Card>
    </>
  );
}

const stepColumns: readonly Column<Of<'performance'>['steps'][number]>[] = [
  { head: 'Step', cell: ({ step }) => stepTitle(step) },
  { head: 'Count', kind: 'number', cell: ({ work }) => number(work.count) },
  { head: 'Queue p50', kind: 'number', cell: ({ queue }) => milliseconds(queue.p50) },
  { head: 'Queue p95', kind: 'number', cell: ({ queue }) => milliseconds(queue.p95) },
  { head: 'Work p50', kind: 'number', cell: ({ work }) => milliseconds(work.p50) },
  { head: 'Work p95', kind: 'number', cell: ({ work }) => milliseconds(work.p95) },
  { head: 'Total work', kind: 'number', cell: ({ workSeconds }) => `${number(Math.round(workSeconds))} s` },
];

type Group = NonNullable<Of<'summary'>['groups']>[number];

function Breakdown({ groups, by, choose }: { groups: readonly Group[]; by: string; choose: (by: string) => void }) {
  const most = Math.max(1, ...groups.map(({ turns }) => turns));
  const columns: readonly Column<Group>[] = [
    { head: words(by), cell: ({ value }) => (value ? words(value) : <span className="quiet">None</span>) },
    {
      head: 'Share',
      minWidthPx: 90,
      cell: ({ turns }) => (
        <div className="bar">
          <i style={{ width: `${(100 * turns) / most}%` }} />
        </div>
      ),
    },
    { head: 'Turns', kind: 'number', cell: ({ turns }) => number(turns) },
    { head: 'Failed', kind: 'number', cell: ({ failed }) => number(failed) },
    { head: 'Median wait', kind: 'number', cell: ({ wait }) => milliseconds(wait.p50) },
  ];
  return (
    <Card
      title="Turns by"
      actions={
        <select aria-label="Group by" style={{ width: 'auto' }} value={by} onChange={({ target }) => choose(target.value)}>
          {dimensions.map((name) => (
            <option key={name} value={name}>
              {words(name)}
            </option>
          ))}
        </select>
      }
      flush
    >
      <Table rows={groups.slice(0, shownGroups)} columns={columns} keyOf={({ value }) => value ?? ''} />
      {groups.length === 0 && (
        <p className="quiet" style={{ padding: 16 }}>
          No turns in this period.
        </p>
      )}
    </Card>
  );
}

interface Incident {
  readonly what: string;
  readonly why: string;
  readonly times: number;
}

const incidentColumns: readonly Column<Incident>[] = [
  { head: 'Event', cell: ({ what }) => what },
  { head: 'Reason', cell: ({ why }) => why },
  { head: 'Count', kind: 'number', cell: ({ times }) => number(times) },
];

function Errors({ data: { failures, guards } }: { data: Of<'errors'> }) {
  const incidents: readonly Incident[] = [
    ...failures.map(({ step, code, turns }) => ({ what: `${stepTitle(step ?? 'step')} failed`, why: code ?? '–', times: turns })),
    ...guards.map(({ side, action, reason, count }) => ({ what: `${words(side)} ${action}`, why: reason, times: count })),
  ];
  return (
    <Card title="Failures and guard decisions" flush>
      <Table rows={incidents} columns={incidentColumns} keyOf={({ what, why }) => `${what} ${why}`} />
      {incidents.length === 0 && (
        <p className="quiet" style={{ padding: 16 }}>
          Nothing failed, and no guard had to act.
        </p>
      )}
    </Card>
  );
}
