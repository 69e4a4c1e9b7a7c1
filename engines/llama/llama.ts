import type {
  ChatHistoryItem,
  ChatWrapper,
  GbnfJsonObjectSchema,
  Llama as LlamaBinding,
  LlamaChatSession,
  LlamaContext,
  LlamaContextSequence,
  LlamaModel,
} from 'node-llama-cpp';
import { artifactById } from '../../artifacts/manifest.ts';
import { ArtifactStore } from '../../artifacts/store.ts';
import { anyOf } from '../../domain/deadline.ts';
import { cancelled, messageOf, VoicebotError } from '../../domain/errors.ts';
import { fromArtifactError } from '../runtime/artifact-errors.ts';
import { AsyncQueue } from '../runtime/async-queue.ts';
import type { EngineRuntime } from '../runtime/options.ts';
import type { AdapterFile, ChatMessage, JsonSchema, LanguageModel, ReplyOptions, Tool } from '../types.ts';

export interface LlamaOptions {
  /** A GGUF file … */
  readonly modelPath?: string | undefined;
  /** … or a model of the manifest by its id; the small embedded one when both are unset. */
  readonly artifact?: string | undefined;
  /** A GGUF LoRA adapter. */
  readonly loraPath?: string | undefined;
  readonly maxTokens?: number;
  readonly temperature?: number;
  /** Replies that may be generated at the same time; each has its own context in memory. */
  readonly parallel?: number;
}

/** Adapters that are ready at the same time; each has a context of its own beside the model's. */
const maxAdapters = 3;

/** Tokens of prompt and reply together. */
const contextTokens = 4096;

interface Loaded {
  readonly llama: LlamaBinding;
  readonly Session: typeof LlamaChatSession;
  readonly model: LlamaModel;
  /** The model as it is. */
  readonly base: Sequences;
  /** With an adapter, by its name; the one used last is the last. */
  readonly adapted: Map<string, Sequences>;
  /** The model's prompt format. Finding it out takes a quarter of a second of the event loop, so it is done once. */
  readonly chatWrapper: ChatWrapper;
}

/** A context and its sequences. */
interface Sequences {
  readonly context: LlamaContext;
  readonly size: number;
  /** Sequences not in use. Each still holds its last prompt, so the next one evaluates only what differs from it. */
  readonly free: LlamaContextSequence[];
  readonly waiting: Set<() => void>;
}

/** A GGUF model in this process, by llama.cpp; its work runs on native threads, never on the event loop. */
export class Llama implements LanguageModel {
  readonly name = 'llama';
  readonly #runtime: EngineRuntime;
  readonly #options: LlamaOptions;
  #loading: Promise<Loaded> | undefined;
  /** Once the model is in memory. */
  #loaded: Loaded | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #active = 0;
  readonly #loadingAdapters = new Map<string, Promise<void>>();

  constructor(runtime: EngineRuntime, options: LlamaOptions = {}) {
    this.#runtime = runtime;
    this.#options = options;
  }

  get device(): string {
    return this.#loaded?.llama.gpu || 'cpu';
  }

  get loaded(): boolean {
    return this.#loaded !== undefined;
  }

  async load(): Promise<void> {
    await this.#load();
  }

