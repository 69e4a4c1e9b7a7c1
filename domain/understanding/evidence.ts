import { type LabelledVector, LinearClassifier, type LinearParameters, type TextVector } from './linear-classifier.ts';
import { type Neighbour, neighbourCount, neighbourFeatures } from './neighbours.ts';
import { type Differences, differencesOf } from './same-claim.ts';
import { sparseDot, TextFeatures, wordsOf } from './text-features.ts';

/** A question whose meaning is known. */
export interface Example {
  readonly text: string;
  /** What it stands for. */
  readonly label: string;
  /** Of unit length. */
  readonly embedding: Float32Array;
}

/** Near neighbours that vote. */
const voters = 30;
/** How fast the vote of a neighbour falls with its distance. */
const temperature = 0.03;

/** What looks at a question. */
export interface Parts {
  readonly features: TextFeatures;
  readonly examples: readonly LabelledVector[];
  readonly both: LinearClassifier;
  readonly words: LinearClassifier;
  readonly vocabulary: ReadonlySet<string>;
}

/** What is learnt of the parts; the rest of them are the examples. */
export interface Classifiers {
  readonly both: LinearParameters;
  readonly words: LinearParameters;
}

/** @param learnt trained on the same examples; they are trained now when it is unset, which takes its time. */
export function partsOf(examples: readonly Example[], learnt?: Classifiers): Parts {
  const features = new TextFeatures(examples.map(({ text }) => text));
  const vectors = examples.map(({ text, label, embedding }) => ({ text, label, embedding, words: features.of(text) }));
  return {
    features,
    vocabulary: new Set(examples.flatMap(({ text }) => wordsOf(text))),
    examples: vectors,
    both: learnt ? new LinearClassifier(learnt.both) : LinearClassifier.train(vectors, { embedding: 2, words: 1 }),
    words: learnt ? new LinearClassifier(learnt.words) : LinearClassifier.train(vectors, { embedding: 0, words: 2 }),
  };
}

/**
 * How a question differs from what the nearest one stands for. One near wording of it that differs in nothing essential is enough: others
 * may name other amounts, or deny what this one affirms.
 */
export function differencesToAnswer(
  text: string,
  neighbours: readonly Neighbour[],
  vocabulary: ReadonlySet<string>,
): Differences {
  const [nearest] = neighbours;
  const first = differencesOf(text, nearest?.text ?? '', (word) => vocabulary.has(word));
  if (!first.veto) return first;
  const others = neighbours.slice(1, neighbourCount).filter(({ label }) => label === nearest?.label);
  const fits = others.some((other) => !differencesOf(text, other.text, (word) => vocabulary.has(word)).veto);
  return fits ? { ...first, veto: undefined } : first;
}

/** The examples that are most like it, the nearest first. */
export function nearest(examples: readonly LabelledVector[], { embedding, words }: TextVector): Neighbour[] {
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
export function scoresOf(parts: Parts, vector: TextVector, neighbours: readonly Neighbour[]): Map<string, number[]> {
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

/** The most probable first. */
export const ranked = (probabilities: ReadonlyMap<string, number>) => [...probabilities].sort(([, a], [, b]) => b - a);

/** What tells whether the most probable label is right. */
export function routeFeatures(pooled: ReadonlyMap<string, number>, neighbours: readonly Neighbour[]): number[] {
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

/** What tells whether the nearest question stands for the same. */
export function hitFeatures(
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
