import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Bounds in seconds: from what a caller cannot notice to what ends a turn. */
const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60];

/** What this process measures, in the format of Prometheus. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #register = { registers: [this.#registry] };
  readonly contentType = this.#registry.contentType;

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
  readonly turns = new Counter({
    name: 'voicebot_turns_total',
    help: 'Turns by their outcome.',
    labelNames: ['status', 'source'] as const,
    ...this.#register,
  });
  readonly guardDecisions = new Counter({
    name: 'voicebot_guard_decisions_total',
    help: 'What guards hid, refused or withheld in turns that count, by side and reason.',
    labelNames: ['side', 'action', 'reason'] as const,
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

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
