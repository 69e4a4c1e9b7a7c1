import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { goModule } from '../support/packages.ts';

/** The operators whose kinds the manifests use, as Go modules with the folder of their definitions. */
const operators = [
  { module: 'github.com/kedacore/keda/v2', version: 'v2.21.0', folder: 'config/crd/bases', kind: 'scaledobjects' },
  {
    ...{ module: 'github.com/prometheus-operator/prometheus-operator', version: 'v0.85.0' },
    ...{ folder: 'example/prometheus-operator-crd', kind: 'servicemonitors' },
  },
];

/** The files that define ScaledObject and ServiceMonitor. Undefined where Go or the modules cannot be had. */
export async function definitionsOfCustomResources(): Promise<string[] | undefined> {
  const files: string[] = [];
  for (const { module, version, folder, kind } of operators) {
    const sources = await goModule(module, version);
    if (!sources) return undefined;
    const names = await readdir(join(sources, folder));
    files.push(join(sources, folder, names.find((name) => name.endsWith(`_${kind}.yaml`)) ?? `no ${kind}`));
  }
  return files;
}

interface Schema {
  readonly type?: string;
  readonly properties?: Record<string, Schema>;
  readonly items?: Schema;
  readonly additionalProperties?: unknown;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
}

/** The JSON schema of each version of a definition, by `kind-group-version` in lower case, with no field beside those it names. */
export async function schemasOf(file: string): Promise<Record<string, object>> {
  const { spec } = parse(await readFile(file, 'utf8'));
  return Object.fromEntries(
    spec.versions.map(({ name, schema }: { name: string; schema: { openAPIV3Schema: Schema } }) => [
      `${spec.names.kind}-${spec.group}-${name}`.toLowerCase(),
      closed(schema.openAPIV3Schema),
    ]),
  );
}

/** An API server drops fields that a definition does not name; here they are mistakes. */
function closed(schema: Schema): Schema {
  const { properties, items } = schema;
  const open = schema['x-kubernetes-preserve-unknown-fields'] || schema.additionalProperties !== undefined || !properties;
  return {
    ...schema,
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, one]) => [name, name === 'metadata' ? one : closed(one)]),
      ),
    }),
    ...(items && { items: closed(items) }),
    ...(open ? {} : { additionalProperties: false }),
  };
}
