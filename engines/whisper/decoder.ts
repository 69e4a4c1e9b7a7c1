import { type InferenceSession, Tensor } from 'onnxruntime-node';
import type { TranscriptEnding } from '../../domain/endpointing/transcript-ending.ts';
import { floatsOf } from '../runtime/onnx.ts';
import type { ThreadContext } from '../runtime/serve.ts';
import { EndingScores } from './ending.ts';
import { compressionRatio, repeatLength } from './repetition.ts';
import type { WhisperTokens } from './tokens.ts';

export interface Decoded {
  readonly text: string;
  readonly meanLogProbability: number;
  /** True where the text repeats itself, the model's known way to fail. */
  readonly repeats: boolean;
  /** The repetition was the whole text said once more, and is cut off: what remains is complete. */
  readonly saidTwice: boolean;
  readonly language: string;
  /** Unset where nothing was written, or no end came. */
  readonly ending?: TranscriptEnding | undefined;
}

/** Above this ratio of plain to deflated bytes a text repeats itself (the rule of Whisper's own transcriber). */
const maxCompressionRatio = 2.4;

/** The most tokens one window can hold: half of the decoder's context. */
const maxTokensPerWindow = 224;

type Feeds = Record<string, Tensor>;

/** Greedy decoding of one encoded window with a key/value cache. */
export class WhisperDecoder {
  readonly #session: InferenceSession;
  readonly #tokens: WhisperTokens;
  readonly #heads: number;
  readonly #layers: number;

  constructor(session: InferenceSession, tokens: WhisperTokens) {
    this.#session = session;
    this.#tokens = tokens;
    const past = session.inputMetadata.find((input) => input.name === 'past_k.0');
    this.#heads = past?.isTensor ? Number(past.shape[1]) : 0;
    this.#layers = session.outputNames.filter((name) => name.startsWith('present_k.')).length;
  }

  /** @param speechSeconds how long the caller spoke: it bounds what can have been said. */
  async decode(cross: Feeds, language: string, speechSeconds: number, context: ThreadContext): Promise<Decoded> {
    const tokens = this.#tokens;
    const spoken = tokens.multilingual && language === 'auto' ? await this.#detectLanguage(cross) : language;
    const limit = Math.min(maxTokensPerWindow, Math.ceil(16 + speechSeconds * 2 * fastestTokensPerSecond));
    const out: number[] = [];
    const scores = new EndingScores(tokens);
    let feeds = this.#emptyPast(cross);
    let ids = tokens.prompt(spoken);
    let position = 0;
    for (let step = 0; step <= limit; step++) {
      context.checkCancelled();
      const results = await this.#run(ids, position, feeds);
      position += ids.length;
      const logits = floatsOf(results, 'logits');
      tokens.suppress(logits, step === 0);
      const best = argmaxWithLogProbability(logits);
      scores.push(logits, best);
      if (best.index === tokens.end) return this.#decoded(out, scores, spoken, 'none');
      out.push(best.index);
      const repeated = out.length > speechSeconds * fastestTokensPerSecond ? repeatLength(out) : 0;
      if (repeated > 0) {
        const loop = repeated * 2 === out.length ? 'whole' : 'part';
        return this.#decoded(out.slice(0, -repeated), scores, spoken, loop);
      }
      ids = [best.index];
      feeds = this.#nextPast(results, cross);
    }
    return this.#decoded(out, scores, spoken, 'part');
  }

  #decoded(ids: number[], scores: EndingScores, language: string, loop: 'none' | 'part' | 'whole'): Decoded {
    const text = this.#tokens.text(ids);
    const repeats = loop !== 'none' || compressionRatio(text) > maxCompressionRatio;
    const saidTwice = loop === 'whole' && /[.!?]$/.test(text);
    return { text, meanLogProbability: scores.mean(), language, repeats, saidTwice, ending: scores.ending(ids.length) };
  }

  async #detectLanguage(cross: Feeds): Promise<string> {
    const results = await this.#run([this.#tokens.start], 0, this.#emptyPast(cross));
    return this.#tokens.likeliestLanguage(floatsOf(results, 'logits'));
  }

  #run(ids: readonly number[], position: number, feeds: Feeds): Promise<Feeds> {
    const n = ids.length;
    const total = position + n;
    const mask = new Float32Array(n * total);
    for (let row = 0; row < n; row++) mask.fill(-1e9, row * total + position + row + 1, (row + 1) * total);
    return this.#session.run({
      ...feeds,
      ids: new Tensor('int64', BigInt64Array.from(ids, BigInt), [1, n]),
      positions_in: new Tensor(
        'int64',
        BigInt64Array.from(ids, (_, i) => BigInt(position + i)),
        [n],
      ),
      mask: new Tensor('float32', mask, [1, 1, n, total]),
    }) as Promise<Feeds>;
  }

  #emptyPast(cross: Feeds): Feeds {
    const feeds: Feeds = { ...cross };
    for (let l = 0; l < this.#layers; l++) {
      for (const kind of ['k', 'v'])
        feeds[`past_${kind}.${l}`] = new Tensor('float32', new Float32Array(0), [1, this.#heads, 0, 64]);
    }
    return feeds;
  }

  #nextPast(results: Feeds, cross: Feeds): Feeds {
    const feeds: Feeds = { ...cross };
    for (let l = 0; l < this.#layers; l++) {
      for (const kind of ['k', 'v']) feeds[`past_${kind}.${l}`] = results[`present_${kind}.${l}`] as Tensor;
    }
    return feeds;
  }
}

/** Nobody speaks faster than this; people who say something twice need the time for it. */
const fastestTokensPerSecond = 5.5;

function argmaxWithLogProbability(logits: Float32Array): { index: number; logProbability: number } {
  let index = 0;
  for (let i = 1; i < logits.length; i++) if ((logits[i] as number) > (logits[index] as number)) index = i;
  const top = logits[index] as number;
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp((logits[i] as number) - top);
  return { index, logProbability: -Math.log(sum) };
}
