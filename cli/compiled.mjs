// The product as JavaScript, compiled when it is first run and again when a source has changed: reading TypeScript anew at each start takes
// longer than most commands do. Plain JavaScript, as it runs before anything that reads TypeScript.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'node_modules', '.cache', 'voicebot');
const list = join(folder, 'current.json');
/** Builds that are kept: services that still run load parts of theirs when they need them. */
const keptBuilds = 20;

/** @returns {Promise<string | undefined>} URL of the compiled command; undefined where none can be kept. */
export async function compiledCommand() {
  try {
    return upToDate() ?? (await compile());
  } catch {
    return undefined;
  }
}

function upToDate() {
  try {
    const { build, inputs } = JSON.parse(readFileSync(list, 'utf8'));
    for (const [file, stamp] of inputs) if (stampOf(file) !== stamp) return undefined;
    return entryOf(build);
  } catch {
    return undefined;
  }
}

const entryOf = (build) => pathToFileURL(join(folder, build, 'main.mjs')).href;

function stampOf(file) {
  const { mtimeMs, size } = statSync(join(root, file));
  // Layers of images keep whole seconds.
  return `${Math.floor(mtimeMs / 1000)} ${size}`;
}

async function compile() {
  const { build } = await import('esbuild');
  mkdirSync(folder, { recursive: true });
  const outdir = join(folder, `new-${process.pid}`);
  const { metafile } = await build({
    entryPoints: [join(root, 'cli', 'main.ts')],
    absWorkingDir: root,
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    keepNames: true,
    sourcemap: true,
    sourcesContent: false,
    metafile: true,
    logLevel: 'silent',
    plugins: [besideTheSource],
  });
  // The lock file stands for the packages, which are not compiled in, and this file for how it is done.
  const files = [...Object.keys(metafile.inputs), 'package-lock.json', 'cli/compiled.mjs'];
  const inputs = files.map((file) => [file, stampOf(file)]);
  const name = createHash('sha256').update(JSON.stringify(inputs)).digest('hex').slice(0, 16);
  try {
    renameSync(outdir, join(folder, name));
  } catch {
    // Another process has compiled the same meanwhile, and may be running it.
    rmSync(outdir, { recursive: true, force: true });
  }
  writeFileSync(`${list}.${process.pid}`, JSON.stringify({ build: name, inputs }));
  renameSync(`${list}.${process.pid}`, list);
  forgetOld(name);
  return entryOf(name);
}

/**
 * Files, and the threads that run as they are written, are looked for beside the source.
 * @type {import('esbuild').Plugin}
 */
const besideTheSource = {
  name: 'beside the source',
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const contents = readFileSync(path, 'utf8').replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href));
      return { contents, loader: 'ts' };
    });
  },
};

function forgetOld(current) {
  const builds = readdirSync(folder)
    .filter((name) => name !== current && /^[0-9a-f]{16}$/.test(name))
    .map((name) => ({ name, mtimeMs: statSync(join(folder, name)).mtimeMs }))
    .sort((a, b) => b.mtimeMs - a.mtimeMs);
  for (const { name } of builds.slice(keptBuilds - 1)) rmSync(join(folder, name), { recursive: true, force: true });
}
