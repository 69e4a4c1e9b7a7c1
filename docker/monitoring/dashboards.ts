/** What the dashboards of Grafana show; `npm run reference` makes their files of it. */

export interface Query {
  readonly expr: string;
  readonly legend: string;
}

export interface Panel {
  readonly title: string;
  /** What it tells, and what to do about it. */
  readonly about: string;
  readonly kind: 'timeseries' | 'stat' | 'heatmap' | 'bars';
  readonly unit: 's' | 'percentunit' | 'reqps' | 'short' | 'bytes' | 'none';
  readonly queries: readonly Query[];
  /** Of 24; 12 when unset. */
  readonly width?: number;
  /** Values from which on it is yellow, and red. */
  readonly limits?: readonly [yellow: number, red: number];
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
}

const rate = (metric: string, by = '') => `sum${by ? ` by (${by})` : ''} (rate(${metric}[$__rate_interval]))`;
const quantile = (q: number, metric: string, by = '') =>
  `histogram_quantile(${q}, sum by (le${by ? `, ${by}` : ''}) (rate(${metric}_bucket[$__rate_interval])))`;
const share = (part: string, whole: string) => `(${part} or vector(0)) / (${whole} > 0)`;

const v2v = 'voicebot_voice_to_voice_seconds';
const countedTurns = 'voicebot_turns_total{status=~"answered|failed"}';
const quantiles = (metric: string): Query[] =>
  [0.5, 0.95, 0.99].map((q) => ({ expr: quantile(q, metric), legend: `p${q * 100}` }));

const wait: Panel = {
  title: 'Voice to voice',
  about: "From a caller's last sound to the first audio of the reply. The objective: 95 % within a second.",
  kind: 'timeseries',
  unit: 's',
  queries: quantiles(v2v),
};

