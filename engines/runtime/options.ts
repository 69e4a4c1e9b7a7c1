import type { WorkGate } from './work-gate.ts';

/** What every engine in a thread is given. */
export interface EngineRuntime {
  /** Folder of models, fetched and prepared there on first use. */
  readonly cacheDir: string;
  /** CPU threads of one inference. */
  readonly threads: number;
  readonly idleMs: number;
  readonly gate: WorkGate;
}
