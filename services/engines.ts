import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { concurrencyOf, fixedRoles, llmEngine, modelCacheDir, modelName } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { Kokoro } from '../engines/kokoro/kokoro.ts';
import { Llama } from '../engines/llama/llama.ts';
import { Mastering } from '../engines/mastering/mastering.ts';
import { Minilm } from '../engines/minilm/minilm.ts';
import { OpenAiModel } from '../engines/openai/openai.ts';
import { ModelRoles } from '../engines/probe/model-roles.ts';
import { ThreadedRouterTrainer } from '../engines/router/router-trainer.ts';
import type { EngineRuntime } from '../engines/runtime/options.ts';
import { WorkGate } from '../engines/runtime/work-gate.ts';
import { Silero } from '../engines/silero/silero.ts';
import { SmartTurn } from '../engines/smart-turn/smart-turn.ts';
import type {
  Embedder,
  Engine,
  LanguageModel,
  RouterTrainer,
  SpeechToText,
  TextToSpeech,
  TurnDetector,
  VoiceActivityDetector,
} from '../engines/types.ts';
import { Whisper } from '../engines/whisper/whisper.ts';
import type { TaskQueue } from '../workflows/definitions.ts';

/** A queue's workers, or the API. */
export type ServicePart = TaskQueue | 'api';

export interface Engines {
  readonly stt: SpeechToText;
  readonly vad: VoiceActivityDetector;
  readonly llm: LanguageModel;
  /** What the language model may do. */
  readonly llmRoles: ModelRoles;
  readonly tts: TextToSpeech;
  readonly embedder: Embedder;
  readonly routerTrainer: RouterTrainer;
  readonly mastering: Pick<Mastering, 'master'>;
  /** What the API hears callers with; threads of their own, because every frame counts. */
  readonly ears: { readonly vad: VoiceActivityDetector; readonly turns: TurnDetector };
  /** What the voice sounds like: speech that was made with other settings is another one's. */
  readonly voiceKey: string;
  /** A caller is on a line of this process until the returned function is called: nothing is made ahead meanwhile. */
  readonly lineOpened: () => () => void;
  /** Loads what these parts of the product need, so that no caller waits for it. @returns for each part when it is loaded. */
  warm(parts: readonly ServicePart[]): ReadonlyMap<ServicePart, Promise<void>>;
  unloadAll(): Promise<void>;
}

/** More threads than this gain nothing for models of this size. */
const maxThreads = 8;

/** The engines that the configuration selects. None is loaded yet: each loads when it is first used. */
export function createEngines(config: Config): Engines {
  const runtime: EngineRuntime = {
    cacheDir: modelCacheDir(config),
    threads: config.ENGINE_THREADS ?? Math.min(maxThreads, availableParallelism()),
    idleMs: config.ENGINE_IDLE_SECONDS * 1000,
    gate: new WorkGate(),
  };
  const stt = new Whisper(runtime, {
    model: config.WHISPER_MODEL,
    device: config.WHISPER_DEVICE,
    precision: config.WHISPER_PRECISION,
    language: config.WHISPER_LANGUAGE,
  });
  const vad = new Silero(runtime);
  const tts = new Kokoro(runtime, {
    voice: config.KOKORO_VOICE,
    language: config.KOKORO_LANGUAGE,
    speed: config.KOKORO_SPEED,
    calibrate: true,
  });
  const embedder = new Minilm(runtime);
  const routerTrainer = new ThreadedRouterTrainer(runtime);
  const mastering = new Mastering(runtime);
  const llm = createLanguageModel(config, runtime);
  const llmRoles = createModelRoles(config, llm);
  const ears = { vad: new Silero(runtime), turns: new SmartTurn(runtime) };
  const all: Engine[] = [stt, vad, tts, embedder, routerTrainer, mastering, llm, ears.vad, ears.turns];
  return {
    stt,
    vad,
    llm,
    llmRoles,
    tts,
    embedder,
    routerTrainer,
    mastering,
    ears,
    voiceKey: [tts.name, config.KOKORO_VOICE, config.KOKORO_LANGUAGE, config.KOKORO_SPEED].join(' '),
    lineOpened: () => runtime.gate.lineOpened(),
    warm: (parts) => {
      const needed: Partial<Record<ServicePart, readonly Engine[]>> = {
        stt: [stt, vad],
        cache: [embedder],
        llm: [llm],
        tts: [tts],
        api: [ears.vad, ears.turns],
      };
      // One after the other: loading is work for all cores.
      let last: Promise<unknown> = Promise.resolve();
      return new Map(
        parts.map((part) => {
          const loading = last.then(async () => {
            for (const engine of needed[part] ?? []) await engine.load();
          });
          last = loading.catch(() => undefined);
          return [part, loading];
        }),
      );
    },
    unloadAll: async () => void (await Promise.allSettled(all.map((engine) => engine.unload()))),
  };
}

function createLanguageModel(config: Config, runtime: EngineRuntime): LanguageModel {
  const limits = { maxTokens: config.MISTRAL_MAX_TOKENS, temperature: temperatureOf(config) };
  if (llmEngine(config) === 'openai') {
    return new OpenAiModel({
      baseUrl: config.OPENAI_BASE_URL ?? '',
      apiKey: config.OPENAI_API_KEY,
      model: config.OPENAI_MODEL,
      ...limits,
    });
  }
  const { llm: parallel } = concurrencyOf(config);
  const { MISTRAL_MODEL_PATH: modelPath, LLM_MODEL: artifact, MISTRAL_LORA_PATH: loraPath } = config;
  return new Llama(runtime, { modelPath, artifact, loraPath, parallel, ...limits });
}

/** What a model has shown is kept beside the models; other weights have another name. */
export function createModelRoles(config: Config, model: LanguageModel): ModelRoles {
  const { OPENAI_BASE_URL: server = '', MISTRAL_LORA_PATH: lora = '' } = config;
  const path = llmEngine(config) === 'openai' ? server : (config.MISTRAL_MODEL_PATH ?? '');
  return new ModelRoles({
    model,
    identity: [llmEngine(config), modelName(config), path, lora].join(' ').trim(),
    bankName: config.BANK_NAME,
    folder: join(modelCacheDir(config), 'probes'),
    fixed: fixedRoles(config),
  });
}

/** The small embedded model rambles at the temperature that suits larger ones. */
export function temperatureOf(config: Config): number {
  const embedded = llmEngine(config) === 'llama' && !config.MISTRAL_MODEL_PATH && config.LLM_MODEL === 'smollm2';
  return config.MISTRAL_TEMPERATURE ?? (embedded ? 0.2 : 0.7);
}
