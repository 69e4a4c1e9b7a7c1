import type { Example } from '../../domain/understanding/evidence.ts';
import type { Learnt } from '../../domain/understanding/learn.ts';
import type { EngineRuntime } from '../runtime/options.ts';
import { ThreadHosted } from '../runtime/thread-hosted.ts';
import type { RouterTrainer, RunOptions } from '../types.ts';

/** Teaches the router in a thread, because it takes seconds in which callers must be heard. */
export class ThreadedRouterTrainer extends ThreadHosted implements RouterTrainer {
  constructor(runtime: EngineRuntime) {
    super({ ...runtime, name: 'router', entry: new URL('./thread.ts', import.meta.url), options: {} });
  }

  learn(examples: readonly Example[], options?: RunOptions): Promise<Learnt> {
    return this.thread.call('learn', examples, options);
  }
}
