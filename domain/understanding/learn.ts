import {
  type Classifiers,
  differencesToAnswer,
  type Example,
  hitFeatures,
  nearest,
  partsOf,
  ranked,
  routeFeatures,
  scoresOf,
} from './evidence.ts';
import { Logistic, type LogisticParameters, thresholdFor } from './logistic.ts';
import type { Neighbour } from './neighbours.ts';
import { poolOf, poolWeights } from './pool.ts';
import type { Differences } from './same-claim.ts';
import { hashOf } from './text-features.ts';

/** What a semantic model knows beside its examples: plain data, which goes from thread to thread. */
export interface Learnt extends Classifiers {
  readonly pool: readonly number[];
  readonly routeCheck: LogisticParameters;
  readonly hitCheck: LogisticParameters;
  /** Confidence from which a routing is sure. */
  readonly sureFrom: number;
  /** Probability from which a cached answer is served. */
  readonly hitFrom: number;
}

export interface LearningOptions {
  /** Share of sure routings that may be wrong. */
  readonly maxWrongRoutes?: number;
  /** Share of routings that are to be sure even so. */
  readonly minSureRoutes?: number;
  /** Share of served answers that may be wrong. */
  readonly maxWrongHits?: number;
}

const folds = 4;

/**
 * Learns from examples how to tell what a question means. How far each part is to be trusted, and when the whole may call itself sure, is
 * learnt from examples that the parts had not seen (cross-fitting in four folds). A thousand examples take seconds: run it in a thread.
 * The same examples teach the same.
 */
export function learn(examples: readonly Example[], options: LearningOptions = {}): Learnt {
  const { maxWrongRoutes = 0.02, minSureRoutes = 0.87, maxWrongHits = 0.011 } = options;
  const unseen = crossFit(examples);
  const pool = poolWeights(unseen.map(({ scores, label }) => ({ scores, label })));
  const judged = unseen.map((one) => ({ ...one, pooled: poolOf(one.scores, pool) }));
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
  const routeCheck = Logistic.fit(
    routes.map(({ features }) => features),
    routes.map(({ right }) => right),
  );
  const hitCheck = Logistic.fit(
    hits.map(({ features }) => features),
    hits.map(({ right }) => right),
  );
  const weighed = (check: Logistic, cases: typeof routes) =>
    cases.map(({ features, right }) => ({ probability: check.probability(features), right }));
  const { both, words } = partsOf(examples);
  return {
    pool,
    routeCheck: routeCheck.parameters,
    hitCheck: hitCheck.parameters,
    sureFrom: thresholdFor(weighed(routeCheck, routes), { maxWrong: maxWrongRoutes, least: minSureRoutes }),
    hitFrom: thresholdFor(weighed(hitCheck, hits), { maxWrong: maxWrongHits }),
    both: both.parameters,
    words: words.parameters,
  };
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
