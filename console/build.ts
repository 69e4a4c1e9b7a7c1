import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { BuildOptions } from 'esbuild';
import type { ConsoleFiles, ServedFile } from '../api/console.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = join(root, 'console', 'app');
const folder = join(root, 'node_modules', '.cache', 'voicebot', 'console');

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.woff2': 'font/woff2',
  '.svg': 'image/svg+xml',
};

let latest: { readonly mark: string; readonly files: Promise<ConsoleFiles> } | undefined;

/** The console, built when it is first asked for and again when a source has changed. @throws Error where it cannot be built. */
export async function consoleFiles(): Promise<ConsoleFiles> {
  const mark = await fingerprint();
  if (latest?.mark === mark) return latest.files;
  const files = filesOf(mark);
  latest = { mark, files };
  files.catch(() => {
    latest = undefined;
  });
  return files;
}

async function filesOf(mark: string): Promise<ConsoleFiles> {
  const built = join(folder, mark);
  if (!(await exists(join(built, 'index.html')))) await build(built);
  const names = (await readdir(built)).filter((name) => types[extname(name)]);
  const files = await Promise.all(names.map(async (name) => [name, await read(join(built, name))] as const));
  return { page: await readFile(join(built, 'index.html'), 'utf8'), assets: new Map(files) };
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

/** Of all that goes in: times and sizes, as layers of images keep whole seconds. */
async function fingerprint(): Promise<string> {
  const folders = [source, join(root, 'client')];
  const lists = await Promise.all(folders.map((one) => readdir(one, { recursive: true, withFileTypes: true })));
  const files = lists.flat().flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : []));
  const all = [...files, join(root, 'package-lock.json'), join(root, 'console', 'build.ts')].sort();
  const stamps = await Promise.all(
    all.map(async (file) => {
      const { mtimeMs, size } = await stat(file);
      return `${relative(root, file)} ${Math.floor(mtimeMs / 1000)} ${size}`;
    }),
  );
  return createHash('sha256').update(stamps.join('\n')).digest('hex').slice(0, 16);
}

async function build(target: string): Promise<void> {
  const { build: bundle } = await import('esbuild');
  await mkdir(folder, { recursive: true });
  const outdir = await mkdtemp(join(folder, 'new-'));
  const common = {
    absWorkingDir: root,
    outdir,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: ['chrome111', 'firefox114', 'safari16.4'],
    loader: { '.woff2': 'file', '.svg': 'file' },
    assetNames: '[name]-[hash]',
    external: ['ws'],
    define: { 'process.env.NODE_ENV': '"production"' },
    jsx: 'automatic',
    legalComments: 'none',
    logLevel: 'silent',
    tsconfig: join(source, 'tsconfig.json'),
  } satisfies BuildOptions;
  try {
    const { metafile } = await bundle({
      ...common,
      entryPoints: [join(source, 'main.tsx')],
      splitting: true,
      entryNames: '[name]-[hash]',
      chunkNames: 'part-[hash]',
      metafile: true,
    });
    // What pages of others name, and what an audio thread loads, keeps its name.
    await bundle({
      ...common,
      format: 'iife',
      entryPoints: [
        join(source, 'worklets', 'microphone.ts'),
        join(source, 'worklets', 'speaker.ts'),
        join(source, 'widget', 'widget.ts'),
      ],
      entryNames: '[name]',
    });
    const [entry] = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint?.endsWith('main.tsx')) ?? [];
    if (!entry) throw new Error('The console has no entry.');
    const { cssBundle, imports = [] } = metafile.outputs[entry] ?? {};
    const parts = imports.flatMap(({ kind, path }) => (kind === 'import-statement' ? [path] : []));
    const page = (await readFile(join(source, 'index.html'), 'utf8'))
      .replace('{{script}}', basename(entry))
      .replace('{{style}}', basename(cssBundle ?? ''))
      .replace(
        '{{preload}}',
        parts.map((path) => `<link rel="modulepreload" href="/console/assets/${basename(path)}">`).join('\n    '),
      );
    await Promise.all((await readdir(outdir)).map((name) => compress(join(outdir, name))));
    await writeFile(join(outdir, 'index.html'), page);
    await rename(outdir, target).catch(async (error) => {
      // Another process has built the same meanwhile.
      if (!(await exists(join(target, 'index.html')))) throw error;
    });
  } finally {
    await rm(outdir, { recursive: true, force: true });
  }
}

async function compress(path: string): Promise<void> {
  const body = await readFile(path);
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };
  await writeFile(`${path}.br`, await promisify(brotliCompress)(body, quality));
  await writeFile(`${path}.gz`, await promisify(gzip)(body, { level: 9 }));
}

async function read(path: string): Promise<ServedFile> {
  const [body, brotli, zipped] = await Promise.all([readFile(path), readFile(`${path}.br`), readFile(`${path}.gz`)]);
  const type = types[extname(path)] ?? 'application/octet-stream';
  const tag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  return { type, immutable: /-[A-Z0-9]{8}\.\w+$/.test(path), tag, body, brotli, gzip: zipped };
}

// `npm run build:console`, for images: their root is read-only when they run.
if (process.argv[1] === fileURLToPath(import.meta.url)) await consoleFiles();
