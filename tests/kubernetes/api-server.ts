import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync } from 'node:fs';
import { chmod, cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import envPaths from 'env-paths';
import { execa } from 'execa';
import { stringify } from 'yaml';
import { freePort } from '../../services/ports.ts';
import { goModule } from '../support/packages.ts';
import { until } from '../support/until.ts';

const version = 'v1.32.9';

export interface ApiServer {
  /** What kubectl reads. */
  readonly kubeconfig: string;
  stop(): Promise<void>;
}

/**
 * A real Kubernetes API server with an etcd of its own, with its log and data in `folder`: it validates, defaults and stores what is applied; nothing runs the pods.
 * It is built from its Go module once, which takes some minutes. Undefined, and said aloud, where Go or etcd is missing.
 */
export async function startApiServer(folder: string): Promise<ApiServer | undefined> {
  const program = (await installed('etcd')) ? await builtServer() : undefined;
  if (!program) {
    process.stderr.write('SKIPPED: a real API server. It needs Go, which builds it, and etcd (Debian: etcd-server).\n');
    return undefined;
  }
  const log = openSync(join(folder, 'api-server.log'), 'a');
  const start = (command: string, args: string[]) => spawn(command, args, { cwd: folder, stdio: ['ignore', log, log] });
  const [storePort, peerPort, port] = [await freePort(), await freePort(), await freePort()];
  const store = `http://127.0.0.1:${storePort}`;
  const peers = `http://127.0.0.1:${peerPort}`;
  const etcd = start('etcd', [
    ...['--data-dir', join(folder, 'etcd'), '--listen-client-urls', store, '--advertise-client-urls', store],
    ...['--listen-peer-urls', peers, '--initial-advertise-peer-urls', peers, '--initial-cluster', `default=${peers}`],
  ]);
  const accountKey = join(folder, 'accounts.pem');
  await execa('openssl', ['genrsa', '-out', accountKey, '2048']);
  await writeFile(join(folder, 'tokens.csv'), 'test,admin,admin,system:masters\n');
  const server = start(program, [
    ...['--etcd-servers', store, '--secure-port', String(port), '--bind-address', '127.0.0.1', '--cert-dir', join(folder, 'tls')],
    ...['--token-auth-file', join(folder, 'tokens.csv'), '--authorization-mode', 'RBAC'],
    ...['--service-account-issuer', 'https://kubernetes.default.svc', '--service-account-key-file', accountKey],
    ...['--service-account-signing-key-file', accountKey, '--service-cluster-ip-range', '10.0.0.0/24'],
    // No controller makes tokens for it here.
    ...['--disable-admission-plugins', 'ServiceAccount'],
  ]);
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, stringify(configuration(port)));
  const stop = async () => {
    await end(server);
    await end(etcd);
  };
  try {
    await until(
      'the API server is ready',
      async () => {
        if (server.exitCode !== null) throw new Error(`The API server ended: ${await lastLines(join(folder, 'api-server.log'))}`);
        return !(await execa('kubectl', ['--kubeconfig', kubeconfig, 'get', '--raw', '/readyz'], { reject: false })).failed;
      },
      60_000,
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return { kubeconfig, stop };
}

const installed = async (command: string): Promise<boolean> => !(await execa(command, ['--version'], { reject: false })).failed;

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}

async function lastLines(file: string): Promise<string> {
  return (await readFile(file, 'utf8')).split('\n').slice(-5).join('\n');
}

const configuration = (port: number) => ({
  apiVersion: 'v1',
  kind: 'Config',
  // It signs its certificate itself.
  clusters: [{ name: 'test', cluster: { server: `https://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } }],
  users: [{ name: 'test', user: { token: 'test' } }],
  contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
  'current-context': 'test',
});

async function builtServer(): Promise<string | undefined> {
  const folder = join(envPaths('voicebot-tests', { suffix: '' }).cache, `kube-apiserver-${version}`);
  const program = join(folder, 'kube-apiserver');
  if (existsSync(program)) return program;
  const module = await goModule('k8s.io/kubernetes', version);
  if (!module) return undefined;
  process.stderr.write(`Building the API server ${version} from its Go module; this takes some minutes once.\n`);
  // The module takes its parts from folders that its archive does not have; they are published as well, as v0.
  const sources = join(folder, 'sources');
  await mkdir(folder, { recursive: true });
  await cp(module, sources, { recursive: true });
  await execa('chmod', ['-R', 'u+w', sources]);
  const go = (...args: string[]) => execa('go', args, { cwd: sources, reject: false, env: { GOWORK: 'off' } });
  const file = await readFile(join(sources, 'go.mod'), 'utf8');
  for (const [, part] of file.matchAll(/^\s*(k8s\.io\/[a-z-]+) => \.\//gm))
    await go('mod', 'edit', '-dropreplace', `${part}`, '-require', `${part}@v0${version.slice(2)}`);
  const built = await go('build', '-mod=mod', '-o', `${program}.new`, './cmd/kube-apiserver');
  await rm(sources, { recursive: true, force: true });
  if (built.failed) {
    process.stderr.write(`${built.stderr.split('\n').slice(-5).join('\n')}\n`);
    return undefined;
  }
  await chmod(`${program}.new`, 0o755);
  await rename(`${program}.new`, program);
  return program;
}
