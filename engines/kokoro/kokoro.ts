import { cancelled, VoicebotError } from '../../domain/errors.ts';
import type { EngineRuntime } from '../runtime/options.ts';
import { ThreadHosted } from '../runtime/thread-hosted.ts';
import type { Priority, RunOptions, SpeakOptions, SpeechChunk, TextToSpeech } from '../types.ts';
import { speedsInPieces } from './calibration.ts';
import { type Clause, splitClauses } from './clauses.ts';
import { normalise } from './normalise/normalise.ts';
import { firstPieceFrames, nextPieceFrames, PieceSpeed } from './piece-plan.ts';
import {
  type BeginInput,
  type KokoroThreadData,
  type KokoroThreadInput,
  type KokoroThreadOutput,
  kokoroSampleRateHz,
  type NoStatistics,
  type PieceOutput,
} from './thread-types.ts';
import { VoiceStatistics } from './voice-statistics.ts';
import { resolveAccent, resolveVoice } from './voices.ts';
import { WordShare } from './word-share.ts';

export interface KokoroOptions {
  readonly voice?: string;
  readonly language?: string;
  /** 0.5 to 2. */
  readonly speed?: number;
  readonly unfolded?: boolean;
  /** Calibrates each voice that is used, in the background; else only those that `prepare` is asked for. */
  readonly calibrate?: boolean;
  /** Is told why a calibration failed; it is tried again at the voice's next use. */
  readonly calibrationFailed?: (error: unknown) => void;
}

/** The most text one request may speak. */
const maxCharacters = 5_000;
/** A caller who has less than this to hear waits for the next piece. */
const urgentBelowMs = 400;

/** Kokoro-82M on ONNX Runtime: the live voice. Whoever waits hears it in pieces, once its statistics are there. */
export class Kokoro extends ThreadHosted implements TextToSpeech {
  readonly sampleRateHz = kokoroSampleRateHz;
  readonly #defaults: { readonly voice: string; readonly language: string; readonly speed: number };
  readonly #statistics: VoiceStatistics | undefined;
  readonly #calibrates: boolean;
  readonly #calibrationFailed: (error: unknown) => void;
  readonly #speed = new PieceSpeed();

  constructor(runtime: EngineRuntime, options: KokoroOptions = {}) {
    const { voice = 'default', language = 'en', speed = 1, unfolded = false, calibrate = false } = options;
    resolveAccent(language, resolveVoice(voice));
    const { cacheDir, threads } = runtime;
    const threadOptions: KokoroThreadData = { cacheDir, threads, unfolded };
    super({
      ...runtime,
      name: unfolded ? 'kokoro-unfolded' : 'kokoro',
      entry: new URL('./thread.ts', import.meta.url),
      options: threadOptions,
    });
    this.#defaults = { voice, language, speed };
    this.#calibrates = calibrate;
    this.#calibrationFailed = options.calibrationFailed ?? (() => {});
    this.#statistics = unfolded ? undefined : new VoiceStatistics(cacheDir, this.thread);
  }

  /** Calibrates the default voice, so that it can be spoken in pieces; at once where that was done before. */
  async prepare(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    await this.#statistics?.make(resolveVoice(this.#defaults.voice), options.signal);
  }

  /** The file of what was measured of a voice, if it was. */
  async statistics(voice: string): Promise<string | undefined> {
    return this.#statistics?.find(resolveVoice(voice));
  }

  override async unload(): Promise<void> {
    await this.#statistics?.stop();
    await super.unload();
  }

  /**
   * @throws VoicebotError `invalid-text` for more than 5,000 characters or nothing that can be spoken, `unsupported` for a voice or
   * language that is not there, `invalid-request` for a speed out of range.
   */
  async *speak(text: string, options: SpeakOptions = {}): AsyncIterable<SpeechChunk> {
    const voice = resolveVoice(options.voice ?? this.#defaults.voice);
    const accent = resolveAccent(this.#defaults.language, voice);
    const speed = options.speed ?? this.#defaults.speed;
    if (!(speed >= 0.5 && speed <= 2)) {
      throw new VoicebotError('invalid-request', `The speed ${speed} is out of range; 0.5 to 2 is possible.`);
    }
    if (text.length > maxCharacters) {
      throw new VoicebotError('invalid-text', `The text has ${text.length} characters; ${maxCharacters} can be spoken at once.`, {
        hint: 'Send it in parts.',
      });
    }
    if (!/[\p{L}\p{N}]/u.test(text)) throw new VoicebotError('invalid-text', 'The text has no words to speak.');
    let spoken = 0;
    for (const clause of splitClauses(text)) {
      const input: KokoroThreadInput = { text: normalise(clause.text, accent), voice, accent, speed, pauseMs: clause.pauseMs };
      for await (const chunk of this.#clause(clause, input, options)) {
        if (chunk.samples.length === 0) continue;
        spoken += chunk.samples.length;
        yield chunk;
        // A first piece may be all there is: who cancels hears so, however much was made already.
        if (options.signal?.aborted) throw cancelled(options.signal);
      }
    }
    if (spoken === 0) {
      throw new VoicebotError('invalid-text', 'The text has no words that this voice can speak.', {
        hint: 'Write it in English.',
      });
    }
  }

  async *#clause(clause: Clause, input: KokoroThreadInput, options: RunOptions): AsyncGenerator<SpeechChunk> {
    const { min, max } = speedsInPieces;
    const firstFrames = firstPieceFrames(this.#speed.msPerFrame);
    const somebodyWaits = options.priority !== 'batch' && options.priority !== 'background';
    const mayBePieces = somebodyWaits && input.speed >= min && input.speed <= max && firstFrames !== undefined;
    const statistics = mayBePieces ? await this.#statistics?.find(input.voice) : undefined;
    if (statistics !== undefined && firstFrames !== undefined) {
      const begin: BeginInput = { ...input, statistics, frames: firstFrames };
      const first = await this.thread.call<PieceOutput | NoStatistics>('begin', begin, options);
      if (!('unusable' in first)) return yield* this.#pieces(clause, first, options);
      await this.#statistics?.discard(input.voice);
    }
    if (mayBePieces && this.#calibrates) this.#statistics?.make(input.voice).catch(this.#calibrationFailed);
    const { samples, processingMs } = await this.thread.call<KokoroThreadOutput>('synthesize', input, options);
    yield { text: clause.text, samples, sampleRateHz: kokoroSampleRateHz, processingMs };
  }

  async *#pieces(clause: Clause, first: PieceOutput, options: RunOptions): AsyncGenerator<SpeechChunk> {
    const words = new WordShare(clause.text);
    const startedAt = performance.now();
    let piece = first;
    let samples = 0;
    try {
      for (;;) {
        this.#speed.measured(piece.frames, piece.generatorMs);
        samples += piece.samples.length;
        // Words wait for a piece that can be heard.
        const text = piece.samples.length === 0 && piece.share < 1 ? '' : words.upTo(piece.share);
        yield { text, samples: piece.samples, sampleRateHz: kokoroSampleRateHz, processingMs: piece.processingMs };
        if (piece.share === 1) return;
        const aheadMs = (samples / kokoroSampleRateHz) * 1000 - (performance.now() - startedAt);
        const priority: Priority = aheadMs < urgentBelowMs ? 'urgent' : 'caller';
        const frames = nextPieceFrames(aheadMs, this.#speed.msPerFrame);
        piece = await this.thread.call<PieceOutput>('more', { id: first.id, frames }, { signal: options.signal, priority });
      }
    } finally {
      if (piece.share < 1) void this.thread.call('drop', first.id).catch(() => undefined);
    }
  }
}
