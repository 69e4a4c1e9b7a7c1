import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { configSchema } from '../../config/schema.ts';
import { type ServiceName, serviceNames, services } from '../../services/catalogue.ts';
import { definitionsOfCustomResources, schemasOf } from '../kubernetes/custom-resources.ts';
import { goProgram } from '../support/packages.ts';

const root = fileURLToPath(new URL('../../k8s/', import.meta.url));
const installed = (await execa('kubectl', ['version', '--client'], { reject: false })).exitCode === 0;
if (!installed) process.stderr.write('SKIPPED: tests of the manifests. Install kubectl (Debian: kubernetes-client).\n');

// biome-ignore lint/suspicious/noExplicitAny: manifests are what this looks at.
type Manifest = any;

async function built(overlay: string): Promise<Manifest[]> {
  const { stdout } = await execa('kubectl', ['kustomize', root + overlay]);
  return parseAllDocuments(stdout).map((document) => document.toJS());
}

/** Where kubeconform finds the schemas of those kinds. */
const schemas = await mkdtemp(join(tmpdir(), 'voicebot-schemas-'));
const location = `${schemas}/{{ .ResourceKind }}-{{ .Group }}-{{ .ResourceAPIVersion }}.json`;
afterAll(() => rm(schemas, { recursive: true, force: true }));

async function kubeconformWithSchemas(): Promise<string | undefined> {
  const definitions = await definitionsOfCustomResources();
  const program = definitions && (await goProgram('github.com/yannh/kubeconform/cmd/kubeconform', 'v0.7.0'));
  if (!program) process.stderr.write('SKIPPED: kinds of KEDA and the Prometheus operator. Go, which fetches them, is missing.\n');
  for (const file of definitions ?? [])
    for (const [name, schema] of Object.entries(await schemasOf(file)))
      await writeFile(join(schemas, `${name}.json`), JSON.stringify(schema));
  return program;
}
const kubeconform = await kubeconformWithSchemas();

const podsOf = (manifests: Manifest[]): Manifest[] => manifests.filter(({ kind }) => kind === 'Deployment' || kind === 'Job');

/** Kinds of others, which a cluster may not have. */
const custom = new Set(['ScaledObject', 'ServiceMonitor']);

describe.skipIf(!installed).each(['', 'overlays/small', 'overlays/medium', 'overlays/large'])(
  'kubectl kustomize k8s/%s',
  (overlay) => {
    let manifests: Manifest[];
    beforeAll(async () => {
      manifests = await built(overlay);
    });

    it('runs the six services at their ports, by the commands of the product', () => {
      const deployments = manifests.filter(({ kind }) => kind === 'Deployment');
      expect(deployments.map(({ metadata }) => metadata.name).sort()).toEqual([...serviceNames].sort());
      for (const { metadata, spec } of deployments) {
        const name = metadata.name as ServiceName;
        const [container] = spec.template.spec.containers;
        expect(container.args).toEqual(['service', name]);
        expect(container.ports[0]).toMatchObject({ name: 'http', containerPort: services[name].port });
        const service = manifests.find((one) => one.kind === 'Service' && one.metadata.name === name);
        expect(service.spec.selector).toEqual(spec.selector.matchLabels);
        expect(service.spec.ports[0].port).toBe(services[name].port);
        expect(manifests.some((one) => one.kind === 'PodDisruptionBudget' && one.metadata.name === name)).toBe(true);
      }
    });

    it('gives no pod more than it needs: no root, nothing to write but volumes, bounded memory', () => {
      for (const { metadata, spec } of podsOf(manifests)) {
        const pod = spec.template.spec;
        expect(pod, metadata.name).toMatchObject({
          ...{
            automountServiceAccountToken: false,
            securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
          },
        });
        for (const container of pod.containers) {
          expect(container.securityContext).toEqual({
            ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
          });
          expect(container.resources.limits.memory).toBeDefined();
          expect(container.resources.requests.cpu).toBeDefined();
          expect(container.image).not.toMatch(/:latest$/);
        }
      }
    });

    it('asks each service whether it lives and whether it is ready, and gives it longer than a turn to stop', () => {
      for (const { spec } of manifests.filter(({ kind }) => kind === 'Deployment')) {
        const { containers, terminationGracePeriodSeconds, topologySpreadConstraints } = spec.template.spec;
        expect(containers[0]).toMatchObject({
          ...{ startupProbe: { httpGet: { path: '/ready' } }, livenessProbe: { httpGet: { path: '/health' } } },
          readinessProbe: { httpGet: { path: '/ready' } },
        });
        expect(terminationGracePeriodSeconds).toBeGreaterThanOrEqual(30);
        expect(topologySpreadConstraints).toHaveLength(1);
        expect(spec.strategy.rollingUpdate).toEqual({ maxUnavailable: 0, maxSurge: 1 });
      }
    });

    it('holds settings that exist, and no secret', () => {
      for (const { data } of manifests.filter(({ kind }) => kind === 'ConfigMap')) {
        for (const name of Object.keys(data)) expect(Object.keys(configSchema.shape)).toContain(name);
      }
      for (const { spec } of podsOf(manifests)) {
        for (const { env = [] } of spec.template.spec.containers) {
          for (const { name } of env) if (name !== 'POD_IP') expect(Object.keys(configSchema.shape)).toContain(name);
        }
      }
      expect(manifests.filter(({ kind }) => kind === 'Secret')).toEqual([]);
    });

    it('lets nothing in that is not named', () => {
      const policies = manifests.filter(({ kind }) => kind === 'NetworkPolicy');
      const { spec } = policies.find(({ metadata }) => metadata.name === 'voicebot-default');
      // No rule at all; an empty list is a change to the server at each apply.
      expect(spec).toMatchObject({ policyTypes: expect.arrayContaining(['Ingress']) });
      expect(spec.ingress).toBeUndefined();
    });

    it('is as Kubernetes describes its kinds', async () => {
      const validated = manifests.filter(({ kind }) => !custom.has(kind));
      const script = [
        'import json, sys',
        'import kubernetes_validate as k',
        'for one in json.load(sys.stdin):',
        "    k.validate(one, '1.31', strict=True)",
      ].join('\n');
      const given = { input: JSON.stringify(validated), reject: false } as const;
      let result = await execa('python3', ['-c', script], given);
      if (/ModuleNotFoundError/.test(result.stderr)) {
        await execa('python3', ['-m', 'pip', 'install', '--quiet', '--break-system-packages', 'kubernetes-validate'], {
          reject: false,
        });
        result = await execa('python3', ['-c', script], given);
      }
      if (/ModuleNotFoundError/.test(result.stderr))
        return process.stderr.write('SKIPPED: schemas of Kubernetes; pip has no kubernetes-validate.\n');
      expect(result.stderr).toBe('');
      return expect(result.exitCode).toBe(0);
    });

    it.skipIf(!kubeconform)('is as KEDA and the Prometheus operator define their kinds', async () => {
      const others = manifests.filter(({ kind }) => custom.has(kind));
      const { stdout } = await execa(
        kubeconform ?? '',
        ['-strict', '-verbose', '-output', 'json', '-schema-location', location],
        {
          input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: others }),
          reject: false,
        },
      );
      const { resources = [] } = JSON.parse(stdout) as { resources?: { status: string; msg: string }[] };
      expect(resources.filter(({ status }) => status !== 'statusValid')).toEqual([]);
      expect(resources).toHaveLength(others.length);
    });
  },
);
