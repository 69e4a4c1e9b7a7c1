import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { manifest } from './manifest.ts';
import type { ArtifactStore } from './store.ts';
import { describeSource } from './types.ts';

export interface ArtifactStatus {
  readonly id: string;
  readonly title: string;
  readonly licence: string;
  readonly state: 'present' | 'partial' | 'missing' | 'no build for this platform';
  /** Bytes of all its files; null where only the hub knows. */
  readonly sizeBytes: number | null;
  readonly sources: readonly string[];
  readonly folder: string;
}

/** What is there and what is missing, for `voicebot models`. */
export async function listArtifacts(store: ArtifactStore): Promise<ArtifactStatus[]> {
  return Promise.all(
    manifest.map(async (artifact): Promise<ArtifactStatus> => {
      const there = await Promise.all(artifact.files.map((file) => store.has(file)));
      const sizes = await Promise.all(
        artifact.files.map(async (file) => file.sizeBytes ?? (await stat(store.pathOf(file)).catch(() => undefined))?.size),
      );
      const known = sizes.filter((size) => size !== undefined);
      const first = artifact.files[0];
      return {
        id: artifact.id,
        title: artifact.title,
        licence: artifact.licence,
        state: !first
          ? 'no build for this platform'
          : there.every(Boolean)
            ? 'present'
            : there.some(Boolean)
              ? 'partial'
              : 'missing',
        sizeBytes: known.length === sizes.length ? known.reduce((sum, size) => sum + size, 0) : null,
        sources: [...new Set(artifact.files.flatMap((file) => file.sources.map(describeSource)))],
        folder: first ? join(store.root, 'files', first.path.split('/')[0] ?? '') : '',
      };
    }),
  );
}

/** Names and bytes of what was prepared from the fetched files. */
export async function listPrepared(store: ArtifactStore): Promise<{ name: string; sizeBytes: number }[]> {
  const root = join(store.root, 'prepared');
  const folders = (await readdir(root).catch(() => [])).filter((name) => !/\.making(\.lock)?$/.test(name));
  return Promise.all(
    folders.map(async (name) => {
      const files = await readdir(join(root, name)).catch(() => []);
      const sizes = await Promise.all(files.map((file) => stat(join(root, name, file)).then((s) => (s.isFile() ? s.size : 0))));
      return { name, sizeBytes: sizes.reduce((sum, size) => sum + size, 0) };
    }),
  );
}
