import type { WhisperPrecision } from '../../artifacts/prepare/whisper.ts';
import type { Device } from '../runtime/onnx.ts';
import type { EngineRuntime } from '../runtime/options.ts';
import { ThreadHosted } from '../runtime/thread-hosted.ts';
import type { RunOptions, Samples16k, SpeechToText, Transcript } from '../types.ts';
import { type WhisperModel, whisperSampleRateHz } from './models.ts';
import type { WhisperThreadData, WhisperThreadInput, WhisperThreadOutput } from './thread.ts';

export interface WhisperOptions {
  readonly model: WhisperModel;
  readonly device?: Device;
  /** int8 on cpu and fp32 on cuda when unset. */
  readonly precision?: WhisperPrecision | undefined;
  /** ISO 639-1 code or `auto`. */
  readonly language?: string;
}

/** Whisper on ONNX Runtime, with a window as long as the speech instead of 30 s. */
export class Whisper extends ThreadHosted implements SpeechToText {
  readonly device: Device;
  readonly #language: string;

  constructor(runtime: EngineRuntime, options: WhisperOptions) {
    const { model, device = 'cpu', precision = device === 'cuda' ? 'fp32' : 'int8' } = options;
    const { cacheDir, threads } = runtime;
    const threadOptions: WhisperThreadData = { cacheDir, threads, model, device, precision };
    super({
      ...runtime,
      name: `whisper-${model}-${precision}`,
      entry: new URL('./thread.ts', import.meta.url),
      options: threadOptions,
    });
    this.device = device;
    this.#language = options.language ?? 'en';
  }

  async transcribe(samples: Samples16k, options: RunOptions & { language?: string | undefined } = {}): Promise<Transcript> {
    const audioMs = (samples.length / whisperSampleRateHz) * 1000;
    const language = options.language ?? this.#language;
    if (samples.length === 0) {
      return { text: '', language, audioMs, processingMs: 0, meanLogProbability: 0, lowConfidence: false };
    }
    // The thread takes the buffer over, so it gets a copy: the caller may still want its own.
    const copy = samples.slice();
    const input: WhisperThreadInput = { samples: copy, language };
    const output = await this.thread.call<WhisperThreadOutput>('transcribe', input, options, [copy.buffer as ArrayBuffer]);
    return { ...output, audioMs };
  }
}
