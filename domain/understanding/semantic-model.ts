import {
  differencesToAnswer,
  type Example,
  hitFeatures,
  nearest,
  type Parts,
  partsOf,
  ranked,
  routeFeatures,
  scoresOf,
} from './evidence.ts';
import type { Learnt } from './learn.ts';
import { Logistic } from './logistic.ts';
import type { Neighbour } from './neighbours.ts';
import { poolOf } from './pool.ts';
import type { Differences } from './same-claim.ts';
import { sparseDot } from './text-features.ts';

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

/** Tells what a question means from examples: two linear classifiers and the nearest examples, pooled. */
export class SemanticModel {
  readonly #parts: Parts;
  readonly #pool: readonly number[];
  readonly #routeCheck: Logistic;
  readonly #hitCheck: Logistic;
  readonly sureFrom: number;
  readonly hitFrom: number;

  /** @param learnt from these examples. */
  constructor(examples: readonly Example[], learnt: Learnt) {
    this.#parts = partsOf(examples, learnt);
    this.#pool = learnt.pool;
    this.#routeCheck = new Logistic(learnt.routeCheck);
    this.#hitCheck = new Logistic(learnt.hitCheck);
    this.sureFrom = learnt.sureFrom;
    this.hitFrom = learnt.hitFrom;
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
