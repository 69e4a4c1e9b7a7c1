/** A passage that was found for a question. */
export interface Candidate {
  readonly articleId: string;
  /** Cosine similarity to the question. */
  readonly similarity: number;
}

export interface ChosenArticle {
  readonly articleId: string;
  readonly similarity: number;
}

/** An article this near answers the question. */
const surelyNear = 0.6;
/** One this near answers it where its words were found too, and no other article is nearly as near. */
const nearEnough = 0.55;
const margin = 0.07;
/** Reciprocal rank fusion (Cormack, Clarke and Büttcher 2009) with its usual constant. */
const fusion = 60;

/**
 * The article that answers, or nothing where none surely does: better no answer than another question's.
 * @param byMeaning passages by falling similarity. @param byWords passages by falling rank of full text.
 */
export function chooseArticle(byMeaning: readonly Candidate[], byWords: readonly Candidate[]): ChosenArticle | undefined {
  const scores = new Map<string, { fused: number; similarity: number; worded: boolean }>();
  const add = (list: readonly Candidate[], worded: boolean) => {
    const seen = new Set<string>();
    let rank = 0;
    for (const { articleId, similarity } of list) {
      const known = scores.get(articleId) ?? { fused: 0, similarity: 0, worded: false };
      const first = !seen.has(articleId);
      seen.add(articleId);
      scores.set(articleId, {
        fused: known.fused + (first ? 1 / (fusion + ++rank) : 0),
        similarity: Math.max(known.similarity, similarity),
        worded: known.worded || worded,
      });
    }
  };
  add(byMeaning, false);
  add(byWords, true);
  // Both lists tell who is asked about at all; the meaning decides among those.
  const ranked = [...scores].sort(([, a], [, b]) => b.similarity + b.fused - (a.similarity + a.fused));
  const [best, second] = ranked;
  if (!best) return undefined;
  const [articleId, { similarity, worded }] = best;
  const ahead = similarity - (second?.[1].similarity ?? 0);
  if (similarity >= surelyNear && (ahead >= margin / 3 || similarity >= 0.8)) return { articleId, similarity };
  return similarity >= nearEnough && worded && ahead >= margin ? { articleId, similarity } : undefined;
}
