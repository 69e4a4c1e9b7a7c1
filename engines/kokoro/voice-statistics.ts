import { rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { artifactById } from '../../artifacts/manifest.ts';
import { kokoroSplitRecipe } from '../../artifacts/prepare/kokoro-split.ts';
import { ensurePrepared, findPrepared } from '../../artifacts/prepare/prepared.ts';
import { ArtifactStore } from '../../artifacts/store.ts';
import { anyOf } from '../../domain/deadline.ts';
import type { ThreadedEngine } from '../runtime/threaded-engine.ts';
import { calibrationRecipe, statisticsIn } from './calibration.ts';
import type { Measured } from './norm-statistics.ts';
import type { KokoroThreadInput } from './thread-types.ts';
import { type KokoroVoice, resolveAccent } from './voices.ts';

/** The statistics of voices: found where they were measured before, measured while nobody waits where not. */
export class VoiceStatistics {
  readonly #store: ArtifactStore;
  readonly #thread: ThreadedEngine;
  readonly #known = new Map<KokoroVoice, Promise<string | undefined>>();
  readonly #making = new Map<KokoroVoice, Promise<void>>();
  #order: Promise<unknown> = Promise.resolve();
  #stopping = new AbortController();

  constructor(cacheDir: string, thread: ThreadedEngine) {
    this.#store = new ArtifactStore(cacheDir);
    this.#thread = thread;
  }

  /** The file of a voice's statistics, if they were measured. */
  find(voice: KokoroVoice): Promise<string | undefined> {
    let found = this.#known.get(voice);
    if (!found) {
      found = this.#look(voice).catch(() => undefined);
      this.#known.set(voice, found);
    }
    return found;
  }

  /** Measures a voice, one voice after the other. Asked again while it does, it is done once. */
  make(voice: KokoroVoice, signal?: AbortSignal): Promise<void> {
    const known = this.#making.get(voice);
    if (known) return known;
    const stop = anyOf(this.#stopping.signal, ...(signal ? [signal] : []));
    const made = this.#order.then(() => this.#make(voice, stop)).finally(() => this.#making.delete(voice));
    this.#making.set(voice, made);
    this.#order = made.catch(() => undefined);
    return made;
  }

  /** Forgets statistics that cannot be used. */
  async discard(voice: KokoroVoice): Promise<void> {
    const file = await this.find(voice);
    this.#known.set(voice, Promise.resolve(undefined));
    if (file) await rm(dirname(file), { recursive: true, force: true });
  }

  /** Gives up what is being measured; what was not finished is measured anew. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('The voice is unloaded.'));
    await this.#order;
    this.#stopping = new AbortController();
  }

  async #look(voice: KokoroVoice): Promise<string | undefined> {
    const folder = await findPrepared(this.#store, await this.#recipe(voice));
    return folder && statisticsIn(folder);
  }

  async #make(voice: KokoroVoice, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    // What is there but damaged is made anew, once.
    for (let attempt = 0; attempt < 2; attempt++) {
      const file = statisticsIn(await ensurePrepared(this.#store, await this.#recipe(voice, signal), { signal }));
      this.#known.set(voice, Promise.resolve(file));
      if (await this.#thread.call<boolean>('check', file, { signal, priority: 'batch' })) return;
      await this.discard(voice);
    }
  }

  async #recipe(voice: KokoroVoice, signal?: AbortSignal) {
    const graphs = basename(await ensurePrepared(this.#store, kokoroSplitRecipe(artifactById('kokoro'))));
    return calibrationRecipe(voice, graphs, ({ text, speed }) => {
      const input: KokoroThreadInput = { text, voice, accent: resolveAccent('en', voice), speed, pauseMs: 0 };
      return this.#thread.call<Measured>('measure', input, { signal, priority: 'background' });
    });
  }
}
