import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What an image does not run: the console is built before, and the client's API is for others. */
const aside =
  /^(tests|bench|rehearsal|demos|supply-chain|docs|docker\/monitoring|console\/app)\/|^client\/(index|api-client)\.ts$|^db\/drizzle\.config\.ts$|^vitest\.config\.ts$/;
const imported = /^(?:import|export)(?! type)[^;]*?from '([^'.][^']*)'|import\('([^'.][^']*)'\)|^import '([^'.][^']*)'/gm;
const packageOf = (name: string) => name.split('/', name.startsWith('@') ? 2 : 1).join('/');

it('what runs imports only packages that are installed without those of development', async () => {
  const { dependencies } = JSON.parse(await readFile(`${root}/package.json`, 'utf8')) as { dependencies: Record<string, string> };
  const { stdout } = await execa('git', ['ls-files', '*.ts', '*.mjs'], { cwd: root });
  const files = stdout.split('\n').filter((file) => !aside.test(file));
  expect(files.length).toBeGreaterThan(300);
  const missing: string[] = [];
  for (const file of files) {
    for (const found of (await readFile(`${root}/${file}`, 'utf8')).matchAll(imported)) {
      const name = packageOf(found[1] ?? found[2] ?? found[3] ?? '');
      if (!name.startsWith('node:') && !dependencies[name]) missing.push(`${file}: ${name}`);
    }
  }
  expect(missing).toEqual([]);
});