  async unload(): Promise<void> {
    clearTimeout(this.#idleTimer);
    const loading = this.#loading;
    this.#loading = undefined;
    this.#loaded = undefined;
    const loaded = await loading?.catch(() => undefined);
    for (const { context } of loaded ? [loaded.base, ...loaded.adapted.values()] : []) await context.dispose();
    await loaded?.model.dispose();
    await loaded?.llama.dispose();
  }

  /** @throws VoicebotError `engine-failed` when the model cannot be loaded or run, `cancelled`. */
  reply(messages: readonly ChatMessage[], options: ReplyOptions = {}): AsyncIterable<string> {
    return this.#answer(messages, options);
  }

  async *#answer(messages: readonly ChatMessage[], options: ReplyOptions, schema?: JsonSchema): AsyncIterable<string> {
    const { signal, priority = 'caller' } = options;
    if (signal?.aborted) throw cancelled(signal);
    const { gate } = this.#runtime;
    const waits = priority === 'batch' || priority === 'background';
    if (priority === 'background') await gate.backgroundMayStart(signal);
    else if (waits) await gate.batchMayStart(signal);
    else gate.started('caller');
    this.#active++;
    clearTimeout(this.#idleTimer);
    try {
      yield* this.#generate(messages, options, schema);
    } finally {
      this.#active--;
      if (!waits) gate.finished('caller');
      this.#startIdleTimer();
    }
  }

  async *#generate(
    messages: readonly ChatMessage[],
    options: ReplyOptions,
    schema: JsonSchema | undefined,
  ): AsyncIterable<string> {
    const loaded = await this.#load();
    const grammar = schema && (await loaded.llama.createGrammarForJsonSchema(schema as GbnfJsonObjectSchema));
    const last = messages.at(-1);
    if (last?.role !== 'user') throw new VoicebotError('invalid-request', 'The last message must be from the user.');
    const sequences = options.adapter === undefined ? loaded.base : adapted(loaded, options.adapter);
    const sequence = await takeSequence(sequences, options.signal);
    const session = new loaded.Session({
      contextSequence: sequence,
      autoDisposeSequence: false,
      chatWrapper: loaded.chatWrapper,
    });
    const pieces = new AsyncQueue<string>();
    const stop = new AbortController();
    const signal = options.signal ? anyOf(options.signal, stop.signal) : stop.signal;
    session.setChatHistory(messages.slice(0, -1).map(toHistoryItem));
    const done = session
      .prompt(last.content, {
        signal,
        stopOnAbortSignal: false,
        maxTokens: options.maxTokens ?? this.#options.maxTokens ?? 512,
        temperature: options.temperature ?? this.#options.temperature ?? 0.7,
        repeatPenalty: { penalty: 1.1, lastTokens: 64 },
        ...(options.seed === undefined ? {} : { seed: options.seed }),
        ...(grammar ? { grammar } : {}),
        onTextChunk: (text) => pieces.push(text),
      })
      .then(
        () => pieces.end(),
        (error) => pieces.fail(options.signal?.aborted ? cancelled(options.signal) : failed(error)),
      );
    try {
      yield* pieces;
    } finally {
      stop.abort();
      await done;
      session.dispose();
      sequences.free.push(sequence);
      for (const wake of sequences.waiting) wake();
    }
  }

