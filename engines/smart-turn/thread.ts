import { join } from 'node:path';
import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { artifactById } from '../../artifacts/manifest.ts';
import { logMelRecipe } from '../../artifacts/prepare/log-mel.ts';
import { ensurePrepared } from '../../artifacts/prepare/prepared.ts';
import { ArtifactStore } from '../../artifacts/store.ts';
import { floatsOf, openSession } from '../runtime/onnx.ts';
import { serve, threadOptions } from '../runtime/serve.ts';
import { type SmartTurnThreadData, windowSamples } from './thread-types.ts';

const melBins = 80;

interface Loaded {
  readonly mel: InferenceSession;
  readonly model: InferenceSession;
}

let loading: Promise<Loaded> | undefined;

const loaded = () => {
  loading ??= (async () => {
    const store = new ArtifactStore(threadOptions<SmartTurnThreadData>().cacheDir);
    const [file = ''] = await store.ensure(artifactById('smart-turn'));
    // One thread each: the transcription of the same pause has the other core.
    const mel = await openSession(join(await ensurePrepared(store, logMelRecipe(melBins)), 'log-mel.onnx'), 1);
    return { mel, model: await openSession(file, 1) };
  })().catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
};

/** The window as the model was trained on it: silence before the speech, zero mean, unit variance. */
export function normalised(samples: Float32Array): Float32Array {
  const window = new Float32Array(windowSamples);
  window.set(samples, windowSamples - samples.length);
  let sum = 0;
  for (const sample of window) sum += sample;
  const mean = sum / windowSamples;
  let squares = 0;
  for (const sample of window) squares += (sample - mean) ** 2;
  const scale = 1 / Math.sqrt(squares / windowSamples + 1e-7);
  for (let i = 0; i < windowSamples; i++) window[i] = ((window[i] as number) - mean) * scale;
  return window;
}

serve({
  async load() {
    await loaded();
    return { output: undefined };
  },
  async finished(samples: Float32Array, context) {
    const { mel, model } = await loaded();
    const window = normalised(samples);
    const spectrum = await mel.run({ samples: new Tensor('float32', window, [1, 1, window.length]) });
    context.checkCancelled();
    const results = await model.run({ input_features: spectrum.mel as Tensor });
    return { output: floatsOf(results, model.outputNames[0] ?? '')[0] as number };
  },
});
