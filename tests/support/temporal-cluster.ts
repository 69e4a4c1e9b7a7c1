import { spawn } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Connection } from '@temporalio/client';
import envPaths from 'env-paths';
import { execa } from 'execa';
import { stringify } from 'yaml';
import { freePort } from '../../services/ports.ts';
import { type Component, supervise } from '../chaos/processes.ts';
import { type PostgresServer, startPlainPostgres } from './postgres-server.ts';
import { until } from './until.ts';

/** As the Go module has it; later ones want a newer Go. */
const version = 'v1.31.0';
const module = 'go.temporal.io/server';
/** Fixed when a cluster is made. */
const shards = 128;
const day = 86_400;

const services = ['frontend', 'history', 'matching', 'worker'] as const;
type Service = (typeof services)[number];

export interface TemporalCluster {
  readonly address: string;
  /** Each of the four services of the server, a process of its own. */
  readonly services: readonly Component[];
  readonly postgres: PostgresServer;
  stop(): Promise<void>;
}

export interface ClusterOptions {
  /** Where its configuration and logs lie. */
  readonly folder: string;
  readonly namespace: string;
  /** How long a service stays away that was killed. */
  readonly awayMs: number;
}

/**
 * A Temporal server as a bank runs it: four services in processes of their own, with a Postgres as their store. It is built from its Go
 * module once, which takes some minutes. Undefined, and said aloud, where Go or Debian's postgresql is missing.
 */
export async function startTemporalCluster({ folder, namespace, awayMs }: ClusterOptions): Promise<TemporalCluster | undefined> {
  const programs = await builtServer();
  const postgres = programs && (await startPlainPostgres('max_connections = 300\n'));
  if (!programs || !postgres) {
    process.stderr.write(
      'SKIPPED: a real Temporal cluster. It needs Go, which builds it, and postgresql with btree_gin (Debian: postgresql-15).\n',
    );
    return undefined;
  }
  await mkdir(folder, { recursive: true });
  const store = new URL(postgres.url);
  await makeSchemas(programs, store);
  const ports = Object.fromEntries(
    await Promise.all(services.map(async (name) => [name, { grpcPort: await freePort(), membershipPort: await freePort() }])),
  ) as Record<Service, { grpcPort: number; membershipPort: number }>;
  const file = join(folder, 'cluster.yaml');
  await writeFile(file, stringify(configuration(store, ports)));
  const running: Component[] = [];
  for (const name of services)
    running.push(await startService({ name, server: programs.server, file, folder, awayMs, port: ports[name].grpcPort }));
  const address = `127.0.0.1:${ports.frontend.grpcPort}`;
  await registerNamespace(address, namespace);
  return {
    address,
    services: running,
    postgres,
    stop: async () => {
      for (const service of running.reverse()) await service.stop().catch(() => undefined);
      await postgres.close();
    },
  };
}

interface Programs {
  readonly server: string;
  readonly sql: string;
  readonly schema: string;
}

async function builtServer(): Promise<Programs | undefined> {
  const folder = join(envPaths('voicebot-tests', { suffix: '' }).cache, `temporal-server-${version}`);
  const { stdout: modules, failed } = await execa('go', ['env', 'GOMODCACHE'], { reject: false });
  if (failed) return undefined;
  const programs = {
    server: join(folder, 'server'),
    sql: join(folder, 'sql'),
    schema: join(modules, `${module}@${version}`, 'schema', 'postgresql', 'v12'),
  };
  if (!existsSync(programs.server) || !existsSync(programs.sql) || !existsSync(programs.schema)) {
    process.stderr.write(`Building the Temporal server ${version} from its Go module; this takes some minutes once.\n`);
    const packages = ['cmd/server', 'cmd/tools/sql'].map((path) => `${module}/${path}@${version}`);
    for (const one of packages) {
      const built = await execa('go', ['install', one], { reject: false, env: { GOBIN: folder } });
      if (built.failed) {
        process.stderr.write(`${built.stderr.split('\n').slice(-5).join('\n')}\n`);
        return undefined;
      }
    }
  }
  return programs;
}

