import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { artifactById } from '../../artifacts/manifest.ts';
import { ArtifactStore } from '../../artifacts/store.ts';
import { floatsOf, openSession } from '../runtime/onnx.ts';
import { serve, threadOptions } from '../runtime/serve.ts';
import { frameSamples } from './segments.ts';

export interface SileroThreadData {
  readonly cacheDir: string;
}

/** Samples of the frame before that the model sees again. */
const contextSamples = 64;

let loading: Promise<InferenceSession> | undefined;

const loaded = () => {
  loading ??= (async () => {
    const store = new ArtifactStore(threadOptions<SileroThreadData>().cacheDir);
    return openSession((await store.ensure(artifactById('silero')))[0] ?? '', 1);
  })().catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
};

serve({
  async load() {
    await loaded();
    return { output: undefined };
  },
  /** Samples at 16 kHz → the probability of speech in each frame of 512; the last one is padded with silence. */
  async probabilities(samples: Float32Array, context) {
    const session = await loaded();
    const frames = Math.ceil(samples.length / frameSamples);
    const output = new Float32Array(frames);
    const rate = new Tensor('int64', BigInt64Array.of(16_000n), []);
    let state: Tensor = new Tensor('float32', new Float32Array(2 * 128), [2, 1, 128]);
    const input = new Float32Array(contextSamples + frameSamples);
    for (let frame = 0; frame < frames; frame++) {
      if (frame % 32 === 0) context.checkCancelled();
      input.copyWithin(0, frameSamples);
      input.fill(0, contextSamples);
      input.set(samples.subarray(frame * frameSamples, (frame + 1) * frameSamples), contextSamples);
      const results = await session.run({ input: new Tensor('float32', input, [1, input.length]), state, sr: rate });
      output[frame] = floatsOf(results, 'output')[0] as number;
      state = results.stateN as Tensor;
    }
    return { output, transfer: [output.buffer] };
  },
});
