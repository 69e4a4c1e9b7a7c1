import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { Ajv, type ValidateFunction } from 'ajv';
import { createGenerator } from 'ts-json-schema-generator';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dashboardFiles } from '../../docker/monitoring/grafana.ts';

/** Grafana's own types of its dashboards; the schemas are made of them. */
const types = join(dirname(createRequire(import.meta.url).resolve('@grafana/schema/package.json')), 'dist/types/raw');
const files = [...dashboardFiles()].map(([name, text]) => [name, JSON.parse(text)] as const);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'voicebot-grafana-'));
  writeFileSync(
    join(folder, 'tsconfig.json'),
    '{ "compilerOptions": { "moduleResolution": "bundler", "module": "esnext" }, "files": [] }',
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function schemaOf(file: string, type: string): ValidateFunction {
  const given = { tsconfig: join(folder, 'tsconfig.json'), additionalProperties: false, skipTypeCheck: true } as const;
  const schema = createGenerator({ path: join(types, file, 'x/types.gen.d.ts'), type, ...given }).createSchema(type);
  return new Ajv({ strict: false, allErrors: true }).compile(schema as object);
}

/** What is wrong, but for what is left out: Grafana fills in its defaults. */
const wrongIn = (validate: ValidateFunction, value: unknown): string[] =>
  validate(value)
    ? []
    : (validate.errors ?? []).filter(({ keyword }) => keyword !== 'required').map((one) => JSON.stringify(one));

it('every dashboard is as Grafana describes dashboards', { timeout: 60_000 }, () => {
  const validate = schemaOf('dashboard', 'Dashboard');
  for (const [name, dashboard] of files) {
    validate(dashboard);
    expect(validate.errors ?? [], name).toEqual([]);
  }
});

it('every panel has options that its kind knows', { timeout: 60_000 }, () => {
  const validators = new Map<string, ValidateFunction>();
  for (const [name, { panels }] of files)
    for (const { type, title, options } of panels) {
      const validate = validators.get(type) ?? schemaOf(`composable/${type}/panelcfg`, 'Options');
      validators.set(type, validate);
      expect(wrongIn(validate, options ?? {}), `${name}: ${title}`).toEqual([]);
    }
  expect(validators.size).toBeGreaterThan(3);
});
