/**
 * `npm run test:kubernetes`: the manifests of each overlay, applied to a real API server that knows KEDA and the Prometheus operator: a new
 * installation, the same again, and a grown one. It fails where the server refuses or warns, where a field is unknown to it, or where a pod
 * may do more than Kubernetes' strictest standard ("restricted") allows.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { serviceNames } from '../../services/catalogue.ts';
import { startApiServer } from './api-server.ts';
import { definitionsOfCustomResources } from './custom-resources.ts';

const root = fileURLToPath(new URL('../../k8s/', import.meta.url));
const overlays = ['overlays/small', 'overlays/medium', '', 'overlays/large'];
const problems: string[] = [];

function check(what: string, holds: boolean, why = ''): void {
  process.stdout.write(`${holds ? 'ok' : 'FAILED'}: ${what}${holds ? '' : `: ${why}`}\n`);
  if (!holds) problems.push(what);
}

async function applied(kubectl: (...args: string[]) => ReturnType<typeof run>, namespace: string, overlay: string) {
  const args = ['apply', '--server-side', '--validate=strict', '--namespace', namespace, '--kustomize', join(root, overlay)];
  const { stdout, stderr, failed } = await kubectl(...args);
  return { lines: stdout.split('\n').filter(Boolean), said: stderr, failed };
}

const run = (kubeconfig: string, args: string[]) => execa('kubectl', ['--kubeconfig', kubeconfig, ...args], { reject: false });

const folder = await mkdtemp(join(tmpdir(), 'voicebot-kubernetes-'));
const definitions = await definitionsOfCustomResources();
const server = definitions && (await startApiServer(folder));
if (!definitions || !server) process.exit(0);
try {
  const kubectl = (...args: string[]) => run(server.kubeconfig, args);
  for (const file of definitions) {
    // They are too large for the annotation of a plain apply.
    const { failed, stderr } = await kubectl('apply', '--server-side', '--filename', file);
    check(`the definition ${file.split('/').at(-1)} is taken`, !failed, stderr);
  }
  for (const plural of ['scaledobjects.keda.sh', 'servicemonitors.monitoring.coreos.com'])
    await kubectl('wait', '--for=condition=Established', '--timeout=30s', `crd/${plural}`);
  for (const overlay of overlays) {
    const namespace = `voicebot-${overlay.split('/')[1] ?? 'default'}`;
    await kubectl('create', 'namespace', namespace);
    const standard = ['warn', 'enforce'].map((mode) => `pod-security.kubernetes.io/${mode}=restricted`);
    await kubectl('label', 'namespace', namespace, ...standard);
    const first = await applied(kubectl, namespace, overlay);
    check(
      `k8s/${overlay} is taken without a warning (${first.lines.length} objects)`,
      !first.failed && first.said === '',
      first.said,
    );
    const before = await versions(kubectl, namespace);
    const again = await applied(kubectl, namespace, overlay);
    const after = await versions(kubectl, namespace);
    check(
      `k8s/${overlay} applied again changes nothing`,
      !again.failed && after === before,
      `${again.said}\n${before}\n${after}`,
    );
    const { stdout } = await kubectl('get', 'deployments', '--namespace', namespace, '--output', 'name');
    const deployments = serviceNames.map((name) => `deployment.apps/${name}`).sort();
    check(`k8s/${overlay} has the six services`, stdout.split('\n').sort().join() === deployments.join(), stdout);
  }
  const grown = await applied(kubectl, 'voicebot-small', 'overlays/large');
  check('a small installation grows to a large one', !grown.failed && grown.said === '', grown.said);
} finally {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
process.stdout.write(problems.length === 0 ? 'All checks hold.\n' : `${problems.length} checks failed.\n`);
process.exit(problems.length === 0 ? 0 : 1);

/** Of everything in a namespace that the manifests have kinds of. */
async function versions(kubectl: (...args: string[]) => ReturnType<typeof run>, namespace: string): Promise<string> {
  const kinds = 'deployments,services,configmaps,jobs,hpa,pdb,networkpolicies,serviceaccounts,scaledobjects,servicemonitors';
  const columns = 'custom-columns=KIND:.kind,NAME:.metadata.name,VERSION:.metadata.resourceVersion';
  return (await kubectl('get', kinds, '--namespace', namespace, '--output', columns)).stdout;
}
