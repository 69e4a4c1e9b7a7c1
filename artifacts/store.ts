import { chmod, mkdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ArtifactError, diskFull, saysDiskFull } from './errors.ts';
import { contentMatches } from './hash.ts';
import { locked } from './lock.ts';
import { archiveFolders, fetchFromSource } from './sources/fetch-source.ts';
import { type Artifact, type ArtifactFile, describeSource, type FetchListener, silentListener } from './types.ts';

export interface EnsureOptions {
  readonly listener?: FetchListener;
  readonly signal?: AbortSignal;
}

/** The folder of models and binaries: `files/` as fetched and verified, `prepared/` made from them, `partial/` under way. */
export class ArtifactStore {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  pathOf(file: ArtifactFile): string {
    return join(this.root, 'files', file.path);
  }

  /** True when the file is there at its full size. Its hash was verified when it was fetched. */
  async has(file: ArtifactFile): Promise<boolean> {
    const found = await stat(this.pathOf(file)).catch(() => undefined);
    return found !== undefined && (file.sizeBytes === undefined || found.size === file.sizeBytes);
  }

  /** Reads every byte of a file that is there and compares its hash. A wrong file is deleted, nothing else. */
  async verify(file: ArtifactFile, options: EnsureOptions = {}): Promise<boolean> {
    if (await contentMatches(file, this.pathOf(file), options.signal)) return true;
    await rm(this.pathOf(file), { force: true });
    (options.listener ?? silentListener).note(`${file.path} had a wrong hash; deleted that file only, it will be fetched again.`);
    return false;
  }

  /**
   * Makes sure that every file of the artifact is there and verified.
   * @returns the paths on disk, in the order of the manifest.
   * @throws ArtifactError `unavailable` when no source has it, `corrupt` when all give wrong bytes, `disk-full`.
   */
  async ensure(artifact: Artifact, options: EnsureOptions = {}): Promise<string[]> {
    if (artifact.files.length === 0) {
      throw new ArtifactError(
        'unavailable',
        `${artifact.title} has no build for ${process.platform}-${process.arch}.`,
        'Run it elsewhere and point TEMPORAL_ADDRESS to it.',
      );
    }
    let fetched = false;
    for (const file of artifact.files) {
      if (await this.has(file)) continue;
      await this.#fetchLocked(file, options);
      fetched = true;
    }
    if (fetched) await this.#removeArchives(artifact);
    return artifact.files.map((file) => this.pathOf(file));
  }

  /** Package archives serve several files of one artifact; when it is complete they have done their work. */
  async #removeArchives(artifact: Artifact): Promise<void> {
    const folders = artifact.files.flatMap((file) => file.sources.flatMap(archiveFolders));
    await Promise.all([...new Set(folders)].map((name) => rm(join(this.#packagesDir, name), { recursive: true, force: true })));
  }

  get #packagesDir(): string {
    return join(this.root, 'partial', 'packages');
  }

  async #fetchLocked(file: ArtifactFile, options: EnsureOptions): Promise<void> {
    const partialDir = join(this.root, 'partial', file.path);
    await mkdir(partialDir, { recursive: true });
    const fetched = async () => {
      if (!(await this.has(file))) await this.#fetch(file, partialDir, options);
    };
    await locked(partialDir, fetched, { ...options, doing: `it fetches ${file.path}` });
  }

  async #fetch(file: ArtifactFile, partialDir: string, options: EnsureOptions): Promise<void> {
    const listener = options.listener ?? silentListener;
    const signal = options.signal ?? new AbortController().signal;
    await this.#checkSpace(file);
    const target = join(partialDir, 'complete');
    const failures: string[] = [];
    let wrongHash = false;
    for (const source of file.sources) {
      signal.throwIfAborted();
      const name = describeSource(source);
      try {
        await fetchFromSource(source, {
          target,
          partialDir,
          packagesDir: this.#packagesDir,
          signal,
          progress: (receivedBytes, totalBytes) =>
            listener.progress({ path: file.path, source: name, receivedBytes, totalBytes: totalBytes ?? file.sizeBytes }),
        });
        if (await contentMatches(file, target, signal)) {
          await mkdir(dirname(this.pathOf(file)), { recursive: true });
          if (file.executable) await chmod(target, 0o755);
          await rename(target, this.pathOf(file));
          await rm(partialDir, { recursive: true, force: true });
          listener.done(file.path);
          return;
        }
        wrongHash = true;
        failures.push(`${name}: the bytes have a wrong SHA-256; deleted`);
        listener.note(`${file.path} from ${name} has a wrong SHA-256; deleted that file, trying the next source.`);
        await rm(target, { force: true });
      } catch (error) {
        signal.throwIfAborted();
        if (saysDiskFull(error)) throw diskFull(this.root, file.sizeBytes, await this.#freeBytes(), error);
        failures.push(`${name}: ${reasonOf(error)}`);
      }
    }
    const code = wrongHash ? 'corrupt' : 'unavailable';
    throw new ArtifactError(
      code,
      `${file.path} could not be fetched:\n  ${failures.join('\n  ')}`,
      `Let this machine reach one of these sources (Python's pip serves those that start with pip), or copy the file to ${this.pathOf(file)}.`,
    );
  }

  async #checkSpace(file: ArtifactFile): Promise<void> {
    const free = await this.#freeBytes();
    // Archive and unpacked file exist side by side for a moment.
    const needed = (file.sizeBytes ?? 0) * 2;
    if (free !== undefined && free < needed) throw diskFull(this.root, needed, free);
  }

  async #freeBytes(): Promise<number | undefined> {
    const fs = await statfs(this.root).catch(() => undefined);
    return fs && fs.bavail * fs.bsize;
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
  const lines = `${error.message}${cause}`.split('\n').filter((line) => line.trim() !== '');
  return (lines.find((line) => /error/i.test(line)) ?? lines[0] ?? 'failed').slice(0, 300);
}
