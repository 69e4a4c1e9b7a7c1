import { Counter, collectDefaultMetrics, Gauge, Histogram, type OpenMetricsContentType, Registry } from 'prom-client';

/** Bounds in seconds: from what a caller cannot notice to what ends a turn. */
const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60];

/** Bounds in seconds about what callers accept. */
const waits = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.5, 2, 3, 5, 10];

const openMetrics = 'application/openmetrics-text';

/** What this process measures, in the formats of Prometheus. */
export class Metrics {
  readonly #registry = new Registry<OpenMetricsContentType>(
    // The types leave out what the library takes; metrics with exemplars are made for this format alone.
    ...([Registry.OPENMETRICS_CONTENT_TYPE] as unknown as []),
  );
  readonly #register = { registers: [this.#registry] };
  /** Texts of others in this process, as Temporal's SDK. */
  readonly #sources: (() => Promise<string>)[] = [];

  /** From scheduling a step until a worker began it: the queue's delay. */
  readonly stepQueue = new Histogram({
    name: 'voicebot_step_queue_seconds',
    help: 'Time from scheduling a step until a worker of its queue began it.',
    labelNames: ['queue', 'step'] as const,
    buckets: seconds,
    ...this.#register,
  });
  readonly stepDuration = new Histogram({
    name: 'voicebot_step_seconds',
    help: 'Time a worker took for a step, by how it ended: completed, failed, cancelled or handed-over.',
    labelNames: ['queue', 'step', 'result'] as const,
    buckets: seconds,
    ...this.#register,
  });
  readonly stepsRunning = new Gauge({
    name: 'voicebot_steps_running',
    help: 'Steps that workers of this process are at.',
    labelNames: ['queue'] as const,
    ...this.#register,
  });
  readonly stepRetries = new Counter({
    name: 'voicebot_step_retries_total',
    help: 'Attempts at steps after a first one that failed.',
    labelNames: ['queue', 'step'] as const,
    ...this.#register,
  });
  /** What callers feel, with an example's trace for each interval. */
  readonly #voiceToVoice = new Histogram({
    name: 'voicebot_voice_to_voice_seconds',
    help: "From a caller's last sound to the first audio of the reply, by where the reply came from.",
    labelNames: ['source'] as const,
    buckets: waits,
    enableExemplars: true,
    ...this.#register,
  });
  /** Where that time went. */
  readonly waitParts = new Histogram({
    name: 'voicebot_wait_part_seconds',
    help: 'Parts of that wait: endpointing, transcribe, understand, think, speak, orchestration, release.',
    labelNames: ['part'] as const,
    buckets: waits,
    ...this.#register,
  });
  readonly bargeIns = new Counter({
    name: 'voicebot_barge_ins_total',
    help: 'Replies that callers interrupted.',
    ...this.#register,
  });
  readonly understood = new Counter({
    name: 'voicebot_understood_total',
    help: 'What became of what callers said: answered, asked (the bot asked back), gave-up, bank or model.',
    labelNames: ['result'] as const,
    ...this.#register,
  });
  readonly calls = new Counter({
    name: 'voicebot_calls_total',
    help: 'Calls that have ended, by tenant and by how: transferred ones are for people, all others are contained.',
    labelNames: ['tenant', 'reason'] as const,
    ...this.#register,
  });
  readonly callDuration = new Histogram({
    name: 'voicebot_call_seconds',
    help: 'How long calls took.',
    buckets: [10, 30, 60, 120, 180, 300, 600, 1_200, 3_600],
    ...this.#register,
  });
  readonly batchItems = new Counter({
    name: 'voicebot_batch_items_total',
    help: 'Messages of batches that were settled, by how: created, reused or failed.',
    labelNames: ['result'] as const,
    ...this.#register,
  });
  readonly engineLoaded = new Gauge({
    name: 'voicebot_engine_loaded',
    help: 'Whether the model of an engine of this process is in memory.',
    labelNames: ['engine'] as const,
    ...this.#register,
  });
  readonly engineMemory = new Gauge({
    name: 'voicebot_engine_memory_bytes',
    help: 'By how much the resident memory of this process grew while the model of an engine was loaded; a GPU has memory of its own.',
    labelNames: ['engine'] as const,
    ...this.#register,
  });
  readonly engineWork = new Counter({
    name: 'voicebot_engine_work_seconds_total',
    help: 'How long engines of this process worked, by what does the work: cpu, remote, or the kind of a GPU.',
    labelNames: ['engine', 'device'] as const,
    ...this.#register,
  });
  readonly turns = new Counter({
    name: 'voicebot_turns_total',
    help: 'Turns by tenant and by their outcome.',
    labelNames: ['tenant', 'status', 'source'] as const,
    ...this.#register,
  });
  readonly guardDecisions = new Counter({
    name: 'voicebot_guard_decisions_total',
    help: 'What guards hid, refused or withheld in turns that count, by side and reason.',
    labelNames: ['side', 'action', 'reason'] as const,
    ...this.#register,
  });
  readonly sessionsAdmitted = new Counter({
    name: 'voicebot_sessions_admitted_total',
    help: 'New sessions that were let in.',
    ...this.#register,
  });
  readonly sessionsRefused = new Counter({
    name: 'voicebot_sessions_refused_total',
    help: 'New sessions that were refused because the service was full, by what was full.',
    labelNames: ['reason'] as const,
    ...this.#register,
  });
  readonly openTurns = new Gauge({
    name: 'voicebot_open_turns',
    help: 'Turns whose pipes this process holds open.',
    ...this.#register,
  });
  readonly queueSlots = new Gauge({
    name: 'voicebot_queue_slots',
    help: 'Places for steps that the workers of a queue have in all, everywhere, by whether they are used.',
    labelNames: ['queue', 'state'] as const,
    ...this.#register,
  });
  readonly queueBacklogAge = new Gauge({
    name: 'voicebot_queue_backlog_age_seconds',
    help: 'Age of the oldest task that waits for a worker of a queue.',
    labelNames: ['queue'] as const,
    ...this.#register,
  });

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
  }

  /** @param source text in the format of Prometheus that is shown beside this. */
  addSource(source: () => Promise<string>): void {
    this.#sources.push(source);
  }

  /** A wait in seconds. @param traceId of the call's trace, where one is kept: an example for those who look at the figure. */
  waited(source: string, seconds: number, traceId: string | undefined): void {
    // A metric with exemplars takes this form alone. The types ask for its own labels in the exemplar, too.
    const exemplarLabels = (traceId === undefined ? {} : { trace_id: traceId }) as never;
    this.#voiceToVoice.observe({ labels: { source }, value: seconds, exemplarLabels });
  }

  /**
   * All of it. @param accept what the one who asks can read: exemplars are told in OpenMetrics alone.
   * @returns the text, with its content type.
   */
  async text(accept = ''): Promise<{ readonly body: string; readonly contentType: string }> {
    const [own, ...others] = await Promise.all([
      this.#registry.metrics(),
      ...this.#sources.map((source) => source().catch(() => '')),
    ]);
    if (!accept.includes(openMetrics)) {
      return { body: [plain(own), ...others].join('\n'), contentType: Registry.PROMETHEUS_CONTENT_TYPE };
    }
    // In OpenMetrics a counter is called without the suffix that its samples have.
    const told = others.map((text) => text.replace(/^(# (?:TYPE|HELP) \w+)_total /gm, '$1 '));
    return { body: `${own.replace(end, '')}${told.join('')}${end}`, contentType: Registry.OPENMETRICS_CONTENT_TYPE };
  }
}

const end = '# EOF\n';

/** What is in OpenMetrics, in the format before it. The library can write both, but not of the same metrics. */
function plain(text: string): string {
  const counters = new Set([...text.matchAll(/^# TYPE (\w+) counter$/gm)].map(([, name]) => name));
  return text
    .replace(/^(# (?:HELP|TYPE)) (\w+)/gm, (line, kind: string, name: string) =>
      counters.has(name) ? `${kind} ${name}_total` : line,
    )
    .replace(/ # \{trace_id="\w+"\}.*$/gm, '')
    .replace(end, '');
}
