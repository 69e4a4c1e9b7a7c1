import { join } from 'node:path';
import { loadConfig } from '../../config/load.ts';
import { ensureTemporalCli } from '../../services/models.ts';
import { freePort } from '../../services/ports.ts';
import { startTemporalCluster } from '../support/temporal-cluster.ts';
import { type Component, postgresComponent, startTemporal } from './processes.ts';

export interface TemporalToBreak {
  readonly address: string;
  /** What can be killed, each by itself. */
  readonly components: readonly Component[];
  stop(): Promise<void>;
}

export interface TemporalToBreakOptions {
  readonly folder: string;
  readonly namespace: string;
  readonly awayMs: number;
  /** The server's four services with a Postgres, instead of the dev server. */
  readonly cluster: boolean;
}

/** A Temporal server for calls. @throws Error where a cluster is asked for and cannot be made. */
export async function temporalToBreak({ folder, namespace, awayMs, cluster }: TemporalToBreakOptions): Promise<TemporalToBreak> {
  if (cluster) {
    const started = await startTemporalCluster({ folder: join(folder, 'temporal'), namespace, awayMs });
    if (!started) throw new Error('No Temporal cluster can be made here.');
    const store = postgresComponent(started.postgres, awayMs, 'temporal-postgres');
    return { address: started.address, components: [...started.services, store], stop: started.stop };
  }
  const binary = await ensureTemporalCli(loadConfig(), {});
  const ports = { port: await freePort(), uiPort: await freePort() };
  const server = await startTemporal({ binary, dataDir: join(folder, 'temporal'), ...ports, namespace }, awayMs);
  return { address: server.address, components: [server], stop: server.stop };
}
