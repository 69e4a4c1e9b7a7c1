import type { JudgedPause } from './judge.ts';

/** A turn's pauses with the score of each. */
export type ScoredTurn = readonly (Pick<JudgedPause, 'lengthMs' | 'last'> & { readonly score: number })[];

export interface OperatingPoint {
  readonly delayMs: number;
  /** Share of turns that were cut off. */
  readonly cutOffs: number;
}

const actionDelaysMs = [200, 250, 300, 350, 400, 500, 600, 700, 800, 1000, 1200];
const timeoutsMs = [200, 250, 300, 400, 500, 600, 700, 800, 900, 1000, 1200, 1400, 1600, 2000, 2500, 3000];

/**
 * Every policy that ends a turn after `actionDelay` of silence where the score reaches a threshold, and after `timeout` in any case, as
 * livekit/eot-bench sweeps them. The delay is the mean over the turns' true ends.
 */
export function sweep(turns: readonly ScoredTurn[]): OperatingPoint[] {
  const scores = [...new Set(turns.flat().map(({ score }) => score))].sort((a, b) => a - b);
  const thresholds = [...Array.from({ length: 60 }, (_, i) => scores[Math.floor((i / 60) * scores.length)] ?? 1), 2];
  const points: OperatingPoint[] = [];
  for (const actionDelay of actionDelaysMs) {
    for (const timeout of timeoutsMs.filter((ms) => ms >= actionDelay)) {
      for (const threshold of new Set(thresholds)) {
        const waitMs = (score: number) => (score >= threshold ? actionDelay : timeout);
        let cut = 0;
        let delay = 0;
        for (const turn of turns) {
          if (turn.some(({ score, last, lengthMs }) => !last && waitMs(score) < lengthMs)) cut++;
          const end = turn.find(({ last }) => last);
          delay += end ? waitMs(end.score) : 0;
        }
        points.push({ delayMs: delay / turns.length, cutOffs: cut / turns.length });
      }
    }
  }
  return points;
}

/** Fewest turns cut off within a mean delay. */
export const cutOffsWithin = (points: readonly OperatingPoint[], delayMs: number): number =>
  Math.min(1, ...points.filter((point) => point.delayMs <= delayMs).map(({ cutOffs }) => cutOffs));

/** Shortest mean delay at which no more turns are cut off. */
export const delayAt = (points: readonly OperatingPoint[], cutOffs: number): number =>
  Math.min(...points.filter((point) => point.cutOffs <= cutOffs).map(({ delayMs }) => delayMs));
