import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { BlobStore } from '../db/blobs.ts';
import { messageOf, VoicebotError } from '../domain/errors.ts';
import type { LanguageModel } from '../engines/types.ts';

/** What a step must know of an adapter to load it. */
export interface RegisteredAdapter {
  readonly name: string;
  /** A key of the blob store, or a path that whoever runs the model can read. */
  readonly file: string;
  readonly sha256: string;
}

/** Adapters as files of this machine, fetched from the blob store and checked. */
export class AdapterFiles {
  readonly #blobs: Pick<BlobStore, 'find'> | undefined;
  readonly #folder: string;
  readonly #warn: (message: string) => void;

  constructor(options: {
    readonly blobs: Pick<BlobStore, 'find'> | undefined;
    readonly folder: string;
    readonly warn: (message: string) => void;
  }) {
    this.#blobs = options.blobs;
    this.#folder = options.folder;
    this.#warn = options.warn;
  }

  /** @throws VoicebotError where the file or the engine cannot do it. */
  async load(model: LanguageModel, adapter: RegisteredAdapter): Promise<void> {
    if (!model.loadAdapter) throw new VoicebotError('unsupported', `The engine ${model.name} has no adapters.`);
    if (model.adapters?.includes(adapter.name)) return;
    const path = isAbsolute(adapter.file) ? adapter.file : await this.#fetch(adapter);
    await model.loadAdapter({ name: adapter.name, path });
  }

  /** The name to speak with, once it is ready. A caller who waits is answered without an adapter that cannot be had. */
  async ready(model: LanguageModel, adapter: RegisteredAdapter | undefined): Promise<string | undefined> {
    if (!adapter) return undefined;
    try {
      await this.load(model, adapter);
      return adapter.name;
    } catch (error) {
      this.#warn(`The adapter '${adapter.name}' is not used: ${messageOf(error)}`);
      return undefined;
    }
  }

  async #fetch({ name, file, sha256 }: RegisteredAdapter): Promise<string> {
    const path = join(this.#folder, `${sha256}.gguf`);
    if (existsSync(path)) return path;
    const bytes = await this.#blobs?.find(file);
    if (!bytes) throw new VoicebotError('not-found', `The file of the adapter '${name}' is not in the blob store.`);
    if (createHash('sha256').update(bytes).digest('hex') !== sha256) {
      throw new VoicebotError('artifact-corrupt', `The file of the adapter '${name}' is not the one that was registered.`);
    }
    await mkdir(this.#folder, { recursive: true });
    // Two that fetch at once end with the same file.
    const part = `${path}.${process.pid}.part`;
    await writeFile(part, bytes);
    await rename(part, path);
    return path;
  }
}
