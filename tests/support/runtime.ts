import { loadConfig, modelCacheDir } from '../../config/load.ts';
import type { EngineRuntime } from '../../engines/runtime/options.ts';
import { WorkGate } from '../../engines/runtime/work-gate.ts';

/** The models of this machine, two threads. */
export function testRuntime(overrides: Partial<EngineRuntime> = {}): EngineRuntime {
  return { cacheDir: modelCacheDir(loadConfig()), threads: 2, idleMs: 0, gate: new WorkGate(), ...overrides };
}
