import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { artifactById } from '../../artifacts/manifest.ts';
import { ArtifactStore } from '../../artifacts/store.ts';
import { floatsOf, openSession } from '../runtime/onnx.ts';
import { serve, threadOptions } from '../runtime/serve.ts';
import { frameSamples } from './segments.ts';

export interface SileroThreadData {
  readonly cacheDir: string;
}

export interface SileroFrame {
  readonly follower: number;
  readonly samples: Float32Array;
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

/** What the model remembers of one stream of frames. */
interface Memory {
  state: Tensor;
  readonly input: Float32Array;
}

const rate = new Tensor('int64', BigInt64Array.of(16_000n), []);
const followers = new Map<number, Memory>();
const freshMemory = (): Memory => ({
  state: new Tensor('float32', new Float32Array(2 * 128), [2, 1, 128]),
  input: new Float32Array(contextSamples + frameSamples),
});

/** The probability of speech in one frame; a short one is filled with silence. */
async function listen(session: InferenceSession, memory: Memory, frame: Float32Array): Promise<number> {
  const { input } = memory;
  input.copyWithin(0, frameSamples);
  input.fill(0, contextSamples);
  input.set(frame, contextSamples);
  const results = await session.run({ input: new Tensor('float32', input, [1, input.length]), state: memory.state, sr: rate });
  memory.state = results.stateN as Tensor;
  return floatsOf(results, 'output')[0] as number;
}

serve({
  async load() {
    await loaded();
    return { output: undefined };
  },
  /** Samples at 16 kHz → the probability of speech in each frame of 512. */
  async probabilities(samples: Float32Array, context) {
    const session = await loaded();
    const output = new Float32Array(Math.ceil(samples.length / frameSamples));
    const memory = freshMemory();
    for (let frame = 0; frame < output.length; frame++) {
      if (frame % 32 === 0) context.checkCancelled();
      output[frame] = await listen(session, memory, samples.subarray(frame * frameSamples, (frame + 1) * frameSamples));
    }
    return { output, transfer: [output.buffer] };
  },
  /** One frame of a caller who is followed. */
  async frame({ follower, samples }: SileroFrame) {
    const session = await loaded();
    const memory = followers.get(follower) ?? freshMemory();
    followers.set(follower, memory);
    return { output: await listen(session, memory, samples) };
  },
  async forget(follower: number) {
    followers.delete(follower);
    return { output: undefined };
  },
});
