import { InferenceSession, type Tensor } from 'onnxruntime-node';
import { VoicebotError } from '../../domain/errors.ts';

export type Device = 'cpu' | 'cuda';

/** Opens a prepared graph; its weights lie beside it and are mapped, not copied. */
export async function openSession(file: string, threads: number, device: Device = 'cpu'): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(file, {
      executionProviders: device === 'cuda' ? ['cuda', 'cpu'] : ['cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
      // Threads that spin for the next operator take the core from the other engines.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    });
  } catch (error) {
    if (device !== 'cuda') throw error;
    throw new VoicebotError('engine-unavailable', `onnxruntime could not open the CUDA device: ${(error as Error).message}`, {
      hint: 'CUDA needs an NVIDIA driver, CUDA 12 with cuDNN 9, and `npm rebuild onnxruntime-node --ignore-scripts=false` to fetch its CUDA build; else set WHISPER_DEVICE=cpu.',
      cause: error,
    });
  }
}

/** The floats of one output. */
export function floatsOf(results: Readonly<Record<string, Tensor>>, name: string): Float32Array {
  const data = results[name]?.data;
  if (data instanceof Float32Array) return data;
  throw new VoicebotError('engine-failed', `The model gave no output named '${name}'.`);
}
