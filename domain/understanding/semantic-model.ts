import { type LabelledVector, LinearClassifier, type TextVector } from './linear-classifier.ts';
import { Logistic, thresholdFor } from './logistic.ts';
import { type Neighbour, neighbourCount, neighbourFeatures } from './neighbours.ts';
import { poolOf, poolWeights } from './pool.ts';
import { type Differences, differencesOf } from './same-claim.ts';
import { hashOf, sparseDot, TextFeatures, wordsOf } from './text-features.ts';

/** A question whose meaning is known. */
export interface Example {
  readonly text: string;
  /** What it stands for. */
  readonly label: string;
  /** Of unit length. */
  readonly embedding: Float32Array;
}

export interface Routing {
  readonly label: string;
  /** Of the label. */
  readonly probability: number;
  /** The second best label. */
  readonly runnerUp: { readonly label: string; readonly probability: number } | undefined;
  /** That the label is right. */
  readonly confidence: number;
  readonly sure: boolean;
  readonly probabilities: ReadonlyMap<string, number>;
}

export interface HitCheck {
  /** That the nearest known question asks the same. */
  readonly probability: number;
  /** What forbids it, whatever the probability would be. */
  readonly veto: Differences['veto'];
}

export interface SemanticModelOptions {
  /** Share of sure routings that may be wrong. */
  readonly maxWrongRoutes?: number;
  /** Share of routings that are to be sure even so. */
  readonly minSureRoutes?: number;
  /** Share of served answers that may be wrong. */
  readonly maxWrongHits?: number;
}

/** Near neighbours that vote. */
const voters = 30;
/** How fast the vote of a neighbour falls with its distance. */
const temperature = 0.03;
const folds = 4;

interface Parts {
  readonly features: TextFeatures;
  readonly examples: readonly LabelledVector[];
  readonly both: LinearClassifier;
  readonly words: LinearClassifier;
  readonly vocabulary: ReadonlySet<string>;
}

/**
 * Tells what a question means from examples: two linear classifiers and the nearest examples, pooled. How far each is to be trusted,
 * and when the whole may call itself sure, is learnt from examples that the parts had not seen (cross-fitting in four folds).
 */
export class SemanticModel {
  readonly #parts: Parts;
  readonly #pool: readonly number[];
  readonly #routeCheck: Logistic;
  readonly #hitCheck: Logistic;
  readonly sureFrom: number;
  readonly hitFrom: number;

