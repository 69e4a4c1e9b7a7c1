import type { TranscriptEnding } from '../../domain/endpointing/transcript-ending.ts';
import type { WhisperTokens } from './tokens.ts';

/** One decoded token, and how likely other ones were in its place. */
interface Step {
  readonly isMark: boolean;
  readonly logProbability: number;
  readonly marks: Pick<TranscriptEnding, 'closed' | 'comma' | 'dash' | 'ellipsis' | 'end'>;
}

/** Impossible tokens count as very unlikely ones: what is made of it must stay a number. */
const least = -12;

/** Follows the decoding of a text and tells how sure its end is. */
export class EndingScores {
  readonly #tokens: Pick<WhisperTokens, 'marks' | 'end'>;
  readonly #steps: Step[] = [];

  constructor(tokens: Pick<WhisperTokens, 'marks' | 'end'>) {
    this.#tokens = tokens;
  }

  /** @param chosen the token that was taken, and its log probability among `logits`. */
  push(logits: Float32Array, chosen: { readonly index: number; readonly logProbability: number }): void {
    const { marks, end } = this.#tokens;
    const sum = (logits[chosen.index] as number) - chosen.logProbability;
    const of = (id: number) => Math.max(least, (logits[id] as number) - sum);
    this.#steps.push({
      isMark: Object.values(marks).flat().includes(chosen.index),
      logProbability: chosen.logProbability,
      marks: {
        closed: Math.log(marks.closed.reduce((total, id) => total + Math.exp(of(id)), 0)),
        comma: of(marks.comma),
        dash: of(marks.dash),
        ellipsis: of(marks.ellipsis),
        end: of(end),
      },
    });
  }

  /** Mean log probability of all that was pushed. */
  mean(): number {
    return mean(this.#steps);
  }

  /** @param tokens of the text; one more has been pushed after them. @returns undefined where nothing was written. */
  ending(tokens: number): TranscriptEnding | undefined {
    const steps = this.#steps.slice(0, tokens + 1);
    const last = steps.findLastIndex(({ isMark }, i) => !isMark && i < tokens);
    const [lastWord, afterWord, end] = [steps[last], steps[last + 1], steps[tokens]];
    if (!lastWord || !afterWord || !end) return undefined;
    const scores = { ...afterWord.marks, mean: mean(steps), lastWord: lastWord.logProbability, end: end.marks.end };
    const rounded = Object.entries(scores).map(([name, value]) => [name, Math.round(value * 1000) / 1000]);
    return Object.fromEntries(rounded) as unknown as TranscriptEnding;
  }
}

const mean = (steps: readonly Step[]) => steps.reduce((sum, { logProbability }) => sum + logProbability, 0) / steps.length;
