import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

/** Longest a package client may take; it retries broken connections by itself. */
const packageTimeoutMs = 20 * 60_000;

async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = await Promise.all(
    entries
      .filter((e) => e.isFile())
      .map((e) =>
        stat(join(e.parentPath, e.name)).then(
          (s) => s.size,
          () => 0,
        ),
      ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

export interface PackageRequest {
  readonly folder: string;
  readonly signal: AbortSignal;
  progress(receivedBytes: number): void;
}

/**
 * Runs a package client in `folder` and returns the archive it leaves there. Its temporary files lie in the same folder,
 * so that their growth shows the progress that the clients do not report to a program.
 */
async function runClient(
  command: string,
  args: string[],
  request: PackageRequest,
  isArchive: (name: string) => boolean,
): Promise<string> {
  await mkdir(request.folder, { recursive: true });
  const existing = (await readdir(request.folder)).find(isArchive);
  if (existing) return join(request.folder, existing);
  const temporary = join(request.folder, 'tmp');
  await mkdir(temporary, { recursive: true });
  const watch = setInterval(() => void folderBytes(request.folder).then((bytes) => request.progress(bytes)), 250);
  try {
    await execa(command, args, {
      cwd: request.folder,
      env: { TMPDIR: temporary },
      cancelSignal: request.signal,
      timeout: packageTimeoutMs,
      stdin: 'ignore',
    });
  } finally {
    clearInterval(watch);
    await rm(temporary, { recursive: true, force: true });
  }
  const made = (await readdir(request.folder)).find(isArchive);
  if (!made) throw new Error(`${command} left no archive in ${request.folder}`);
  return join(request.folder, made);
}

let python: Promise<string> | undefined;

/** The Python that has pip, or an error that says what is missing. */
function pythonWithPip(): Promise<string> {
  python ??= (async () => {
    for (const name of ['python3', 'python', 'py']) {
      const found = await execa(name, ['-m', 'pip', '--version'], { reject: false, stdin: 'ignore' });
      if (found.exitCode === 0) return name;
    }
    python = undefined;
    throw new Error('Python with pip is not installed');
  })();
  return python;
}

/** Downloads a wheel (a zip) without installing it. */
export async function downloadWheel(name: string, version: string, request: PackageRequest): Promise<string> {
  const args = [
    '-m',
    'pip',
    'download',
    '--no-deps',
    '--only-binary=:all:',
    '--quiet',
    '--disable-pip-version-check',
    '--no-input',
  ];
  return runClient(await pythonWithPip(), [...args, '--dest', request.folder, `${name}==${version}`], request, (f) =>
    f.endsWith('.whl'),
  );
}

/** Downloads an npm package (a .tgz) without installing it. */
export async function downloadNpmPackage(name: string, version: string, request: PackageRequest): Promise<string> {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  return runClient(npm, ['pack', '--silent', '--ignore-scripts', `${name}@${version}`], request, (f) => f.endsWith('.tgz'));
}
