import { artifactById } from '../../artifacts/manifest.ts';
import { ArtifactStore } from '../../artifacts/store.ts';
import { terminalProgress } from '../../cli/progress.ts';
import { loadConfig, modelCacheDir } from '../../config/load.ts';
import { ensureModels, ensureTemporalCli } from '../../services/models.ts';
import { allQueues } from '../../services/workers.ts';

/** Fetches and prepares what the tests need, once, with progress: the first run on a machine downloads about 600 MB. */
export default async function setup(): Promise<void> {
  const config = loadConfig({ ...process.env, WHISPER_MODEL: 'base' });
  const listener = terminalProgress();
  await ensureTemporalCli(config, { listener });
  await ensureModels(allQueues, config, { listener });
  await new ArtifactStore(modelCacheDir(config)).ensure(artifactById('whisper-tiny.en'), { listener });
  listener.stop();
}