export const dashboards: readonly Dashboard[] = [
  {
    uid: 'voicebot-operation',
    title: 'Voicebot: operation',
    panels: [
      {
        ...{ title: 'Replies within a second', about: 'The objective is 95 %.', kind: 'stat', unit: 'percentunit', width: 6 },
        queries: [{ expr: share(rate(`${v2v}_bucket{le="1"}`), rate(`${v2v}_count`)), legend: 'share' }],
        limits: [0.95, 0.9],
      },
      {
        ...{ title: 'Turns that fail', about: 'The objective is less than 0.5 %.', kind: 'stat', unit: 'percentunit', width: 6 },
        queries: [{ expr: share(rate('voicebot_turns_total{status="failed"}'), rate(countedTurns)), legend: 'share' }],
        limits: [0.0025, 0.005],
      },
      {
        ...{ title: 'Sessions refused', about: 'The objective is less than 0.1 %.', kind: 'stat', unit: 'percentunit', width: 6 },
        queries: [
          {
            expr: share(
              rate('voicebot_sessions_refused_total'),
              `((${rate('voicebot_sessions_refused_total')} or vector(0)) + ${rate('voicebot_sessions_admitted_total')})`,
            ),
            legend: 'share',
          },
        ],
        limits: [0.0005, 0.001],
      },
      {
        ...{ title: 'Turns under way', about: 'Whose pipes are open now.', kind: 'stat', unit: 'short', width: 6 },
        queries: [{ expr: 'sum(voicebot_open_turns)', legend: 'turns' }],
      },
      wait,
      {
        ...{ title: 'Turns', about: 'By where the reply came from.', kind: 'timeseries', unit: 'reqps' },
        queries: [{ expr: rate(countedTurns, 'source'), legend: '{{source}}' }],
      },
      {
        ...{ title: 'Calls that end', about: 'By how. Transferred ones are for people.', kind: 'timeseries', unit: 'reqps' },
        queries: [{ expr: rate('voicebot_calls_total', 'reason'), legend: '{{reason}}' }],
      },
      {
        ...{ title: 'Second tries', about: 'Steps that failed and were taken again; some are normal after a deploy.' },
        ...{ kind: 'timeseries', unit: 'reqps' },
        queries: [
          {
            expr: `${rate('voicebot_step_retries_total', 'queue')} or 0 * ${rate('voicebot_step_seconds_count', 'queue')}`,
            legend: '{{queue}}',
          },
        ],
      },
      {
        ...{ title: 'Messages of batches', about: 'Settled a second, by how.', kind: 'timeseries', unit: 'reqps' },
        queries: [{ expr: `${rate('voicebot_batch_items_total', 'result')} or vector(0)`, legend: '{{result}}' }],
      },
      {
        ...{ title: 'Services', about: 'Processes that answer.', kind: 'timeseries', unit: 'short' },
        queries: [{ expr: 'sum by (service) (up{job="voicebot"})', legend: '{{service}}' }],
      },
    ],
  },
  {
    uid: 'voicebot-latency',
    title: 'Voicebot: latency',
    panels: [
      { ...wait, width: 24 },
      {
        ...{ title: 'Voice to voice, all replies', about: 'Each interval has an example: click on it for its trace.' },
        ...{ kind: 'heatmap', unit: 's', width: 24 },
        queries: [{ expr: rate(`${v2v}_bucket`, 'le'), legend: '{{le}}' }],
      },
      {
        ...{
          title: 'The waterfall: means of its parts',
          about: 'Endpointing is how long a pause must be to be one; release waits until the caller is surely done.',
        },
        ...{ kind: 'bars', unit: 's', width: 24 },
        queries: [
          {
            expr: `${rate('voicebot_wait_part_seconds_sum', 'part')} / ${rate('voicebot_wait_part_seconds_count', 'part')}`,
            legend: '{{part}}',
          },
        ],
      },
      {
        ...{ title: 'Its parts, p95', about: 'Where the slowest replies lose their time.', kind: 'timeseries', unit: 's' },
        queries: [{ expr: quantile(0.95, 'voicebot_wait_part_seconds', 'part'), legend: '{{part}}' }],
      },
      {
        ...{ title: 'By source, p95', about: 'Cached and approved answers are there sooner than what the model has to make.' },
        ...{ kind: 'timeseries', unit: 's' },
        queries: [{ expr: quantile(0.95, v2v, 'source'), legend: '{{source}}' }],
      },
      {
        ...{ title: 'Work of steps, p95', about: 'How long a worker takes for a step.', kind: 'timeseries', unit: 's' },
        queries: [{ expr: quantile(0.95, 'voicebot_step_seconds', 'step'), legend: '{{step}}' }],
      },
      {
        ...{
          title: 'Wait for a worker, p95',
          about: 'How long a step waits in its queue: more than a few milliseconds means too few places.',
        },
        ...{ kind: 'timeseries', unit: 's' },
        queries: [{ expr: quantile(0.95, 'voicebot_step_queue_seconds', 'queue'), legend: '{{queue}}' }],
      },
      {
        ...{ title: 'Requests to Temporal, p95', about: 'As its SDK measures them.', kind: 'timeseries', unit: 's' },
        queries: [{ expr: quantile(0.95, 'temporal_request_latency_seconds', 'operation'), legend: '{{operation}}' }],
      },
      {
        ...{
          title: 'Workflow tasks, p95',
          about: 'From being scheduled until a worker began them, and the work itself.',
          kind: 'timeseries',
          unit: 's',
        },
        queries: [
          { expr: quantile(0.95, 'temporal_workflow_task_schedule_to_start_latency_seconds'), legend: 'wait' },
          { expr: quantile(0.95, 'temporal_workflow_task_execution_latency_seconds'), legend: 'work' },
        ],
      },
    ],
  },
  {
    uid: 'voicebot-quality',
    title: 'Voicebot: quality',
    panels: [
      {
        ...{ title: 'Contained calls', about: 'Ended without a person.', kind: 'stat', unit: 'percentunit', width: 8 },
        queries: [
          { expr: share(rate('voicebot_calls_total{reason!="transferred"}'), rate('voicebot_calls_total')), legend: 'share' },
        ],
      },
      {
        ...{
          title: 'Gives up',
          about: 'What the bot cannot help with, of all that is said.',
          kind: 'stat',
          unit: 'percentunit',
          width: 8,
        },
        queries: [
          {
            expr: share(rate('voicebot_understood_total{result="gave-up"}'), rate('voicebot_understood_total')),
            legend: 'share',
          },
        ],
        limits: [0.05, 0.1],
      },
      {
        ...{
          title: 'Barge-ins a turn',
          about: 'Many mean that replies are too long, or wrong.',
          kind: 'stat',
          unit: 'percentunit',
          width: 8,
        },
        queries: [{ expr: share(rate('voicebot_barge_ins_total'), rate(countedTurns)), legend: 'share' }],
      },
      {
        ...{ title: 'What became of what was said', about: 'Asked: the bot asked back.', kind: 'timeseries', unit: 'reqps' },
        queries: [{ expr: rate('voicebot_understood_total', 'result'), legend: '{{result}}' }],
      },
      {
        ...{
          title: 'Answers from cache and articles',
          about: 'Of all turns that were answered.',
          kind: 'timeseries',
          unit: 'percentunit',
        },
        queries: [
          { expr: share(rate('voicebot_turns_total{status="answered",source="cache"}'), rate(countedTurns)), legend: 'cache' },
          {
            expr: share(rate('voicebot_turns_total{status="answered",source="knowledge"}'), rate(countedTurns)),
            legend: 'articles',
          },
        ],
      },
      {
        ...{ title: 'What guards stopped', about: 'By side, what was done and why.', kind: 'timeseries', unit: 'reqps' },
        queries: [
          {
            expr: `${rate('voicebot_guard_decisions_total', 'side, action, reason')} or vector(0)`,
            legend: '{{side}} {{action}}: {{reason}}',
          },
        ],
      },
      {
        ...{ title: 'Length of calls', about: 'In seconds.', kind: 'timeseries', unit: 's' },
        queries: quantiles('voicebot_call_seconds'),
      },
      {
        ...{ title: 'Calls by tenant', about: 'That end, a second.', kind: 'timeseries', unit: 'reqps' },
        queries: [{ expr: rate('voicebot_calls_total', 'tenant'), legend: '{{tenant}}' }],
      },
      {
        ...{ title: 'Turns by tenant', about: 'A second.', kind: 'timeseries', unit: 'reqps' },
        queries: [{ expr: rate(countedTurns, 'tenant'), legend: '{{tenant}}' }],
      },
    ],
  },
  {
    uid: 'voicebot-capacity',
    title: 'Voicebot: capacity',
    panels: [
      {
        ...{
          title: 'Places that are taken',
          about: 'Above 85 % new sessions are refused (MAX_SLOT_USE): start more workers.',
          kind: 'timeseries',
          unit: 'percentunit',
        },
        queries: [
          {
            expr: 'max by (queue) (voicebot_queue_slots{state="used"}) / (max by (queue) (voicebot_queue_slots{state="used"}) + max by (queue) (voicebot_queue_slots{state="free"}))',
            legend: '{{queue}}',
          },
        ],
        limits: [0.7, 0.85],
      },
      {
        ...{ title: 'Oldest task that waits', about: 'For a worker of a queue.', kind: 'timeseries', unit: 's' },
        queries: [{ expr: 'max by (queue) (voicebot_queue_backlog_age_seconds)', legend: '{{queue}}' }],
      },
      {
        ...{ title: 'Cores', about: 'That each service uses.', kind: 'timeseries', unit: 'short' },
        queries: [{ expr: rate('process_cpu_seconds_total{job="voicebot"}', 'service'), legend: '{{service}}' }],
      },
      {
        ...{ title: 'Memory', about: 'Of each process.', kind: 'timeseries', unit: 'bytes' },
        queries: [{ expr: 'process_resident_memory_bytes{job="voicebot"}', legend: '{{service}} {{instance}}' }],
      },
      {
        ...{ title: 'Core-seconds a turn', about: 'What a turn costs, all services together.', kind: 'timeseries', unit: 's' },
        queries: [
          { expr: `${rate('process_cpu_seconds_total{job="voicebot"}')} / (${rate(countedTurns)} > 0)`, legend: 'core-seconds' },
        ],
      },
      {
        ...{
          title: 'Core-seconds a call',
          about: 'Over an hour, so that calls under way count little.',
          kind: 'timeseries',
          unit: 's',
        },
        queries: [
          {
            expr: 'sum(rate(process_cpu_seconds_total{job="voicebot"}[1h])) / (sum(rate(voicebot_calls_total[1h])) > 0)',
            legend: 'core-seconds',
          },
        ],
      },
      {
        ...{ title: 'GPU-seconds a call', about: 'That engines on GPUs worked, over an hour.', kind: 'timeseries', unit: 's' },
        queries: [
          {
            expr: `(sum(rate(voicebot_engine_work_seconds_total{device!~"cpu|remote"}[1h])) or vector(0)) / (sum(rate(voicebot_calls_total[1h])) > 0)`,
            legend: 'GPU-seconds',
          },
        ],
      },
      {
        ...{ title: 'Models in memory', about: 'What each took when it was loaded.', kind: 'timeseries', unit: 'bytes' },
        queries: [{ expr: 'voicebot_engine_memory_bytes', legend: '{{engine}} {{service}}' }],
      },
      {
        ...{ title: 'Steps under way', about: 'By queue.', kind: 'timeseries', unit: 'short' },
        queries: [{ expr: 'sum by (queue) (voicebot_steps_running)', legend: '{{queue}}' }],
      },
      {
        ...{ title: 'Models in memory', about: 'By engine: processes that have it loaded.', kind: 'timeseries', unit: 'short' },
        queries: [{ expr: 'sum by (engine) (voicebot_engine_loaded)', legend: '{{engine}}' }],
      },
      {
        ...{
          title: 'Event loop, p99',
          about: 'How late timers are: above 50 ms the process has too much to do.',
          kind: 'timeseries',
          unit: 's',
        },
        queries: [{ expr: 'max by (service) (nodejs_eventloop_lag_p99_seconds{job="voicebot"})', legend: '{{service}}' }],
      },
    ],
  },
];
