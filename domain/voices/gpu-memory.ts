import type { ControlEngineResult } from './contract.ts';
import type { VoiceEngine } from './engine.ts';

/** Less of the GPU than this left free is tight: longer texts need more than the model alone. */
const spareShare = 0.1;

const gb = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;

/** What should be known before an engine is loaded beside what is on the GPU of its worker; nothing where it is loaded, or where all is well. */
export function memoryWarning(
  { title, needs }: VoiceEngine,
  { state, resident, gpuMemory }: ControlEngineResult,
): string | undefined {
  if (state === 'ready' || state === 'loading') return undefined;
  if (resident !== null) return `${resident} is in the memory of this worker, and is unloaded first.`;
  if (gpuMemory === null || needs.gpuMemoryGb === undefined) return undefined;
  const { freeBytes, totalBytes } = gpuMemory;
  const left = freeBytes - needs.gpuMemoryGb * 1e9;
  const about = `${title} needs ${needs.gpuMemoryGb} GB, and ${gb(freeBytes)} of ${gb(totalBytes)} of its GPU are free`;
  if (left < 0) return `${about}: it is refused until what else is on the GPU is gone.`;
  if (left < spareShare * totalBytes) return `${about}: with long texts it may run out of memory.`;
  return undefined;
}
