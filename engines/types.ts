import type { TranscriptEnding } from '../domain/endpointing/transcript-ending.ts';
import type { Example } from '../domain/understanding/evidence.ts';
import type { Learnt } from '../domain/understanding/learn.ts';
import type { TaggerParameters } from '../domain/understanding/restriction-tagger.ts';
import type { Restrictions } from '../domain/understanding/taught-sentences.ts';

/** What an engine of each kind can do. Engines know nothing of Temporal, HTTP or storage. */

/**
 * Who waits for the work. `urgent`: a caller hears nothing until it is done; `caller`: a caller will need it soon; `batch`: nobody
 * waits, as for housekeeping; `background`: it may wait until no caller is on the line at all, as what is made ahead.
 */
export type Priority = 'urgent' | 'caller' | 'batch' | 'background';

export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  readonly priority?: Priority | undefined;
}

export interface Engine {
  readonly name: string;
  /** What does the work: `cuda` and the like for a GPU, `remote` for another server; `cpu` when unset. */
  readonly device?: string;
  /** True while the model is in memory. */
  readonly loaded: boolean;
  /** Loads the model; the first use does it by itself. */
  load(): Promise<void>;
  /** Frees the model's memory; the next use loads it again. */
  unload(): Promise<void>;
}

/** Mono samples in [-1, 1] at 16 kHz. */
export type Samples16k = Float32Array;

export interface Transcript {
  readonly text: string;
  /** ISO 639-1 code, as asked for or detected. */
  readonly language: string;
  readonly audioMs: number;
  readonly processingMs: number;
  /** Mean natural-log probability of the tokens: near 0 is sure, below -1 is doubtful. */
  readonly meanLogProbability: number;
  /** True where both the short and the full window gave a doubtful or repeating text. */
  readonly lowConfidence: boolean;
  /** How sure its end is, where the engine can tell. */
  readonly ending?: TranscriptEnding | undefined;
}

export interface SpeechToText extends Engine {
  /**
   * @param samples 16 kHz mono, any length; longer than 30 s is worked in windows.
   * @param options `language`: ISO 639-1 code or `auto`; the engine's own when unset.
   */
  transcribe(samples: Samples16k, options?: RunOptions & { readonly language?: string | undefined }): Promise<Transcript>;
}

export interface SpeechChunk {
  /** The words of this chunk, as given (not as normalised); empty for sound that goes on with the word before. */
  readonly text: string;
  readonly samples: Int16Array;
  readonly sampleRateHz: number;
  readonly processingMs: number;
}

export interface SpeakOptions extends RunOptions {
  readonly voice?: string | undefined;
  /** 0.5 to 2. */
  readonly speed?: number | undefined;
}

export interface TextToSpeech extends Engine {
  readonly sampleRateHz: number;
  /**
   * Yields speech as it is made, the first as early as possible: in pieces of a clause where the engine can. The priorities `batch` and `background`
   * ask for whole quality instead.
   */
  speak(text: string, options?: SpeakOptions): AsyncIterable<SpeechChunk>;
  /** Makes, while nobody waits, what lets the voice begin sooner; at once where that was done before. Unset where there is no such thing. */
  prepare?(options?: { readonly signal?: AbortSignal | undefined }): Promise<void>;
}

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

export interface ReplyOptions extends RunOptions {
  readonly maxTokens?: number | undefined;
  readonly temperature?: number | undefined;
  /** The adapter that the model speaks with, which `loadAdapter` has made ready. */
  readonly adapter?: string | undefined;
  /** The same seed and messages give the same reply where the engine can do it. */
  readonly seed?: number | undefined;
}

/** As JSON Schema writes it; of the parts that every engine knows. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Something that a model may ask for; it has no arguments. */
export interface Tool {
  readonly name: string;
  readonly description: string;
}

/** A LoRA adapter: its name, and where its weights are. */
export interface AdapterFile {
  readonly name: string;
  /** A GGUF file on this machine, or what the model server is to load. */
  readonly path: string;
}

export interface LanguageModel extends Engine {
  /** Streams the reply in pieces of any length. */
  reply(messages: readonly ChatMessage[], options?: ReplyOptions): AsyncIterable<string>;
  /** The name of the tool that the model calls, or nothing. */
  chooseTool?(messages: readonly ChatMessage[], tools: readonly Tool[], options?: ReplyOptions): Promise<string | undefined>;
  /** An answer under a JSON Schema; undefined where the model gave none. */
  read?(messages: readonly ChatMessage[], schema: JsonSchema, options?: ReplyOptions): Promise<unknown>;
  /** Makes an adapter ready beside the model, while replies go on; unset where the engine has none. */
  loadAdapter?(adapter: AdapterFile): Promise<void>;
  unloadAdapter?(name: string): Promise<void>;
  /** Names of those that are ready. */
  readonly adapters?: readonly string[];
}

export interface Embedder extends Engine {
  readonly dimensions: number;
  /** Unit-length vectors, one a text. */
  embed(texts: readonly string[], options?: RunOptions): Promise<Float32Array[]>;
  /** What the encoder makes of each word in its sentence, words × width, one array a sentence; unset where it does not tell. */
  wordStates?(sentences: readonly (readonly string[])[], options?: RunOptions): Promise<Float32Array[]>;
}

/** A sentence and what it means. */
export type LabelledPhrase = Pick<Example, 'text' | 'label'>;

/** What a semantic model is made of. */
export interface TaughtRouter {
  readonly examples: readonly Example[];
  readonly learnt: Learnt;
}

export interface RouterTrainer extends Engine {
  /** Teaches what these phrases mean; the same phrases and embedder teach the same. */
  teach(phrases: readonly LabelledPhrase[], embedder: Embedder): Promise<TaughtRouter>;
  /** Teaches which words restrict a question, while nobody waits; undefined where the embedder does not tell of words. */
  teachTagger?(restrictions: Restrictions, embedder: Embedder, options?: RunOptions): Promise<TaggerParameters | undefined>;
}

export interface SpeechSegment {
  readonly startSample: number;
  readonly endSample: number;
}

export interface VoiceActivityDetector extends Engine {
  /** Stretches of speech in 16 kHz samples; none for silence and noise. */
  segments(samples: Samples16k, options?: RunOptions): Promise<SpeechSegment[]>;
  /** Follows one caller frame by frame. */
  follow(): SpeechFollower;
}

/** Voice activity of one caller, frame after frame. */
export interface SpeechFollower {
  /** @param frame 512 samples at 16 kHz. @returns the probability that they hold speech. */
  push(frame: Samples16k): Promise<number>;
  /** Forgets the caller. */
  close(): void;
}

export interface TurnDetector extends Engine {
  /**
   * @param samples what the caller has said in this turn so far, with the pause at its end; the last 8 s count.
   * @returns the probability that the caller has finished.
   */
  finished(samples: Samples16k, options?: RunOptions): Promise<number>;
}
