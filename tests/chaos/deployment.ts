import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../services/ports.ts';
import { allocatorOfImage } from '../support/image.ts';
import { type PostgresServer, startPostgres } from '../support/postgres-server.ts';
import { type Component, startPart } from './processes.ts';
import { type TemporalToBreak, temporalToBreak } from './temporal.ts';
import { startTransferDesk, type TransferDesk } from './transfer-desk.ts';

/** Where the parts of a deployment meet, as they read it from their environment. */
type Environment = { readonly TEMPORAL_ADDRESS: string; readonly DATABASE_URL: string } & Readonly<Record<string, string>>;

export interface Deployment {
  /** Of logs and recordings. */
  readonly folder: string;
  readonly env: Environment;
  readonly apiUrls: readonly string[];
  /** The processes of the service. */
  readonly parts: readonly Component[];
  readonly temporal: TemporalToBreak;
  readonly postgres: PostgresServer;
  /** Where calls are put through to. */
  readonly desk: TransferDesk;
  stop(): Promise<void>;
}

export interface DeploymentOptions {
  readonly name: string;
  /** The real engines, by the product's own command; stand-ins where not. */
  readonly real: boolean;
  /** Temporal as a server of four services. */
  readonly cluster: boolean;
  /** Names of the worker processes, and what each of them works on. */
  readonly workers: Readonly<Record<string, readonly string[]>>;
  /** How long a process that was killed stays away. */
  readonly awayMs: number;
  readonly settings: Readonly<Record<string, string>>;
  readonly note: (line: string) => void;
}

/** Starts the service as processes of their own, two of them with the API, on a real Temporal server and a real Postgres. */
export async function startDeployment(options: DeploymentOptions): Promise<Deployment> {
  const { name, real, cluster, awayMs, note } = options;
  const postgres = await startPostgres();
  if (!postgres) throw new Error(`The ${name} needs a real Postgres.`);
  const folder = await mkdtemp(join(tmpdir(), `voicebot-${name}-`));
  const desk = await startTransferDesk();
  note(`Starting Temporal, Postgres and the service's processes; logs in ${folder}`);
  const temporal = await temporalToBreak({ folder, namespace: name, awayMs: 500, cluster });
  const env = {
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: name,
    DATABASE_URL: postgres.url,
    DATA_DIR: folder,
    TRANSFER_WEBHOOK_URL: desk.url,
    IDLE_PROMPT_SECONDS: '0',
    MAX_CONCURRENT_SESSIONS: '1000',
    ...allocatorOfImage(),
    ...options.settings,
  };
  const part = (called: string, args: readonly string[], more: Record<string, string> = {}) =>
    startPart({ name: called, args, real, env: { ...env, ...more }, logDir: folder, awayMs });
  const apiPorts = [await freePort(), await freePort()];
  const parts = await Promise.all([
    ...apiPorts.map((port, i) => part(`api-${i + 1}`, ['api'], { PORT: String(port) })),
    ...Object.entries(options.workers).map(([called, queues]) =>
      part(called, ['worker', ...(real ? ['--queues'] : []), queues.join(',')]),
    ),
  ]);
  return {
    ...{ folder, env, parts, temporal, postgres, desk },
    apiUrls: apiPorts.map((port) => `http://127.0.0.1:${port}`),
    stop: async () => {
      await Promise.allSettled(parts.map((component) => component.stop()));
      await temporal.stop();
      await postgres.close();
      await desk.close();
    },
  };
}
