import type {
  ChatHistoryItem,
  ChatWrapper,
  Llama as LlamaBinding,
  LlamaChatSession,
  LlamaContext,
  LlamaContextSequence,
  LlamaModel,
} from 'node-llama-cpp';
import { artifactById } from '../../artifacts/manifest.ts';
import { ArtifactStore } from '../../artifacts/store.ts';
import { cancelled, messageOf, VoicebotError } from '../../domain/errors.ts';
import { fromArtifactError } from '../runtime/artifact-errors.ts';
import { AsyncQueue } from '../runtime/async-queue.ts';
import type { EngineRuntime } from '../runtime/options.ts';
import type { ChatMessage, LanguageModel, ReplyOptions } from '../types.ts';

export interface LlamaOptions {
  /** A GGUF file; the small embedded model when unset. */
  readonly modelPath?: string | undefined;
  /** A GGUF LoRA adapter. */
  readonly loraPath?: string | undefined;
  readonly maxTokens?: number;
  readonly temperature?: number;
  /** Replies that may be generated at the same time; each has its own context in memory. */
  readonly parallel?: number;
}

/** Tokens of prompt and reply together. */
const contextTokens = 4096;

interface Loaded {
  readonly llama: LlamaBinding;
  readonly Session: typeof LlamaChatSession;
  readonly model: LlamaModel;
  readonly context: LlamaContext;
  /** The model's prompt format. Finding it out takes a quarter of a second of the event loop, so it is done once. */
  readonly chatWrapper: ChatWrapper;
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
  #ready = false;
  #idleTimer: NodeJS.Timeout | undefined;
  #active = 0;

  constructor(runtime: EngineRuntime, options: LlamaOptions = {}) {
    this.#runtime = runtime;
    this.#options = options;
  }

  get loaded(): boolean {
    return this.#ready;
  }

  async load(): Promise<void> {
    await this.#load();
  }

  async unload(): Promise<void> {
    clearTimeout(this.#idleTimer);
    const loading = this.#loading;
    this.#loading = undefined;
    this.#ready = false;
    const loaded = await loading?.catch(() => undefined);
    await loaded?.context.dispose();
    await loaded?.model.dispose();
    await loaded?.llama.dispose();
  }

  /** @throws VoicebotError `engine-failed` when the model cannot be loaded or run, `cancelled`. */
  async *reply(messages: readonly ChatMessage[], options: ReplyOptions = {}): AsyncIterable<string> {
    const { signal, priority = 'caller' } = options;
    if (signal?.aborted) throw cancelled(signal);
    const { gate } = this.#runtime;
    if (priority === 'batch') await gate.batchMayStart(signal);
    else gate.started('caller');
    this.#active++;
    clearTimeout(this.#idleTimer);
    try {
      yield* this.#generate(messages, options);
    } finally {
      this.#active--;
      if (priority !== 'batch') gate.finished('caller');
      this.#startIdleTimer();
    }
  }

  async *#generate(messages: readonly ChatMessage[], options: ReplyOptions): AsyncIterable<string> {
    const loaded = await this.#load();
    const last = messages.at(-1);
    if (last?.role !== 'user') throw new VoicebotError('invalid-request', 'The last message must be from the user.');
    const sequence = await takeSequence(loaded, options.signal);
    const session = new loaded.Session({
      contextSequence: sequence,
      autoDisposeSequence: false,
      chatWrapper: loaded.chatWrapper,
    });
    const pieces = new AsyncQueue<string>();
    const stop = new AbortController();
    const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
    session.setChatHistory(messages.slice(0, -1).map(toHistoryItem));
    const done = session
      .prompt(last.content, {
        signal,
        stopOnAbortSignal: false,
        maxTokens: options.maxTokens ?? this.#options.maxTokens ?? 512,
        temperature: options.temperature ?? this.#options.temperature ?? 0.7,
        repeatPenalty: { penalty: 1.1, lastTokens: 64 },
        ...(options.seed === undefined ? {} : { seed: options.seed }),
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
      loaded.free.push(sequence);
      for (const wake of loaded.waiting) wake();
    }
  }

  #load(): Promise<Loaded> {
    this.#loading ??= this.#open().then(
      (loaded) => {
        this.#ready = true;
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
    const { modelPath, loraPath, parallel = 4 } = this.#options;
    const store = new ArtifactStore(this.#runtime.cacheDir);
    const file = modelPath ?? (await store.ensure(artifactById('smollm2')))[0] ?? '';
    // Half a second of loading, which processes without a model of their own are spared.
    const { getLlama, LlamaChatSession, LlamaLogLevel, resolveChatWrapper } = await import('node-llama-cpp');
    const llama = await getLlama({
      build: 'never',
      skipDownload: true,
      logLevel: LlamaLogLevel.error,
      maxThreads: this.#runtime.threads,
    });
    const model = await llama.loadModel({ modelPath: file });
    const context = await model.createContext({
      contextSize: Math.min(contextTokens, model.trainContextSize),
      sequences: parallel,
      threads: this.#runtime.threads,
      // The words of the next sentence can wait while the first is becoming speech.
      batching: { dispatchSchedule: (dispatch) => setImmediate(() => this.#runtime.gate.afterUrgent(dispatch)) },
      ...(loraPath ? { lora: { adapters: [{ filePath: loraPath }] } } : {}),
    });
    const free = Array.from({ length: parallel }, () => context.getSequence());
    return { llama, Session: LlamaChatSession, model, context, chatWrapper: resolveChatWrapper(model), free, waiting: new Set() };
  }

  #startIdleTimer(): void {
    const { idleMs } = this.#runtime;
    if (idleMs > 0 && this.#active === 0) this.#idleTimer = setTimeout(() => void this.unload(), idleMs).unref();
  }
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
async function takeSequence({ free, waiting }: Loaded, signal: AbortSignal | undefined): Promise<LlamaContextSequence> {
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