  #load(): Promise<Loaded> {
    this.#loading ??= this.#open().then(
      (loaded) => {
        this.#loaded = loaded;
        return loaded;
      },
      (error) => {
        this.#loading = undefined;
        throw failed(fromArtifactError(error));
      },
    );
    return this.#loading;
  }

  async #open(): Promise<Loaded> {
    const { modelPath, artifact = 'smollm2', loraPath, parallel = 4 } = this.#options;
    const store = new ArtifactStore(this.#runtime.cacheDir);
    const file = modelPath ?? (await store.ensure(artifactById(artifact)))[0] ?? '';
    // Half a second of loading, which processes without a model of their own are spared.
    const { getLlama, LlamaChatSession, LlamaLogLevel, resolveChatWrapper } = await import('node-llama-cpp');
    const llama = await getLlama({
      build: 'never',
      skipDownload: true,
      logLevel: LlamaLogLevel.error,
      maxThreads: this.#runtime.threads,
    });
    const model = await llama.loadModel({ modelPath: file });
    const base = await this.#sequences(model, parallel, loraPath);
    return { llama, Session: LlamaChatSession, model, base, adapted: new Map(), chatWrapper: resolveChatWrapper(model) };
  }

  async #sequences(model: LlamaModel, size: number, loraPath: string | undefined): Promise<Sequences> {
    const context = await model.createContext({
      contextSize: Math.min(contextTokens, model.trainContextSize),
      sequences: size,
      threads: this.#runtime.threads,
      // The words of the next sentence can wait while the first is becoming speech.
      batching: { dispatchSchedule: (dispatch) => setImmediate(() => this.#runtime.gate.afterUrgent(dispatch)) },
      ...(loraPath ? { lora: { adapters: [{ filePath: loraPath }] } } : {}),
    });
    return { context, size, free: Array.from({ length: size }, () => context.getSequence()), waiting: new Set() };
  }

  get adapters(): readonly string[] {
    return [...(this.#loaded?.adapted.keys() ?? [])];
  }

  /**
   * Puts an adapter beside the model; replies under way go on. One that is not in use makes room where there are too many.
   * @throws VoicebotError `engine-failed` for a file that is no adapter of this model, `limit-reached`.
   */
  async loadAdapter({ name, path }: AdapterFile): Promise<void> {
    const loaded = await this.#load();
    if (loaded.adapted.has(name)) return;
    const loading = this.#loadingAdapters.get(name) ?? this.#addAdapter(loaded, name, path);
    this.#loadingAdapters.set(name, loading);
    try {
      await loading;
    } finally {
      this.#loadingAdapters.delete(name);
    }
  }

  async #addAdapter(loaded: Loaded, name: string, path: string): Promise<void> {
    if (loaded.adapted.size >= maxAdapters) {
      const idle = [...loaded.adapted].find(([, { free, size }]) => free.length === size);
      if (!idle)
        throw new VoicebotError('limit-reached', `${maxAdapters} adapters are in use, the most at a time.`, { retryable: true });
      await this.unloadAdapter(idle[0]);
    }
    try {
      loaded.adapted.set(name, await this.#sequences(loaded.model, loaded.base.size, path));
    } catch (cause) {
      throw new VoicebotError('engine-failed', `The adapter '${name}' cannot be loaded: ${messageOf(cause)}`, {
        hint: 'It must be a GGUF LoRA adapter of the model in use.',
        cause,
      });
    }
  }

  /** Frees an adapter. @throws VoicebotError `conflict` while it speaks. */
  async unloadAdapter(name: string): Promise<void> {
    const loaded = await this.#loading;
    const sequences = loaded?.adapted.get(name);
    if (!loaded || !sequences) return;
    if (sequences.free.length < sequences.size)
      throw new VoicebotError('conflict', `The adapter '${name}' is in use.`, { retryable: true });
    loaded.adapted.delete(name);
    await sequences.context.dispose();
  }

  /** Asks the model for the name of a tool; whatever else it says is no choice. */
  async chooseTool(
    messages: readonly ChatMessage[],
    tools: readonly Tool[],
    options: ReplyOptions = {},
  ): Promise<string | undefined> {
    const names = tools.map(({ name, description }) => `${name}: ${description}`).join('\n');
    const asked = messages.map((message, i) =>
      i === messages.length - 1
        ? { ...message, content: `${message.content}\n\nTools:\n${names}\nnone: none of these.\nAnswer with one name only.` }
        : message,
    );
    const answer = await whole(this.reply(asked, { ...options, maxTokens: 12, temperature: 0 }));
    const [said = ''] = /[a-z_]+/.exec(answer.toLowerCase()) ?? [];
    return tools.find(({ name }) => name === said)?.name;
  }

  /** Answers under a grammar that lets nothing else through than the schema. */
  async read(messages: readonly ChatMessage[], schema: JsonSchema, options: ReplyOptions = {}): Promise<unknown> {
    const answer = await whole(this.#answer(messages, { maxTokens: 160, ...options, temperature: 0 }, schema));
    try {
      return JSON.parse(answer);
    } catch {
      // It was cut off.
      return undefined;
    }
  }

  #startIdleTimer(): void {
    const { idleMs } = this.#runtime;
    if (idleMs > 0 && this.#active === 0) this.#idleTimer = setTimeout(() => void this.unload(), idleMs).unref();
  }
}

/** @throws VoicebotError `not-found` for an adapter that is not loaded. */
function adapted({ adapted: known }: Loaded, name: string): Sequences {
  const sequences = known.get(name);
  if (!sequences) throw new VoicebotError('not-found', `The adapter '${name}' is not loaded.`, { retryable: true });
  // Used last.
  known.delete(name);
  known.set(name, sequences);
  return sequences;
}

function toHistoryItem(message: ChatMessage): ChatHistoryItem {
  switch (message.role) {
    case 'system':
      return { type: 'system', text: message.content };
    case 'user':
      return { type: 'user', text: message.content };
    case 'assistant':
      return { type: 'model', response: [message.content] };
  }
}

function failed(error: unknown): VoicebotError {
  if (error instanceof VoicebotError) return error;
  return new VoicebotError('engine-failed', `The language model failed: ${messageOf(error)}`, {
    retryable: true,
    hint: 'Check MISTRAL_MODEL_PATH (a GGUF file) and the free memory.',
    cause: error,
  });
}

/** A free sequence, the one used last first; waits while all are in use. */
async function takeSequence({ free, waiting }: Sequences, signal: AbortSignal | undefined): Promise<LlamaContextSequence> {
  for (let sequence = free.pop(); ; sequence = free.pop()) {
    if (sequence) return sequence;
    await new Promise<void>((resolve) => {
      const wake = () => {
        waiting.delete(wake);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      waiting.add(wake);
      signal?.addEventListener('abort', wake, { once: true });
    });
    if (signal?.aborted) throw cancelled(signal);
  }
}

async function whole(pieces: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const piece of pieces) text += piece;
  return text;
}
