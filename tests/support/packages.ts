import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import envPaths from 'env-paths';
import { execa } from 'execa';

const cacheOf = (name: string): string => join(envPaths('voicebot-tests', { suffix: '' }).cache, name);

/** The folder of a Python package (`name==version`) with what it brings, kept for later runs. Undefined where pip cannot get it. */
export async function pythonPackage(name: string): Promise<string | undefined> {
  const folder = cacheOf(name.replace('==', '-'));
  if (existsSync(folder)) return folder;
  await mkdir(join(folder, '..'), { recursive: true });
  const target = ['--no-deps', '--target', folder, name];
  const { failed } = await execa('python3', ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...target], {
    reject: false,
  });
  return failed ? undefined : folder;
}

/** The folder of a Go module's sources. Undefined where Go is missing or cannot get them. */
export async function goModule(module: string, version: string): Promise<string | undefined> {
  const { stdout, failed } = await execa('go', ['mod', 'download', '-json', `${module}@${version}`], { reject: false });
  return failed ? undefined : (JSON.parse(stdout) as { Dir: string }).Dir;
}

/** A program built from a Go module, kept for later runs. Undefined where Go is missing or cannot build it. */
export async function goProgram(path: string, version: string): Promise<string | undefined> {
  const folder = cacheOf(`${basename(path)}-${version}`);
  const program = join(folder, basename(path));
  if (existsSync(program)) return program;
  const { failed } = await execa('go', ['install', `${path}@${version}`], { reject: false, env: { GOBIN: folder } });
  return failed ? undefined : program;
}
