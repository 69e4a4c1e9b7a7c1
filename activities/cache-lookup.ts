import { type CachedAnswer, countLookup, findExact, findNearest, queueReview } from '../db/cache.ts';
import type { Database } from '../db/open.ts';
import type { AnswerScope } from '../domain/answer-scope.ts';
import { questionKey } from '../domain/cache-policy.ts';
import { neighbourCount } from '../domain/understanding/neighbours.ts';
import type { Routing, SemanticModel } from '../domain/understanding/semantic-model.ts';

export interface CacheQuestion {
  readonly scope: AnswerScope;
  readonly text: string;
  readonly embedding: Float32Array;
  readonly routing: Routing;
  /** Least probability at which an answer is served. */
  readonly threshold: number;
}

export interface FoundAnswer {
  readonly hit: CachedAnswer | undefined;
  /** Counts the look-up, once the caller has their answer. */
  record(): Promise<void>;
}

/** Looks an answer up that was given before, and makes sure that it answers this question. */
export class CacheLookup {
  readonly #db: Database;
  readonly #model: SemanticModel;
  readonly #minSimilarity: number;

  /** @param minSimilarity cosine below which no answer is served, whatever its probability. */
  constructor(db: Database, model: SemanticModel, minSimilarity: number) {
    this.#db = db;
    this.#model = model;
    this.#minSimilarity = minSimilarity;
  }

  async find(asked: CacheQuestion): Promise<FoundAnswer> {
    const started = performance.now();
    const exact = await findExact(this.#db, asked.scope, questionKey(asked.text));
    const { hit, probability } = exact ? { hit: exact, probability: 1 } : await this.#near(asked);
    const searchMs = performance.now() - started;
    const { tenant } = asked.scope;
    return {
      hit,
      record: async () => {
        await countLookup(this.#db, tenant, hit, searchMs);
        // What was judged by the model alone, a person may look at.
        if (hit && !exact) await queueReview(this.#db, { tenant, asked: asked.text, hit, probability });
      },
    };
  }

  async #near({
    scope,
    text,
    embedding,
    routing,
    threshold,
  }: CacheQuestion): Promise<{ hit: CachedAnswer | undefined; probability: number }> {
    const near = await findNearest(this.#db, scope, embedding, neighbourCount);
    const [nearest] = near;
    if (!nearest || nearest.similarity < this.#minSimilarity) return { hit: undefined, probability: 0 };
    const neighbours = near.map((entry) => ({
      text: entry.question,
      // Entries that answer alike ask alike.
      label: entry.reply,
      similarity: entry.similarity,
      overlap: this.#model.overlap(text, entry.question),
    }));
    const { probability } = this.#model.hit(text, routing, neighbours, nearest.intent);
    return { hit: probability >= threshold ? nearest : undefined, probability };
  }
}
