import { lcg } from '../random.ts';
import type { TaughtSentence } from './taught-sentences.ts';

/** What the encoder makes of the words of a sentence: a row for each. */
export interface WordStates {
  readonly words: readonly string[];
  /** words × width. */
  readonly states: Float32Array;
}

export interface TaggerParameters {
  readonly weights: Float32Array;
  readonly bias: number;
  readonly means: Float32Array;
  readonly scales: Float32Array;
  /** Probability from which a word restricts. */
  readonly threshold: number;
  /** On templates that were not learnt from: words that restrict and were taken for nothing; words that do not, and were noticed. */
  readonly missed: number;
  readonly falseAlarms: number;
}

const epochs = 6;
const ridge = 0.03;
const folds = 4;
/** Of the words that restrict nothing, so many may be noticed. */
const mostFalseAlarms = 0.02;

/** Tells which words of a question restrict it, by what the encoder makes of each word in its sentence. Plain logistic regression. */
export class RestrictionTagger {
  readonly parameters: TaggerParameters;

  constructor(parameters: TaggerParameters) {
    this.parameters = parameters;
  }

  /** How likely each word restricts. */
  probabilities({ words, states }: WordStates): number[] {
    const { means } = this.parameters;
    return words.map((_, i) => probability(this.parameters, states.subarray(i * means.length, (i + 1) * means.length)));
  }

  /** The words that restrict, in their order. */
  restricting(sentence: WordStates): string[] {
    const { threshold } = this.parameters;
    const found = this.probabilities(sentence);
    return sentence.words.filter((_, i) => (found[i] as number) >= threshold);
  }

  /** Learns from taught sentences; the threshold comes from templates that each part was not taught. */
  static learn(sentences: readonly TaughtSentence[], states: readonly Float32Array[]): RestrictionTagger {
    const rows = sentences.flatMap(({ words, restricts, template }, n) => {
      const all = states[n] as Float32Array;
      const width = all.length / words.length;
      return restricts.map((label, i) => ({ x: all.subarray(i * width, (i + 1) * width), label, template }));
    });
    const judged = Array.from({ length: folds }, (_, fold) => {
      const fitted = regress(rows.filter(({ template }) => template % folds !== fold));
      return rows
        .filter(({ template }) => template % folds === fold)
        .map(({ x, label }) => ({ p: probability(fitted, x), label }));
    }).flat();
    const idle = judged
      .filter(({ label }) => !label)
      .map(({ p }) => p)
      .sort((a, b) => b - a);
    const threshold = Math.max(0.5, idle[Math.floor(idle.length * mostFalseAlarms)] ?? 0.5);
    const restricting = judged.filter(({ label }) => label);
    return new RestrictionTagger({
      ...regress(rows),
      threshold,
      missed: restricting.filter(({ p }) => p < threshold).length / Math.max(1, restricting.length),
      falseAlarms: idle.filter((p) => p >= threshold).length / Math.max(1, idle.length),
    });
  }
}

type Fitted = Pick<TaggerParameters, 'weights' | 'bias' | 'means' | 'scales'>;

interface Row {
  readonly x: Float32Array;
  readonly label: boolean;
}

function probability({ weights, bias, means, scales }: Fitted, x: Float32Array): number {
  let score = bias;
  for (let j = 0; j < weights.length; j++)
    score += ((weights[j] as number) * ((x[j] as number) - (means[j] as number))) / (scales[j] as number);
  return 1 / (1 + Math.exp(-score));
}

/** AdaGrad in a fixed order on standardised states, with a light pull to zero. */
function regress(rows: readonly Row[]): Fitted {
  const width = rows[0]?.x.length ?? 0;
  const means = new Float32Array(width);
  const scales = new Float32Array(width);
  for (const { x } of rows) for (let j = 0; j < width; j++) means[j] = (means[j] as number) + (x[j] as number) / rows.length;
  for (const { x } of rows) {
    for (let j = 0; j < width; j++)
      scales[j] = (scales[j] as number) + ((x[j] as number) - (means[j] as number)) ** 2 / rows.length;
  }
  for (let j = 0; j < width; j++) scales[j] = Math.sqrt(scales[j] as number) || 1;
  const weights = new Float32Array(width);
  const sums = new Float32Array(width).fill(1e-4);
  const z = new Float32Array(width);
  let bias = 0;
  const random = lcg(7);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const rate = 0.02 / (1 + epoch);
    for (let n = 0; n < rows.length; n++) {
      const { x, label } = rows[Math.floor(random() * rows.length)] as Row;
      let score = bias;
      for (let j = 0; j < width; j++) {
        z[j] = ((x[j] as number) - (means[j] as number)) / (scales[j] as number);
        score += (weights[j] as number) * (z[j] as number);
      }
      const error = 1 / (1 + Math.exp(-score)) - (label ? 1 : 0);
      if (Math.abs(error) < 1e-3) continue;
      bias -= rate * error;
      for (let j = 0; j < width; j++) {
        const gradient = error * (z[j] as number) + ridge * (weights[j] as number);
        const sum = (sums[j] as number) + gradient * gradient;
        sums[j] = sum;
        weights[j] = (weights[j] as number) - (rate * gradient) / Math.sqrt(sum);
      }
    }
  }
  return { weights, bias, means, scales };
}
