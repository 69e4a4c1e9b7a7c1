import { join } from 'node:path';
import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { artifactById } from '../../artifacts/manifest.ts';
import { logMelRecipe } from '../../artifacts/prepare/log-mel.ts';
import { ensurePrepared } from '../../artifacts/prepare/prepared.ts';
import { type WhisperPrecision, whisperRecipe } from '../../artifacts/prepare/whisper.ts';
import { ArtifactStore } from '../../artifacts/store.ts';
import type { TranscriptEnding } from '../../domain/endpointing/transcript-ending.ts';
import { type Device, openSession } from '../runtime/onnx.ts';
import { serve, type ThreadContext, threadOptions } from '../runtime/serve.ts';
import { type Decoded, WhisperDecoder } from './decoder.ts';
import { type WhisperModel, whisperSampleRateHz, windowSeconds } from './models.ts';
import { isDoubled } from './repetition.ts';
import { WhisperTokens } from './tokens.ts';
import { splitIntoWindows } from './windows.ts';

export interface WhisperThreadData {
  readonly cacheDir: string;
  readonly threads: number;
  readonly model: WhisperModel;
  readonly device: Device;
  readonly precision: WhisperPrecision;
}

export interface WhisperThreadInput {
  readonly samples: Float32Array;
  readonly language: string;
}

export interface WhisperThreadOutput {
  readonly text: string;
  readonly language: string;
  readonly meanLogProbability: number;
  readonly lowConfidence: boolean;
  readonly processingMs: number;
  readonly ending?: TranscriptEnding | undefined;
}

/** Silence after the speech: with 2 s the short window was stable, with less the model sometimes repeated itself. */
const paddingSeconds = 2;

/** Below this mean log probability a transcript is doubtful (the rule of Whisper's own transcriber). */
const minMeanLogProbability = -1;

interface Loaded {
  readonly mel: InferenceSession;
  readonly encoder: InferenceSession;
  readonly decoder: WhisperDecoder;
}

let loading: Promise<Loaded> | undefined;

async function load(): Promise<Loaded> {
  const { cacheDir, threads, model, device, precision } = threadOptions<WhisperThreadData>();
  const store = new ArtifactStore(cacheDir);
  const artifact = artifactById(`whisper-${model}`);
  const folder = await ensurePrepared(store, whisperRecipe(artifact, precision));
  const [, tokenizer = '', config = ''] = await store.ensure(artifact);
  const encoder = await openSession(join(folder, 'encoder.onnx'), threads, device);
  const input = encoder.inputMetadata[0];
  const bins = input?.isTensor ? Number(input.shape[1]) : 80;
  const mel = await openSession(join(await ensurePrepared(store, logMelRecipe(bins)), 'log-mel.onnx'), threads);
  const decoder = new WhisperDecoder(
    await openSession(join(folder, 'decoder.onnx'), threads, device),
    new WhisperTokens(tokenizer, config),
  );
  return { mel, encoder, decoder };
}

const loaded = () => {
  loading ??= load().catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
};

/** Encodes `samples` followed by silence up to `lengthSeconds` and decodes them. */
async function runWindow(
  samples: Float32Array,
  lengthSeconds: number,
  language: string,
  context: ThreadContext,
): Promise<Decoded> {
  const { mel, encoder, decoder } = await loaded();
  const frames = Math.min(3000, Math.ceil(lengthSeconds * 50) * 2);
  const padded = new Float32Array(frames * 160);
  padded.set(samples);
  const spectrum = await mel.run({ samples: new Tensor('float32', padded, [1, 1, padded.length]) });
  context.checkCancelled();
  const cross = (await encoder.run({ mel: spectrum.mel as Tensor })) as Record<string, Tensor>;
  return decoder.decode(cross, language, samples.length / whisperSampleRateHz, context);
}

/** Silence of the second try: with it the model does not repeat what was said once, and it costs far less than the full window. */
const secondPaddingSeconds = 8;

/** A sentence that was only said once more is as sure as the model was of it. */
const minRepeatedLogProbability = -0.3;

const doubtful = (decoded: Decoded) =>
  (decoded.repeats && !(decoded.saidTwice && decoded.meanLogProbability > minRepeatedLogProbability)) ||
  decoded.meanLogProbability < minMeanLogProbability;

/** The short window first; a longer one, then the full one, while the text is doubtful or the same twice. */
async function transcribeWindow(samples: Float32Array, language: string, context: ThreadContext): Promise<Decoded> {
  const seconds = samples.length / whisperSampleRateHz;
  const short = await runWindow(samples, seconds + paddingSeconds, language, context);
  if (!doubtful(short) && !isDoubled(short.text)) return short;
  const longer = await runWindow(samples, seconds + secondPaddingSeconds, language, context);
  // People do say "no, no"; then it is heard twice again.
  if (!doubtful(longer) && (isDoubled(short.text) || !isDoubled(longer.text))) return longer;
  const full = await runWindow(samples, windowSeconds, language, context);
  if (short.repeats !== full.repeats) return short.repeats ? full : short;
  return full.meanLogProbability >= short.meanLogProbability ? full : short;
}

serve({
  async load() {
    await loaded();
    return { output: undefined };
  },
  async transcribe({ samples, language }: WhisperThreadInput, context) {
    await loaded();
    const started = performance.now();
    const parts: Decoded[] = [];
    let spoken = language;
    for (const piece of splitIntoWindows(samples)) {
      const part = await transcribeWindow(piece, spoken, context);
      spoken = part.language;
      parts.push(part);
    }
    const output: WhisperThreadOutput = {
      text: parts
        .map((part) => part.text)
        .filter(Boolean)
        .join(' '),
      language: spoken,
      meanLogProbability: Math.min(...parts.map((part) => part.meanLogProbability)),
      lowConfidence: parts.some(doubtful),
      processingMs: performance.now() - started,
      ending: parts.at(-1)?.ending,
    };
    return { output };
  },
});
