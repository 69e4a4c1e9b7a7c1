import { once } from 'node:events';
import type { Server } from 'node:http';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import type { Metrics } from '../config/metrics.ts';
import { VoicebotError } from '../domain/errors.ts';
import type { RunningWorkers } from './workers.ts';

/** `/metrics` and `/health` of a process that has workers and no API. @throws VoicebotError `port-taken`. */
export async function startMetricsServer(options: {
  readonly host: string;
  readonly port: number;
  readonly metrics: Metrics;
  readonly workers: RunningWorkers;
}): Promise<{ stop(): Promise<void> }> {
  const { host, port, metrics, workers } = options;
  const app = new Hono();
  app.get('/metrics', async (c) => c.body(await metrics.text(), 200, { 'Content-Type': metrics.contentType }));
  app.get('/health', (c) => {
    const states = workers.states();
    const running = Object.values(states).every((state) => state === 'RUNNING');
    return c.json({ status: running ? 'ok' : 'down', workers: states }, running ? 200 : 503);
  });
  const server = serve({ fetch: app.fetch, hostname: host, port }) as Server;
  await once(server, 'listening').catch((cause) => {
    throw new VoicebotError('port-taken', `Port ${port} on ${host} cannot be used: ${cause.message}`, {
      hint: 'Set METRICS_PORT to another port.',
      cause,
    });
  });
  return {
    stop: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
