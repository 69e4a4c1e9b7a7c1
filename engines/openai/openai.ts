import OpenAI, { APIConnectionError, APIError } from 'openai';
import { cancelled, messageOf, VoicebotError } from '../../domain/errors.ts';
import type { ChatMessage, LanguageModel, ReplyOptions } from '../types.ts';

export interface OpenAiOptions {
  /** With its `/v1`: vLLM, Ollama, Mistral or any other OpenAI-compatible server. */
  readonly baseUrl: string;
  readonly apiKey?: string | undefined;
  readonly model: string;
  readonly maxTokens?: number;
  readonly temperature?: number;
}

/** The longest silence of the server before a request is given up. */
const timeoutMs = 30_000;

/** A language model behind an OpenAI-compatible chat endpoint. Nothing is held in memory, so load and unload have nothing to do. */
export class OpenAiModel implements LanguageModel {
  readonly name = 'openai';
  readonly loaded = true;
  readonly #client: OpenAI;
  readonly #options: OpenAiOptions;

  constructor(options: OpenAiOptions) {
    this.#options = options;
    // Retries belong to Temporal, which records them.
    this.#client = new OpenAI({ baseURL: options.baseUrl, apiKey: options.apiKey ?? 'none', maxRetries: 0, timeout: timeoutMs });
  }

  async load(): Promise<void> {}

  async unload(): Promise<void> {}

  /** @throws VoicebotError `engine-unavailable` (retryable) when the server does not answer, `engine-failed` when it refuses. */
  async *reply(messages: readonly ChatMessage[], options: ReplyOptions = {}): AsyncIterable<string> {
    const { signal } = options;
    if (signal?.aborted) throw cancelled(signal);
    try {
      const stream = await this.#client.chat.completions.create(
        {
          model: this.#options.model,
          messages: [...messages],
          stream: true,
          max_tokens: options.maxTokens ?? this.#options.maxTokens ?? 512,
          temperature: options.temperature ?? this.#options.temperature ?? 0.7,
          ...(options.seed === undefined ? {} : { seed: options.seed }),
        },
        signal ? { signal } : {},
      );
      for await (const event of stream) {
        const text = event.choices[0]?.delta.content;
        if (text) yield text;
      }
      if (signal?.aborted) throw cancelled(signal);
    } catch (error) {
      throw signal?.aborted ? cancelled(signal) : this.#failure(error);
    }
  }

  #failure(error: unknown): VoicebotError {
    if (error instanceof VoicebotError) return error;
    if (error instanceof APIError && !(error instanceof APIConnectionError)) {
      const status = error.status ?? 0;
      return new VoicebotError(
        'engine-failed',
        `The language model at ${this.#options.baseUrl} refused with status ${status}: ${error.message}`,
        {
          retryable: status === 429 || status >= 500,
          hint: 'Check OPENAI_MODEL and OPENAI_API_KEY.',
          cause: error,
        },
      );
    }
    return new VoicebotError(
      'engine-unavailable',
      `The language model at ${this.#options.baseUrl} does not answer: ${messageOf(error)}`,
      {
        retryable: true,
        hint: 'Check OPENAI_BASE_URL and that the server runs.',
        cause: error,
      },
    );
  }
}
