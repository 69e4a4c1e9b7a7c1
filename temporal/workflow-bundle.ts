import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Everything that workflow code may import. */
const sources = ['workflows', 'domain'];

async function keyOf(): Promise<string> {
  const hash = createHash('sha256').update(createRequire(import.meta.url)('@temporalio/worker/package.json').version);
  for (const folder of sources) {
    const names = await readdir(join(root, folder), { recursive: true });
    for (const name of names.filter((path) => path.endsWith('.ts')).sort())
      hash.update(name).update(await readFile(join(root, folder, name)));
  }
  return hash.digest('hex').slice(0, 16);
}

/** Path of the bundled workflow code. Bundling takes seconds, so the bundle is kept until a source changes. */
export async function workflowBundle(cacheDir: string): Promise<string> {
  const folder = join(cacheDir, 'workflows');
  const file = join(folder, `${await keyOf()}.js`);
  if (await stat(file).catch(() => undefined)) return file;
  const quiet = { trace() {}, debug() {}, info() {}, warn() {}, error() {}, log() {} };
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(root, 'workflows', 'index.ts'),
    workflowInterceptorModules: [join(root, 'workflows', 'interceptors.ts')],
    logger: quiet,
  });
  await mkdir(folder, { recursive: true });
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, code);
  await rename(draft, file);
  return file;
}