  constructor(examples: readonly Example[], options: SemanticModelOptions = {}) {
    const { maxWrongRoutes = 0.02, minSureRoutes = 0.87, maxWrongHits = 0.011 } = options;
    const unseen = crossFit(examples);
    this.#pool = poolWeights(unseen.map(({ scores, label }) => ({ scores, label })));
    const judged = unseen.map((one) => ({ ...one, pooled: poolOf(one.scores, this.#pool) }));
    const routes = judged.map(({ pooled, neighbours, label }) => {
      const [best] = ranked(pooled);
      return { features: routeFeatures(pooled, neighbours), right: best?.[0] === label };
    });
    const hits = judged
      .filter(({ differences }) => !differences.veto)
      .map(({ pooled, neighbours, label, differences }) => ({
        features: hitFeatures(pooled, neighbours, (neighbours[0] as Neighbour).label, differences),
        right: neighbours[0]?.label === label,
      }));
    this.#routeCheck = Logistic.fit(
      routes.map(({ features }) => features),
      routes.map(({ right }) => right),
    );
    this.#hitCheck = Logistic.fit(
      hits.map(({ features }) => features),
      hits.map(({ right }) => right),
    );
    const weighed = (check: Logistic, cases: typeof routes) =>
      cases.map(({ features, right }) => ({ probability: check.probability(features), right }));
    this.sureFrom = thresholdFor(weighed(this.#routeCheck, routes), { maxWrong: maxWrongRoutes, least: minSureRoutes });
    this.hitFrom = thresholdFor(weighed(this.#hitCheck, hits), { maxWrong: maxWrongHits });
    this.#parts = partsOf(examples);
  }

  route(text: string, embedding: Float32Array): Routing {
    const vector = { embedding, words: this.#parts.features.of(text) };
    const neighbours = nearest(this.#parts.examples, vector);
    const pooled = poolOf(scoresOf(this.#parts, vector, neighbours), this.#pool);
    const [first, second] = ranked(pooled);
    const confidence = this.#routeCheck.probability(routeFeatures(pooled, neighbours));
    return {
      label: first?.[0] ?? '',
      probability: first?.[1] ?? 0,
      runnerUp: second && { label: second[0], probability: second[1] },
      confidence,
      sure: confidence >= this.sureFrom,
      probabilities: pooled,
    };
  }

  /** The examples themselves, as a cache would find them. */
  neighbours(text: string, embedding: Float32Array): Neighbour[] {
    return nearest(this.#parts.examples, { embedding, words: this.#parts.features.of(text) });
  }

  /**
   * Whether the nearest known question asks the same.
   * @param neighbours known questions, the nearest first; what they stand for may be finer than a label of this model.
   * @param label of this model that the nearest one has.
   */
  hit(text: string, routing: Routing, neighbours: readonly Neighbour[], label: string): HitCheck {
    const [nearest] = neighbours;
    if (!nearest) return { probability: 0, veto: undefined };
    const differences = differencesToAnswer(text, neighbours, this.#parts.vocabulary);
    const { veto } = differences;
    if (veto) return { probability: 0, veto };
    return { probability: this.#hitCheck.probability(hitFeatures(routing.probabilities, neighbours, label, differences)), veto };
  }

  /** Cosine of the words of two texts. */
  overlap(a: string, b: string): number {
    return sparseDot(this.#parts.features.of(a), this.#parts.features.of(b));
  }
}

function partsOf(examples: readonly Example[]): Parts {
  const features = new TextFeatures(examples.map(({ text }) => text));
  const vectors = examples.map(({ text, label, embedding }) => ({ text, label, embedding, words: features.of(text) }));
  return {
    features,
    vocabulary: new Set(examples.flatMap(({ text }) => wordsOf(text))),
    examples: vectors,
    both: new LinearClassifier(vectors, { embedding: 2, words: 1 }),
    words: new LinearClassifier(vectors, { embedding: 0, words: 2 }),
  };
}

/**
 * How a question differs from what the nearest one stands for. One near wording of it that differs in nothing essential is enough: others
 * may name other amounts, or deny what this one affirms.
 */
function differencesToAnswer(text: string, neighbours: readonly Neighbour[], vocabulary: ReadonlySet<string>): Differences {
  const [nearest] = neighbours;
  const first = differencesOf(text, nearest?.text ?? '', (word) => vocabulary.has(word));
  if (!first.veto) return first;
  const others = neighbours.slice(1, neighbourCount).filter(({ label }) => label === nearest?.label);
  const fits = others.some((other) => !differencesOf(text, other.text, (word) => vocabulary.has(word)).veto);
  return fits ? { ...first, veto: undefined } : first;
}

interface Unseen {
  readonly label: string;
  readonly neighbours: readonly Neighbour[];
  /** To the nearest one. */
  readonly differences: Differences;
  readonly scores: ReadonlyMap<string, readonly number[]>;
}

/** Each example as it looks to parts that were made without it. */
function crossFit(examples: readonly Example[]): Unseen[] {
  const foldOf = ({ text }: Example) => hashOf(text) % folds;
  return Array.from({ length: folds }, (_, fold) => {
    const parts = partsOf(examples.filter((example) => foldOf(example) !== fold));
    return examples
      .filter((example) => foldOf(example) === fold)
      .map(({ text, label, embedding }) => {
        const vector = { embedding, words: parts.features.of(text) };
        const neighbours = nearest(parts.examples, vector);
        const differences = differencesToAnswer(text, neighbours, parts.vocabulary);
        return { label, neighbours, differences, scores: scoresOf(parts, vector, neighbours) };
      });
  }).flat();
}

function nearest(examples: readonly LabelledVector[], { embedding, words }: TextVector): Neighbour[] {
  const similarities = new Float32Array(examples.length);
  for (const [i, example] of examples.entries()) {
    let sum = 0;
    for (let k = 0; k < embedding.length; k++) sum += (example.embedding[k] as number) * (embedding[k] as number);
    similarities[i] = sum;
  }
  const order = topIndices(similarities, voters);
  return order.map((i) => {
    const { text, label, words: theirs } = examples[i] as LabelledVector;
    return { text, label, similarity: similarities[i] as number, overlap: sparseDot(words, theirs) };
  });
}

function topIndices(values: Float32Array, count: number): number[] {
  const top: number[] = [];
  let floor = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (top.length === count && value <= floor) continue;
    let at = top.length;
    while (at > 0 && (values[top[at - 1] as number] as number) < value) at--;
    top.splice(at, 0, i);
    if (top.length > count) top.pop();
    floor = values[top.at(-1) as number] as number;
  }
  return top;
}

const least = 1e-6;

/** For each label what each part says of it. */
function scoresOf(parts: Parts, vector: TextVector, neighbours: readonly Neighbour[]): Map<string, number[]> {
  const { labels } = parts.both;
  const both = parts.both.probabilities(vector);
  const words = parts.words.probabilities(vector);
  const votes = votesOf(neighbours, ({ similarity }) => Math.exp((similarity - 1) / temperature));
  const wordVotes = votesOf(neighbours, ({ overlap }) => Math.exp((overlap - 1) / (temperature * 4)));
  const closest = new Map<string, number>();
  for (const { label, similarity } of neighbours) if (!closest.has(label)) closest.set(label, similarity);
  const farthest = neighbours.at(-1)?.similarity ?? 0;
  return new Map(
    labels.map((label, k) => [
      label,
      [
        Math.log((both[k] as number) + least),
        Math.log((words[k] as number) + least),
        Math.log((votes.get(label) ?? 0) + least),
        Math.log((wordVotes.get(label) ?? 0) + least),
        10 * (closest.get(label) ?? farthest),
      ],
    ]),
  );
}

function votesOf(neighbours: readonly Neighbour[], weight: (neighbour: Neighbour) => number): Map<string, number> {
  const votes = new Map<string, number>();
  let sum = 0;
  for (const neighbour of neighbours) {
    const vote = weight(neighbour);
    sum += vote;
    votes.set(neighbour.label, (votes.get(neighbour.label) ?? 0) + vote);
  }
  for (const [label, vote] of votes) votes.set(label, vote / (sum || 1));
  return votes;
}

const ranked = (probabilities: ReadonlyMap<string, number>) => [...probabilities].sort(([, a], [, b]) => b - a);

function routeFeatures(pooled: ReadonlyMap<string, number>, neighbours: readonly Neighbour[]): number[] {
  const [first, second] = ranked(pooled);
  const [label = '', probability = 0] = first ?? [];
  const near = neighbours.slice(0, neighbourCount);
  const share = near.filter((neighbour) => neighbour.label === label).length / Math.max(1, near.length);
  return [
    probability,
    probability - (second?.[1] ?? 0),
    Math.log(probability + least) - Math.log((second?.[1] ?? 0) + least),
    neighbours[0]?.similarity ?? 0,
    share,
    neighbours[0]?.label === label ? 1 : 0,
  ];
}

function hitFeatures(
  pooled: ReadonlyMap<string, number>,
  neighbours: readonly Neighbour[],
  label: string,
  { negation, name }: Differences,
): number[] {
  const [first] = ranked(pooled);
  const probability = pooled.get(label) ?? 0;
  return [
    ...neighbourFeatures(neighbours),
    probability,
    Math.log(probability + least),
    first?.[0] === label ? 1 : 0,
    negation ? 1 : 0,
    name ? 1 : 0,
  ];
}