const databases = { temporal: 'temporal', visibility: 'temporal_visibility' } as const;

async function makeSchemas({ sql, schema }: Programs, store: URL): Promise<void> {
  const connection = ['--plugin', 'postgres12', '--endpoint', store.hostname, '--port', store.port, '--user', store.username];
  for (const [kind, database] of Object.entries(databases)) {
    const run = (...args: string[]) => execa(sql, [...connection, '--database', database, ...args]);
    await run('create-database');
    await run('setup-schema', '-v', '0.0');
    await run('update-schema', '-d', join(schema, kind, 'versioned'));
  }
}

function configuration(store: URL, ports: Record<Service, { grpcPort: number; membershipPort: number }>): object {
  const database = (databaseName: string, maxConns: number) => ({
    sql: {
      ...{ pluginName: 'postgres12', databaseName, connectAddr: store.host, connectProtocol: 'tcp', user: store.username },
      ...{ password: '', maxConns, maxIdleConns: maxConns, maxConnLifetime: '1h' },
    },
  });
  return {
    log: { stdout: true, level: 'warn' },
    persistence: {
      ...{ defaultStore: 'store', visibilityStore: 'visibility', numHistoryShards: shards },
      datastores: { store: database(databases.temporal, 20), visibility: database(databases.visibility, 10) },
    },
    global: { membership: { maxJoinDuration: '30s', broadcastAddress: '127.0.0.1' } },
    services: Object.fromEntries(services.map((name) => [name, { rpc: { ...ports[name], bindOnLocalHost: true } }])),
    clusterMetadata: {
      ...{ enableGlobalNamespace: false, failoverVersionIncrement: 10 },
      ...{ masterClusterName: 'active', currentClusterName: 'active' },
      clusterInformation: {
        active: {
          enabled: true,
          initialFailoverVersion: 1,
          rpcName: 'frontend',
          rpcAddress: `127.0.0.1:${ports.frontend.grpcPort}`,
        },
      },
    },
    dcRedirectionPolicy: { policy: 'noop' },
    // What a cluster of the compose file is given as well.
    dynamicConfigClient: { filepath: fileURLToPath(new URL('../../docker/temporal.yaml', import.meta.url)), pollInterval: '60s' },
  };
}

interface ServiceOptions {
  readonly name: Service;
  readonly server: string;
  readonly file: string;
  readonly folder: string;
  readonly awayMs: number;
  readonly port: number;
}

function startService({ name, server, file, folder, awayMs, port }: ServiceOptions): Promise<Component> {
  const log = openSync(join(folder, `temporal-${name}.log`), 'a');
  return supervise({
    name: `temporal-${name}`,
    awayMs,
    run: () =>
      spawn(server, ['--config-file', file, '--allow-no-auth', 'start', '--service', name], { stdio: ['ignore', log, log] }),
    // The worker service serves nobody.
    isUp: () => (name === 'worker' ? sleep(500) : until(`temporal-${name} listens`, () => listens(port), 40_000)),
  });
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

async function registerNamespace(address: string, namespace: string): Promise<void> {
  const connection = await until('the cluster answers', () => Connection.connect({ address }).catch(() => undefined), 60_000);
  const { workflowService } = connection;
  const workflowExecutionRetentionPeriod = { seconds: day as never };
  await until(
    'the namespace is registered',
    () =>
      workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod }).then(
        () => true,
        (error: Error) => /already/i.test(error.message),
      ),
    60_000,
  );
  // Each service reads the list of namespaces now and then.
  await until(
    'the namespace is known',
    () =>
      workflowService.listWorkflowExecutions({ namespace }).then(
        () => true,
        () => false,
      ),
    60_000,
  );
  await connection.close();
}
