import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256OfFile } from '../hash.ts';
import { locked } from '../lock.ts';
import type { ArtifactStore, EnsureOptions } from '../store.ts';
import { type Artifact, silentListener } from '../types.ts';

/** Something made once from fetched files: the same input and recipe always give the same bytes. */
export interface Recipe {
  readonly name: string;
  /** Raised whenever the recipe's code changes what it writes. */
  readonly version: number;
  readonly input: Artifact | undefined;
  /** Options that change the output, part of the cache key. */
  readonly options: Readonly<Record<string, string | number>>;
  /** Writes its files into `outputDir`; `inputs` are in the order of the artifact's files. */
  run(inputs: readonly string[], outputDir: string): Promise<void> | void;
}

/** The cache key: the recipe, its options, and the hashes of what it reads. */
async function keyOf(recipe: Recipe, inputs: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([recipe.name, recipe.version, recipe.options]));
  const files = recipe.input?.files ?? [];
  for (const [index, file] of files.entries()) {
    hash.update(file.hash.kind === 'sha256' ? file.hash.hex : await sha256OfFile(inputs[index] ?? ''));
  }
  return `${recipe.name}-${hash.digest('hex').slice(0, 16)}`;
}

/**
 * Returns the folder with the recipe's output, making it first where it is missing. The `ready` file is written last, so a
 * folder without it (a process that was killed) is made again.
 */
export async function ensurePrepared(store: ArtifactStore, recipe: Recipe, options: EnsureOptions = {}): Promise<string> {
  const inputs = recipe.input ? await store.ensure(recipe.input, options) : [];
  const key = await keyOf(recipe, inputs);
  const folder = join(store.root, 'prepared', key);
  if (await isReady(folder)) return folder;

  const making = join(store.root, 'prepared', `${key}.making`);
  await mkdir(join(store.root, 'prepared'), { recursive: true });
  const make = async () => {
    if (await isReady(folder)) return;
    (options.listener ?? silentListener).note(`Preparing ${recipe.name} (once) ...`);
    try {
      await mkdir(making, { recursive: true });
      // Of its own: another process may do the same at the same time, where this one pauses for too long.
      const draft = await mkdtemp(join(making, 'draft-'));
      await recipe.run(inputs, draft);
      await writeFile(join(draft, 'ready'), `${key}\n`);
      await publish(draft, folder);
    } catch (error) {
      // The other one was faster, and has cleared up.
      if (!(await isReady(folder))) throw error;
    } finally {
      await rm(making, { recursive: true, force: true });
    }
  };
  await locked(making, make, { ...options, doing: `it prepares ${recipe.name}` });
  return folder;
}

/** Puts what was made where it belongs, unless another process was faster. */
async function publish(draft: string, folder: string): Promise<void> {
  if (await isReady(folder)) return;
  await rm(folder, { recursive: true, force: true });
  await rename(draft, folder);
}

/** The folder with the recipe's output, if it was made already. */
export async function findPrepared(store: ArtifactStore, recipe: Recipe): Promise<string | undefined> {
  const inputs = recipe.input ? await store.ensure(recipe.input) : [];
  const folder = join(store.root, 'prepared', await keyOf(recipe, inputs));
  return (await isReady(folder)) ? folder : undefined;
}

const isReady = (folder: string) =>
  stat(join(folder, 'ready')).then(
    () => true,
    () => false,
  );
