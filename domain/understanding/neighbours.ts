/** A known question near to the one that is asked. */
export interface Neighbour {
  readonly text: string;
  /** What it stands for: an intent, or an answer. */
  readonly label: string;
  /** Cosine similarity of the embeddings. */
  readonly similarity: number;
  /** Cosine similarity of the words. */
  readonly overlap: number;
}

/** As many neighbours are looked at. */
export const neighbourCount = 10;

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);

/**
 * What the nearest questions tell about the nearest one: how near they are, and how many of them stand for the same.
 * @param neighbours by falling similarity; at least one.
 */
export function neighbourFeatures(neighbours: readonly Neighbour[]): number[] {
  const near = neighbours.slice(0, neighbourCount);
  const [first] = near as [Neighbour];
  const at = (i: number) => near[i]?.similarity ?? near.at(-1)?.similarity ?? 0;
  const share = (n: number) => mean(near.slice(0, n).map(({ label }) => (label === first.label ? 1 : 0)));
  const other = near.find(({ label }) => label !== first.label);
  const bestOverlap = (same: boolean) =>
    Math.max(0, ...near.filter(({ label }) => (label === first.label) === same).map(({ overlap }) => overlap));
  return [
    at(0),
    at(1),
    at(2),
    mean(near.map(({ similarity }) => similarity)),
    share(10),
    share(5),
    share(3),
    at(0) - (other?.similarity ?? at(9) - 0.05),
    first.overlap,
    bestOverlap(true) - bestOverlap(false),
  ];
}
