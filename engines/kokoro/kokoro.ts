import { VoicebotError } from '../../domain/errors.ts';
import type { EngineRuntime } from '../runtime/options.ts';
import { ThreadHosted } from '../runtime/thread-hosted.ts';
import type { SpeakOptions, SpeechChunk, TextToSpeech } from '../types.ts';
import { splitClauses } from './clauses.ts';
import { normalise } from './normalise/normalise.ts';
import { type KokoroThreadData, type KokoroThreadInput, type KokoroThreadOutput, kokoroSampleRateHz } from './thread-types.ts';
import { resolveAccent, resolveVoice } from './voices.ts';

export interface KokoroOptions {
  readonly voice?: string;
  readonly language?: string;
  /** 0.5 to 2. */
  readonly speed?: number;
  readonly unfolded?: boolean;
}

/** The most text one request may speak. */
const maxCharacters = 5_000;

/** Kokoro-82M on ONNX Runtime: the live voice. */
export class Kokoro extends ThreadHosted implements TextToSpeech {
  readonly sampleRateHz = kokoroSampleRateHz;
  readonly #defaults: { readonly voice: string; readonly language: string; readonly speed: number };

  constructor(runtime: EngineRuntime, options: KokoroOptions = {}) {
    const { voice = 'default', language = 'en', speed = 1, unfolded = false } = options;
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
  }

  /**
   * @throws VoicebotError `invalid-text` for more than 5,000 characters or no words, `unsupported` for a voice or language
   * that is not there, `invalid-request` for a speed out of range.
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
    for (const clause of splitClauses(text)) {
      const input: KokoroThreadInput = { text: normalise(clause.text, accent), voice, accent, speed, pauseMs: clause.pauseMs };
      const { samples, processingMs } = await this.thread.call<KokoroThreadOutput>('synthesize', input, options);
      if (samples.length > 0) yield { text: clause.text, samples, sampleRateHz: kokoroSampleRateHz, processingMs };
    }
  }
}
