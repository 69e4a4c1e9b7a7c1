import { type Dashboard, dashboards, type Panel } from './dashboards.ts';

const rowHeight = 8;
const statHeight = 5;
const columns = 24;
const prometheus = { type: 'prometheus', uid: 'prometheus' } as const;

/** A dashboard as Grafana reads it (schema version 39). */
function fileOf({ uid, title, panels }: Dashboard) {
  let [x, y, height] = [0, 0, 0];
  const placed = panels.map((panel, index) => {
    const width = panel.width ?? 12;
    if (x + width > columns) [x, y, height] = [0, y + height, 0];
    const h = panel.kind === 'stat' ? statHeight : rowHeight;
    const gridPos = { x, y, w: width, h };
    [x, height] = [x + width, Math.max(height, h)];
    return { id: index + 1, gridPos, ...shownAs(panel) };
  });
  return {
    ...{ uid, title, tags: ['voicebot'], schemaVersion: 39, editable: false, refresh: '30s', timezone: 'browser' },
    time: { from: 'now-3h', to: 'now' },
    templating: { list: [] },
    panels: placed,
  };
}

function shownAs({ title, about, kind, unit, queries, limits }: Panel) {
  const type = kind === 'bars' ? 'barchart' : kind;
  return {
    ...{ title, type, description: about, datasource: prometheus },
    targets: queries.map(({ expr, legend }, index) => ({
      ...{ refId: String.fromCharCode(65 + index), expr, legendFormat: legend, datasource: prometheus },
      ...(kind === 'heatmap' ? { format: 'heatmap', exemplar: true } : {}),
      ...(kind === 'timeseries' && unit === 's' ? { exemplar: true } : {}),
      ...(kind === 'bars' ? { instant: true, format: 'table' } : {}),
    })),
    fieldConfig: { defaults: { unit, min: 0, ...(limits ? { thresholds: thresholdsOf(limits) } : {}) }, overrides: [] },
    ...optionsOf(kind),
  };
}

/** Where less is worse, the second limit is the lower one. */
function thresholdsOf([yellow, red]: readonly [number, number]) {
  const steps =
    yellow < red
      ? [
          { color: 'green', value: null },
          { color: 'yellow', value: yellow },
          { color: 'red', value: red },
        ]
      : [
          { color: 'red', value: null },
          { color: 'yellow', value: red },
          { color: 'green', value: yellow },
        ];
  return { mode: 'absolute', steps };
}

function optionsOf(kind: Panel['kind']) {
  if (kind === 'stat') return { options: { reduceOptions: { calcs: ['lastNotNull'] }, colorMode: 'value', graphMode: 'area' } };
  if (kind === 'heatmap')
    return { options: { calculate: false, yAxis: { unit: 's' }, color: { scheme: 'Spectral', mode: 'scheme' } } };
  if (kind === 'bars') return { options: { orientation: 'horizontal', xField: 'part', legend: { showLegend: false } } };
  return { options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } } };
}

const traces = { type: 'tempo', uid: 'traces' } as const;

/** One call, by its session: its spans are looked up in the trace store. */
const oneCall = {
  ...{
    uid: 'voicebot-call',
    title: 'Voicebot: one call',
    tags: ['voicebot'],
    schemaVersion: 39,
    editable: false,
    timezone: 'browser',
  },
  time: { from: 'now-24h', to: 'now' },
  templating: { list: [{ name: 'session', label: 'Session', type: 'textbox', query: '' }] },
  panels: [
    {
      ...{ id: 1, title: 'The call', type: 'table', datasource: traces, gridPos: { x: 0, y: 0, w: 24, h: 5 } },
      description: 'One line: the trace of the call. Click on its id. Calls that are not sampled (TRACE_SAMPLE_RATIO) have none.',
      targets: [traceQuery('{ name = "call" && span.voicebot.session = "$session" }', 'traces')],
    },
    {
      ...{
        id: 2,
        title: 'How long the caller waited, turn by turn',
        type: 'table',
        datasource: traces,
        gridPos: { x: 0, y: 5, w: 12, h: 12 },
      },
      description: 'Spans named `caller waits`, from the last sound of the caller to the first one of the reply.',
      targets: [traceQuery('{ span.voicebot.session = "$session" } >> { name = "caller waits" }', 'spans')],
    },
    {
      ...{ id: 3, title: 'Turns that failed', type: 'table', datasource: traces, gridPos: { x: 12, y: 5, w: 12, h: 12 } },
      description: 'With the step that failed and why.',
      targets: [
        traceQuery(
          '{ span.voicebot.session = "$session" && span.voicebot.status = "failed" } | select(span.voicebot.failed_step, span.error.type)',
          'spans',
        ),
      ],
    },
  ],
};

function traceQuery(query: string, tableType: 'traces' | 'spans') {
  return { refId: 'A', datasource: traces, queryType: 'traceql', query, tableType, limit: 100 };
}

/** Names and texts of the files. */
export const dashboardFiles = (): ReadonlyMap<string, string> =>
  new Map([...dashboards.map(fileOf), oneCall].map((file) => [`${file.uid}.json`, `${JSON.stringify(file, null, 2)}\n`]));
