import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import type { Logger } from '../telemetry/logger.ts';

/** Each worker does one kind of task; the SDK warns of the others. */
const expected = /^No \w+ registered, not polling/;

let metricsAddress: string | undefined;

/**
 * Sends the SDK's own log lines to the product's logger; signals are handled by the commands. Once a process.
 * @param port on which the SDK shows what it measures, to this machine alone.
 * @returns reads that.
 */
export function installRuntime(logger: Logger, port: number): () => Promise<string> {
  const read = async () => (await fetch(`http://${metricsAddress}/metrics`)).text();
  if (metricsAddress) return read;
  metricsAddress = `127.0.0.1:${port}`;
  const levels = { TRACE: 'trace', DEBUG: 'debug', INFO: 'debug', WARN: 'warn', ERROR: 'error' } as const;
  Runtime.install({
    logger: new DefaultLogger('INFO', ({ level, message, meta }) => {
      const shown = level === 'WARN' && expected.test(message) ? 'debug' : levels[level];
      logger[shown](metaOf(meta), message);
    }),
    telemetryOptions: {
      metrics: {
        prometheus: {
          bindAddress: metricsAddress,
          ...{ countersTotalSuffix: true, unitSuffix: true, useSecondsForDurations: true },
        },
      },
      logging: { filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }), forward: {} },
    },
    // How full its queues are, for who lets new calls in (`api/admission.ts`).
    workerHeartbeatInterval: '2s',
    shutdownSignals: [],
  });
  return read;
}

/** Only plain values: activity inputs carry signed URLs, which no log may hold. */
function metaOf(meta: Record<string, unknown> | undefined): Record<string, unknown> {
  const kept = ['workflowId', 'activityType', 'activityId', 'attempt', 'taskQueue', 'turn', 'step', 'code', 'message', 'error'];
  return Object.fromEntries(
    kept
      .filter((key) => meta?.[key] !== undefined)
      .map((key) => [key, meta?.[key] instanceof Error ? (meta[key] as Error).message : meta?.[key]]),
  );
}
