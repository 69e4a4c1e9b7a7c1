import { lcg } from '../random.ts';
import { type SparseVector, TextFeatures } from './text-features.ts';

/** A text as classifiers see it: its unit-length embedding, and its words. */
export interface TextVector {
  readonly embedding: Float32Array;
  readonly words: SparseVector;
}

export interface LabelledVector extends TextVector {
  readonly text: string;
  readonly label: string;
}

/** What a classifier looks at, and how much louder than unit length it hears it. */
export interface Sight {
  readonly embedding: number;
  readonly words: number;
}

export interface LinearParameters {
  readonly labels: readonly string[];
  readonly sight: Sight;
  /** Weights of the embedding and of the words, a row for each label. */
  readonly dense: readonly Float32Array[];
  readonly sparse: readonly Float32Array[];
  readonly bias: Float32Array;
}

const epochs = 12;
/** Errors below this teach nothing, and most labels' errors are. */
const smallError = 4e-3;

/**
 * Multinomial logistic regression, trained by AdaGrad (Duchi, Hazan and Singer 2011) in a fixed order: the same examples give the
 * same classifier.
 */
export class LinearClassifier {
  readonly labels: readonly string[];
  readonly #sight: Sight;
  readonly #dense: readonly Float32Array[];
  readonly #sparse: readonly Float32Array[];
  readonly #bias: Float32Array;

  constructor({ labels, sight, dense, sparse, bias }: LinearParameters) {
    this.labels = labels;
    this.#sight = sight;
    this.#dense = dense;
    this.#sparse = sparse;
    this.#bias = bias;
  }

  /** @param examples at least one; a label counts as much as it has examples. @param sight a part of 0 is not looked at. */
  static train(examples: readonly LabelledVector[], sight: Sight): LinearClassifier {
    const labels = [...new Set(examples.map(({ label }) => label))].sort();
    const dimensions = sight.embedding === 0 ? 0 : (examples[0]?.embedding.length ?? 0);
    const width = sight.words === 0 ? 0 : TextFeatures.width;
    const classifier = new LinearClassifier({
      labels,
      sight,
      dense: labels.map(() => new Float32Array(dimensions)),
      sparse: labels.map(() => new Float32Array(width)),
      bias: new Float32Array(labels.length),
    });
    classifier.#train(examples);
    return classifier;
  }

  get parameters(): LinearParameters {
    return { labels: this.labels, sight: this.#sight, dense: this.#dense, sparse: this.#sparse, bias: this.#bias };
  }

  #train(examples: readonly LabelledVector[]): void {
    const indexOf = new Map(this.labels.map((label, index) => [label, index]));
    const denseSums = this.#dense.map(({ length }) => new Float32Array(length).fill(1e-6));
    const sparseSums = this.#sparse.map(({ length }) => new Float32Array(length).fill(1e-6));
    for (let epoch = 0; epoch < epochs; epoch++) {
      const rate = 0.08 / (1 + 0.2 * epoch);
      for (const { label, embedding, words } of shuffled(examples, epoch)) {
        const errors = this.probabilities({ embedding, words });
        const target = indexOf.get(label) as number;
        errors[target] = (errors[target] as number) - 1;
        for (let k = 0; k < errors.length; k++) {
          const error = errors[k] as number;
          if (Math.abs(error) < smallError) continue;
          this.#bias[k] = (this.#bias[k] as number) - 0.1 * rate * error;
          descend(this.#dense[k] as Float32Array, denseSums[k] as Float32Array, embedding, error * this.#sight.embedding, rate);
          descendSparse(this.#sparse[k] as Float32Array, sparseSums[k] as Float32Array, words, error * this.#sight.words, rate);
        }
      }
    }
  }

  /** One probability a label, in the order of `labels`; they add up to 1. */
  probabilities({ embedding, words }: TextVector): Float32Array {
    const scores = new Float32Array(this.labels.length);
    for (let k = 0; k < scores.length; k++) {
      const dense = this.#dense[k] as Float32Array;
      let meaning = 0;
      for (let i = 0; i < dense.length; i++) meaning += (dense[i] as number) * (embedding[i] as number);
      const sparse = this.#sparse[k] as Float32Array;
      let lexical = 0;
      if (sparse.length > 0) {
        for (let i = 0; i < words.at.length; i++)
          lexical += (sparse[words.at[i] as number] as number) * (words.values[i] as number);
      }
      scores[k] = this.#sight.embedding * meaning + this.#sight.words * lexical + (this.#bias[k] as number);
    }
    return softmax(scores);
  }
}

/** Scores as probabilities, in place. */
export function softmax(scores: Float32Array): Float32Array {
  let highest = Number.NEGATIVE_INFINITY;
  for (const score of scores) highest = Math.max(highest, score);
  let sum = 0;
  for (let k = 0; k < scores.length; k++) sum += scores[k] = Math.exp((scores[k] as number) - highest);
  for (let k = 0; k < scores.length; k++) scores[k] = (scores[k] as number) / sum;
  return scores;
}

function descend(w: Float32Array, sums: Float32Array, x: Float32Array, error: number, rate: number): void {
  for (let i = 0; i < w.length; i++) {
    const gradient = error * (x[i] as number);
    const sum = (sums[i] as number) + gradient * gradient;
    sums[i] = sum;
    w[i] = (w[i] as number) - (rate * gradient) / Math.sqrt(sum);
  }
}

function descendSparse(w: Float32Array, sums: Float32Array, x: SparseVector, error: number, rate: number): void {
  if (w.length === 0) return;
  for (let k = 0; k < x.at.length; k++) {
    const i = x.at[k] as number;
    const gradient = error * (x.values[k] as number);
    const sum = (sums[i] as number) + gradient * gradient;
    sums[i] = sum;
    w[i] = (w[i] as number) - (rate * gradient) / Math.sqrt(sum);
  }
}

/** Another order in each epoch, and the same one in every run. */
function shuffled<T>(items: readonly T[], seed: number): T[] {
  const out = [...items];
  const random = lcg(seed * 2_654_435_761 + 12_345);
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [out[i], out[j]] = [out[j] as T, out[i] as T];
  }
  return out;
}
