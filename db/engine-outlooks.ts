import type { EngineOutlook, VoiceCatalogue, VoiceEngine, VoiceEngineId } from '../domain/voices/engine.ts';
import type { Database } from './open.ts';
import { measuredPaces } from './renderings.ts';

/** Which engines have workers, and how fast they were. @param workersOf how many ask for tasks of a queue; none where that is not known. */
export async function engineOutlooks(
  db: Database,
  catalogue: VoiceCatalogue,
  workersOf: (taskQueue: string) => Promise<number>,
): Promise<(engine: VoiceEngine) => EngineOutlook> {
  const [paces, workers] = await Promise.all([
    measuredPaces(db),
    Promise.all(catalogue.map(({ taskQueue }) => workersOf(taskQueue).catch(() => 0))),
  ]);
  const known = new Map<VoiceEngineId, EngineOutlook>(
    catalogue.map(({ id }, i) => [id, { available: (workers[i] ?? 0) > 0, pace: paces.get(id) }]),
  );
  return ({ id }) => known.get(id) ?? { available: false };
}
