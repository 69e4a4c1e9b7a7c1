import { readFileSync } from 'node:fs';
import { Tokenizer } from '@huggingface/tokenizers';
import { VoicebotError } from '../../domain/errors.ts';

interface GenerationConfig {
  readonly lang_ids?: readonly number[];
  readonly suppress_ids: readonly number[];
  readonly suppress_ids_begin: readonly number[];
}

/** The end of text in the GPT-2 vocabulary of the `.en` models; the multilingual vocabulary has one token more before it. */
const ENGLISH_ONLY_END = 50_256;

/** Whisper's vocabulary: the prompt that starts a transcript, what may not be written, ids to text. */
export class WhisperTokens {
  readonly start: number;
  readonly end: number;
  readonly multilingual: boolean;
  /** Punctuation that may stand after a word. */
  readonly marks: {
    readonly closed: readonly number[];
    readonly comma: number;
    readonly dash: number;
    readonly ellipsis: number;
  };
  readonly #tokenizer: Tokenizer;
  readonly #config: GenerationConfig;
  readonly #noTimestamps: number;
  readonly #transcribe: number;

  constructor(tokenizerFile: string, configFile: string) {
    this.#tokenizer = new Tokenizer(JSON.parse(readFileSync(tokenizerFile, 'utf8')), {});
    this.#config = JSON.parse(readFileSync(configFile, 'utf8')) as GenerationConfig;
    this.start = this.#id('<|startoftranscript|>');
    this.end = this.#id('<|endoftext|>');
    this.#noTimestamps = this.#id('<|notimestamps|>');
    this.#transcribe = this.#id('<|transcribe|>');
    this.multilingual = this.end !== ENGLISH_ONLY_END;
    this.marks = {
      closed: ['.', '?', '!'].map((mark) => this.#id(mark)),
      comma: this.#id(','),
      dash: this.#id('-'),
      ellipsis: this.#id('...'),
    };
  }

  /** @throws VoicebotError `unsupported` for a language the model does not know. */
  prompt(language: string): number[] {
    if (!this.multilingual) {
      if (language !== 'en' && language !== 'auto')
        throw unknownLanguage(language, 'This model knows English only; choose a size without .en.');
      return [this.start, this.#noTimestamps];
    }
    const id = this.#tokenizer.token_to_id(`<|${language}|>`);
    if (id === undefined || id === null) throw unknownLanguage(language, 'Use an ISO 639-1 code such as en, or auto.');
    return [this.start, id, this.#transcribe, this.#noTimestamps];
  }

  /** Makes tokens impossible that no transcript holds: sounds, markup, and at the beginning a blank or the end. */
  suppress(logits: Float32Array, first: boolean): void {
    for (const id of this.#config.suppress_ids) logits[id] = Number.NEGATIVE_INFINITY;
    if (first) for (const id of this.#config.suppress_ids_begin) logits[id] = Number.NEGATIVE_INFINITY;
    logits.fill(Number.NEGATIVE_INFINITY, this.end + 1);
  }

  likeliestLanguage(logits: Float32Array): string {
    const ids = this.#config.lang_ids ?? [];
    const best = ids.reduce((a, b) => ((logits[b] as number) > (logits[a] as number) ? b : a), ids[0] ?? 0);
    return (this.#tokenizer.id_to_token(best) ?? '<|en|>').replace(/[<|>]/g, '');
  }

  text(ids: readonly number[]): string {
    return ids.length === 0 ? '' : this.#tokenizer.decode([...ids], { skip_special_tokens: true }).trim();
  }

  #id(token: string): number {
    const id = this.#tokenizer.token_to_id(token);
    if (id === undefined || id === null) throw new Error(`The tokenizer has no ${token}`);
    return id;
  }
}

function unknownLanguage(language: string, hint: string): VoicebotError {
  return new VoicebotError('unsupported', `Whisper does not transcribe '${language}' here.`, { hint });
}
