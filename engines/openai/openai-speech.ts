import OpenAI from 'openai';
import { cancelled } from '../../domain/errors.ts';
import type { SpeakOptions, SpeechChunk, TextToSpeech } from '../types.ts';
import { serverFailure } from './server-failure.ts';

export interface OpenAiSpeechOptions {
  /** With its `/v1`: Kokoro-FastAPI, Dia-TTS-Server or any other that speaks OpenAI's speech API. */
  readonly baseUrl: string;
  readonly apiKey?: string | undefined;
  readonly model: string;
  readonly voice: string;
}

/** A sentence of a slow engine takes minutes until its first byte. */
const timeoutMs = 15 * 60_000;

/** Any voice behind `/v1/audio/speech`. Nothing is held in memory, so load and unload have nothing to do. */
export class OpenAiSpeech implements TextToSpeech {
  readonly name = 'remote';
  readonly device = 'remote';
  readonly loaded = true;
  /** Of the format `pcm`: 16 bits, mono. */
  readonly sampleRateHz = 24_000;
  readonly #client: OpenAI;
  readonly #options: OpenAiSpeechOptions;

  constructor(options: OpenAiSpeechOptions) {
    this.#options = options;
    // Retries belong to Temporal, which records them.
    this.#client = new OpenAI({ baseURL: options.baseUrl, apiKey: options.apiKey ?? 'none', maxRetries: 0, timeout: timeoutMs });
  }

  async load(): Promise<void> {}

  async unload(): Promise<void> {}

  /** @throws VoicebotError `engine-unavailable` (retryable) when the server does not answer, `engine-failed` when it refuses. */
  async *speak(text: string, { voice, speed, signal }: SpeakOptions = {}): AsyncIterable<SpeechChunk> {
    const { model, voice: ownVoice } = this.#options;
    if (signal?.aborted) throw cancelled(signal);
    let since = performance.now();
    let words = text;
    let rest: Uint8Array = new Uint8Array(0);
    try {
      const response = await this.#client.audio.speech.create(
        { model, input: text, voice: voice ?? ownVoice, response_format: 'pcm', ...(speed === undefined ? {} : { speed }) },
        signal ? { signal } : {},
      );
      for await (const bytes of (response.body ?? []) as AsyncIterable<Uint8Array>) {
        const all = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
        const whole = all.length - (all.length % 2);
        rest = all.subarray(whole);
        if (whole === 0) continue;
        // A copy: samples must begin at an even address.
        const samples = new Int16Array(new Uint8Array(all.subarray(0, whole)).buffer);
        yield { text: words, samples, sampleRateHz: this.sampleRateHz, processingMs: performance.now() - since };
        words = '';
        since = performance.now();
      }
      if (signal?.aborted) throw cancelled(signal);
    } catch (error) {
      throw signal?.aborted ? cancelled(signal) : this.#failure(error);
    }
  }

  #failure(error: unknown) {
    const { baseUrl } = this.#options;
    const settings = { refused: 'SPEECH_MODEL, SPEECH_VOICES and SPEECH_API_KEY', away: 'SPEECH_BASE_URL' };
    return serverFailure(error, { what: 'The speech server', baseUrl, settings });
  }
}
