import type { Engine } from '../types.ts';
import { ThreadedEngine, type ThreadOptions } from './threaded-engine.ts';

/** An engine whose model lives in a thread of its own: what all of them share. */
export abstract class ThreadHosted implements Engine {
  readonly name: string;
  protected readonly thread: ThreadedEngine;

  protected constructor(options: ThreadOptions) {
    this.name = options.name;
    this.thread = new ThreadedEngine(options);
  }

  get loaded(): boolean {
    return this.thread.loaded;
  }

  load(): Promise<void> {
    return this.thread.call('load', undefined);
  }

  unload(): Promise<void> {
    return this.thread.unload();
  }
}
