import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { version } from '../../config/version.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
let copy: string;

/** A checkout of its own, with the packages of this one. */
beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'voicebot-compiled-'));
  const { stdout } = await execa('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.mjs', '*.json'], {
    cwd: root,
  });
  for (const file of stdout.split('\n').filter((name) => !/^(tests|bench)\//.test(name))) {
    await mkdir(dirname(join(copy, file)), { recursive: true });
    await cp(join(root, file), join(copy, file)).catch(() => undefined);
  }
  await mkdir(join(copy, 'node_modules'));
  for (const name of await readdir(join(root, 'node_modules')))
    if (name !== '.cache') await symlink(join(root, 'node_modules', name), join(copy, 'node_modules', name));
});
afterAll(() => rm(copy, { recursive: true, force: true }));

const run = async () => (await execa('node', ['cli/bin.mjs', '--version'], { cwd: copy })).stdout;
const built = async () =>
  JSON.parse(await readFile(join(copy, 'node_modules/.cache/voicebot/current.json'), 'utf8')).build as string;

it('is compiled once, and again when a source has changed', async () => {
  expect(await run()).toBe(version);
  const first = await built();
  expect(await run()).toBe(version);
  expect(await built()).toBe(first);
  const later = new Date(Date.now() + 5_000);
  await utimes(join(copy, 'services/stack.ts'), later, later);
  expect(await run()).toBe(version);
  expect(await built()).not.toBe(first);
});

it('runs from its sources where nothing can be kept', async () => {
  await rm(join(copy, 'node_modules/.cache'), { recursive: true });
  // A file where the folder would be: root may write anywhere else.
  await cp(join(root, 'package.json'), join(copy, 'node_modules/.cache'));
  expect(await run()).toBe(version);
});

it('compiles for several that are started at once', async () => {
  await rm(join(copy, 'node_modules/.cache'), { force: true });
  expect(await Promise.all([run(), run(), run()])).toEqual([version, version, version]);
  expect(await built()).toMatch(/^[0-9a-f]{16}$/);
});
