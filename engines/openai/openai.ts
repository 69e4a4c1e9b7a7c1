import OpenAI, { APIError } from 'openai';
import { cancelled, type VoicebotError } from '../../domain/errors.ts';
import type { AdapterFile, ChatMessage, JsonSchema, LanguageModel, ReplyOptions, Tool } from '../types.ts';
import { serverFailure } from './server-failure.ts';

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
  readonly device = 'remote';
  readonly loaded = true;
  readonly #client: OpenAI;
  readonly #options: OpenAiOptions;
  readonly #adapters = new Set<string>();

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
          // A server with adapters knows each by its name, as a model.
          model: options.adapter ?? this.#options.model,
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

  get adapters(): readonly string[] {
    return [...this.#adapters];
  }

  /** The tool that the model calls (Chat Completions, `tools`). */
  async chooseTool(
    messages: readonly ChatMessage[],
    tools: readonly Tool[],
    { signal, adapter }: ReplyOptions = {},
  ): Promise<string | undefined> {
    try {
      const completion = await this.#client.chat.completions.create(
        {
          model: adapter ?? this.#options.model,
          messages: [...messages],
          tools: tools.map(({ name, description }) => ({
            type: 'function' as const,
            function: { name, description, parameters: { type: 'object', properties: {} } },
          })),
          tool_choice: 'auto',
          max_tokens: 64,
          temperature: 0,
        },
        signal ? { signal } : {},
      );
      const call = completion.choices[0]?.message.tool_calls?.[0];
      const name = call?.type === 'function' ? call.function.name : undefined;
      return tools.find((tool) => tool.name === name)?.name;
    } catch (error) {
      throw signal?.aborted ? cancelled(signal) : this.#failure(error);
    }
  }

  /** An answer under a JSON Schema (Chat Completions, `response_format`). */
  async read(messages: readonly ChatMessage[], schema: JsonSchema, { signal, adapter }: ReplyOptions = {}): Promise<unknown> {
    try {
      const completion = await this.#client.chat.completions.create(
        {
          model: adapter ?? this.#options.model,
          messages: [...messages],
          response_format: { type: 'json_schema', json_schema: { name: 'reading', schema, strict: true } },
          max_tokens: 200,
          temperature: 0,
        },
        signal ? { signal } : {},
      );
      return parsed(completion.choices[0]?.message.content ?? '');
    } catch (error) {
      throw signal?.aborted ? cancelled(signal) : this.#failure(error);
    }
  }

  /** Tells the server to load an adapter (vLLM, with VLLM_ALLOW_RUNTIME_LORA_UPDATING). The path is one that the server reads. */
  async loadAdapter({ name, path }: AdapterFile): Promise<void> {
    if (this.#adapters.has(name)) return;
    try {
      await this.#client.post('/load_lora_adapter', { body: { lora_name: name, lora_path: path } });
    } catch (error) {
      // Another worker was first.
      const known = error instanceof APIError && error.status === 400 && /already/i.test(error.message);
      if (!known) throw this.#failure(error);
    }
    this.#adapters.add(name);
  }

  async unloadAdapter(name: string): Promise<void> {
    try {
      await this.#client.post('/unload_lora_adapter', { body: { lora_name: name } });
    } catch (error) {
      if (!(error instanceof APIError && error.status === 404)) throw this.#failure(error);
    }
    this.#adapters.delete(name);
  }

  #failure(error: unknown): VoicebotError {
    const { baseUrl } = this.#options;
    const settings = { refused: 'OPENAI_MODEL and OPENAI_API_KEY', away: 'OPENAI_BASE_URL' };
    return serverFailure(error, { what: 'The language model', baseUrl, settings });
  }
}

/** What is no JSON is no answer. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
