import type { ControlEngineInput, ControlEngineResult } from '../domain/voices/contract.ts';
import type { Engine } from '../engines/types.ts';
import { runActivity } from './run-activity.ts';

export interface VoiceControlActivities {
  /** Says how the engine of this worker is; loads or unloads it before, where that is asked for. */
  controlEngine(input: ControlEngineInput): Promise<ControlEngineResult>;
}

export function createVoiceControl(voice: Engine): VoiceControlActivities {
  let loading = false;
  const load = async () => {
    loading = true;
    await voice.load().finally(() => {
      loading = false;
    });
  };
  return {
    controlEngine: ({ engine, wish }) =>
      runActivity(async () => {
        if (wish === 'load') await load();
        if (wish === 'unload') await voice.unload();
        const state: ControlEngineResult['state'] = loading ? 'loading' : voice.loaded ? 'ready' : 'unloaded';
        return { engine, state, why: null, resident: voice.loaded ? engine : null, gpuMemory: null };
      }),
  };
}
