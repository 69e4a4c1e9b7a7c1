import { createRoute, type OpenAPIHono, type z } from '@hono/zod-openapi';
import { RuleTable, serviceRules } from '../api/access/rules.ts';
import { maxWavBytes } from '../api/audio-input.ts';
import { createGuardedApp } from '../api/guarded-app.ts';
import { timedCheck } from '../api/health.ts';
import { addAnalyticsRoutes } from '../api/routes/analytics.ts';
import { endpointsOf } from '../api/routes/info.ts';
import { addMetricsRoute } from '../api/routes/metrics.ts';
import { json, serviceHealthSchema, serviceInfoSchema } from '../api/schemas.ts';
import { startServer } from '../api/server.ts';
import type { Config } from '../config/schema.ts';
import { version } from '../config/version.ts';
import type { OpenDatabase } from '../db/open.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { TemporalConnection } from '../temporal/connection.ts';
import { certificateOf, edgeOf, openAccess } from './access.ts';
import { addCacheRoutes } from './cache-service.ts';
import { addLlmRoutes } from './llm-service.ts';
import { addSttRoutes } from './stt-service.ts';
import { addTtsRoutes } from './tts-service.ts';
import type { RunningWorkers } from './workers.ts';

export interface ServiceServerOptions {
  /** What it says it is. */
  readonly name: string;
  readonly summary: string;
  readonly port: number;
  readonly config: Config;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly temporal: TemporalConnection;
  readonly database: OpenDatabase | undefined;
  readonly workers: RunningWorkers;
  /** Answers reports. */
  readonly analytics: boolean;
}

/** What a process without the API answers: what it is, how it is, and what it does for who asks it directly. @throws VoicebotError `port-taken`. */
export async function startServiceServer(
  options: ServiceServerOptions,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const { config, database, logger, metrics, workers, analytics } = options;
  const rules = new RuleTable(serviceRules([...workers.queues, ...(analytics ? ['analytics'] : [])]));
  // A service without a database keeps no audit log: what it refuses stands in its own.
  const audit = { record: async (entry: object) => logger.warn(entry, 'refused') };
  const access = openAccess(config, { rules, database, audit });
  const app = createGuardedApp({ access, rules, edge: edgeOf(config), logger });
  const state = { stopping: false };
  addStateRoutes(app, options, () => state.stopping);
  addMetricsRoute(app, metrics);
  const direct = { stt: addSttRoutes, llm: addLlmRoutes, tts: addTtsRoutes, cache: addCacheRoutes };
  for (const [queue, add] of Object.entries(direct)) {
    if (workers.queues.includes(queue as keyof typeof direct)) add(app, workers.parts);
  }
  if (analytics && database) addAnalyticsRoutes(app, { db: database.db });
  app.doc31('/openapi.json', { openapi: '3.1.0', info: { title: options.name, version, description: options.summary } });
  const server = await startServer(app, {
    host: config.HOST,
    port: options.port,
    maxMessageBytes: maxWavBytes(config.MAX_AUDIO_SECONDS),
    tls: await certificateOf(config),
  });
  return {
    url: server.url,
    stop: async () => {
      state.stopping = true;
      await server.stop();
    },
  };
}

const root = createRoute({
  method: 'get',
  path: '/',
  tags: ['Service'],
  summary: 'What this service is',
  responses: { 200: json(serviceInfoSchema, 'Its name, what it does, its queues and engines.') },
});
const live = createRoute({
  method: 'get',
  path: '/health',
  tags: ['Service'],
  summary: 'Whether this process is alive',
  responses: {
    200: json(serviceHealthSchema, 'It is.'),
    503: json(serviceHealthSchema, 'A worker has failed for good: start the process anew.'),
  },
});
const ready = createRoute({
  method: 'get',
  path: '/ready',
  tags: ['Service'],
  summary: 'Whether this service takes work',
  responses: {
    200: json(serviceHealthSchema, 'Its engines are loaded, its workers poll, and what it needs answers.'),
    503: json(serviceHealthSchema, 'It is starting or stopping, or something that it needs is down.'),
  },
});

function addStateRoutes(app: OpenAPIHono, options: ServiceServerOptions, stopping: () => boolean): void {
  const { name, summary, workers, temporal, database } = options;
  const { engines } = workers.parts;
  const enginesOf = { stt: engines.stt, llm: engines.llm, tts: engines.tts, cache: engines.embedder } as const;
  const loaded = () =>
    Object.entries(enginesOf)
      .filter(([queue]) => workers.queues.includes(queue as keyof typeof enginesOf))
      .map(([queue, engine]) => ({ queue, name: engine.name, loaded: engine.loaded }));
  const state = (): z.infer<typeof serviceHealthSchema> => {
    const states = workers.states();
    const all = Object.values(states);
    const status = all.includes('FAILED')
      ? 'down'
      : stopping()
        ? 'stopping'
        : all.every((one) => one === 'RUNNING')
          ? 'ok'
          : 'starting';
    return {
      status,
      service: name,
      version,
      uptimeSeconds: Math.round(process.uptime()),
      workers: states as Record<string, string>,
    };
  };
  app.openapi(root, (c) =>
    c.json(
      {
        ...{ name, summary, version, queues: [...workers.queues], engines: loaded(), openapi: '/openapi.json' },
        endpoints: endpointsOf(app),
      },
      200,
    ),
  );
  app.openapi(live, (c) => {
    const now = state();
    return c.json(now, now.status === 'down' ? 503 : 200);
  });
  app.openapi(ready, async (c) => {
    const now = state();
    const [answers, kept] = await Promise.all([
      timedCheck(() => temporal.client.workflowService.getSystemInfo({})),
      database && timedCheck(() => database.ping()),
    ]);
    const status = now.status === 'ok' && !(answers.ok && kept?.ok !== false) ? 'down' : now.status;
    return c.json({ ...now, status, temporal: answers, ...(kept ? { database: kept } : {}) }, status === 'ok' ? 200 : 503);
  });
}
