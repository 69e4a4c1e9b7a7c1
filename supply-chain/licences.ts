/** `npm run licences`: the licences of all packages that are installed for production, by how many there are. With `--packages`, each package. */
import { spawnSync } from 'node:child_process';
import { z } from 'zod';

const licenceSchema = z.union([
  z.object({ license: z.object({ id: z.string().optional(), name: z.string().optional() }) }),
  z.object({ expression: z.string() }),
]);
const sbomSchema = z.object({
  components: z.array(z.object({ name: z.string(), version: z.string(), licenses: z.array(licenceSchema).optional() })),
});

const say = (line: string) => process.stdout.write(`${line}\n`);
const { stdout, stderr, status } = spawnSync('npm', ['sbom', '--omit=dev', '--sbom-format=cyclonedx'], {
  encoding: 'utf8',
  maxBuffer: 256_000_000,
});
if (status !== 0) {
  process.stderr.write(stderr);
  process.exit(1);
}
const { components } = sbomSchema.parse(JSON.parse(stdout));
const licenceOf = ({ licenses = [] }: (typeof components)[number]): string =>
  licenses.map((one) => ('expression' in one ? one.expression : (one.license.id ?? one.license.name))).join(' AND ') || 'unknown';

const counts = new Map<string, number>();
for (const component of components) {
  const licence = licenceOf(component);
  counts.set(licence, (counts.get(licence) ?? 0) + 1);
  if (process.argv.includes('--packages')) say(`${component.name}@${component.version}: ${licence}`);
}
for (const [licence, n] of [...counts].sort((a, b) => b[1] - a[1])) say(`${String(n).padStart(5)}  ${licence}`);
