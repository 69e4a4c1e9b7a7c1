import { artifactById } from '../artifacts/manifest.ts';
import { kokoroSplitRecipe } from '../artifacts/prepare/kokoro-split.ts';
import { logMelRecipe } from '../artifacts/prepare/log-mel.ts';
import { minilmRecipe } from '../artifacts/prepare/minilm.ts';
import { ensurePrepared, type Recipe } from '../artifacts/prepare/prepared.ts';
import { whisperRecipe } from '../artifacts/prepare/whisper.ts';
import { ArtifactStore, type EnsureOptions } from '../artifacts/store.ts';
import type { Artifact } from '../artifacts/types.ts';
import { llmEngine, modelCacheDir } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { fromArtifactError } from '../engines/runtime/artifact-errors.ts';
import type { TaskQueue } from '../workflows/definitions.ts';

interface Needs {
  readonly artifacts: readonly Artifact[];
  readonly recipes: readonly Recipe[];
}

/** What the API hears callers with, and what the engine of each queue needs on disk under this configuration. */
function needsOf(queue: TaskQueue | 'api', config: Config): Needs {
  switch (queue) {
    case 'stt': {
      const whisper = artifactById(`whisper-${config.WHISPER_MODEL}`);
      const precision = config.WHISPER_PRECISION ?? (config.WHISPER_DEVICE === 'cuda' ? 'fp32' : 'int8');
      // The large model hears 128 mel bins, all others 80.
      const bins = config.WHISPER_MODEL === 'large' ? 128 : 80;
      return { artifacts: [whisper, artifactById('silero')], recipes: [whisperRecipe(whisper, precision), logMelRecipe(bins)] };
    }
    case 'api':
      return { artifacts: [artifactById('silero'), artifactById('smart-turn')], recipes: [logMelRecipe(80)] };
    case 'cache':
      return { artifacts: [artifactById('minilm')], recipes: [minilmRecipe(artifactById('minilm'))] };
    case 'llm':
      return {
        artifacts: llmEngine(config) === 'llama' && !config.MISTRAL_MODEL_PATH ? [artifactById(config.LLM_MODEL)] : [],
        recipes: [],
      };
    case 'tts':
      return {
        artifacts: [artifactById('kokoro'), artifactById('kokoro-voices')],
        recipes: [kokoroSplitRecipe(artifactById('kokoro'))],
      };
    case 'bank':
    case 'calls':
    case 'records':
    case 'telephony':
      return { artifacts: [], recipes: [] };
  }
}

/** Fetches and prepares what these queues need, so that the first caller does not wait for a download. */
export async function ensureModels(
  queues: readonly (TaskQueue | 'api')[],
  config: Config,
  options: EnsureOptions,
): Promise<void> {
  const store = new ArtifactStore(modelCacheDir(config));
  const needs = queues.map((queue) => needsOf(queue, config));
  await typed(async () => {
    for (const artifact of needs.flatMap((need) => need.artifacts)) await store.ensure(artifact, options);
    for (const recipe of needs.flatMap((need) => need.recipes)) await ensurePrepared(store, recipe, options);
  });
}

/** Path of the Temporal CLI, fetched if need be. */
export async function ensureTemporalCli(config: Config, options: EnsureOptions): Promise<string> {
  const store = new ArtifactStore(modelCacheDir(config));
  const [binary = ''] = await typed(() => store.ensure(artifactById('temporal-cli'), options));
  return binary;
}

async function typed<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw fromArtifactError(error);
  }
}
