import { type FixedNorms, type KokoroGraphs, type Prepared, soundingFrames } from './graphs.ts';
import { kokoroSampleRateHz } from './thread-types.ts';
import { Trimmer } from './trimmer.ts';

/** Kept before the first and after the last sound of a clause, so that soft consonants are not cut. */
const marginSamples = kokoroSampleRateHz * 0.04;

export interface Piece {
  readonly samples: Int16Array;
  readonly frames: number;
  readonly share: number;
}

/** One clause that is spoken piece by piece. */
export class Utterance {
  readonly #clause: Prepared;
  readonly #norms: FixedNorms;
  readonly #pauseSamples: number;
  readonly #trimmer = new Trimmer(marginSamples);
  readonly #to: number;
  #at: number;

  constructor(clause: Prepared, norms: FixedNorms, pauseSamples: number) {
    this.#clause = clause;
    this.#norms = norms;
    this.#pauseSamples = pauseSamples;
    const { from, to } = soundingFrames(clause);
    this.#at = from;
    this.#to = to;
  }

  get done(): boolean {
    return this.#at >= this.#to;
  }

  /** @param frames wanted; the last piece takes what would be too little for one more. */
  async next(graphs: KokoroGraphs, frames: number): Promise<Piece> {
    const from = this.#at;
    const to = this.#to - from - frames < frames / 2 ? this.#to : from + frames;
    const sound = this.#trimmer.push(await graphs.piece(this.#clause, this.#norms, from, to));
    this.#at = to;
    const samples = this.done ? pcm([sound, this.#trimmer.end()], this.#pauseSamples) : pcm([sound], 0);
    const { soundFrom, soundTo } = this.#clause;
    const share = this.done ? 1 : Math.min(1, Math.max(0, (to - soundFrom) / (soundTo - soundFrom)));
    return { samples, frames: to - from, share };
  }
}

/** A clause that was made at once, without the silence around it. */
export function trimmed(audio: Float32Array, pauseSamples: number): Int16Array {
  const trimmer = new Trimmer(marginSamples);
  const sound = trimmer.push(audio);
  // Nothing that could be heard: no pause after it either.
  return sound.length === 0 ? new Int16Array(0) : pcm([sound, trimmer.end()], pauseSamples);
}

function pcm(parts: readonly Float32Array[], pauseSamples: number): Int16Array {
  const out = new Int16Array(parts.reduce((sum, { length }) => sum + length, 0) + pauseSamples);
  let at = 0;
  for (const part of parts) {
    for (const sample of part) out[at++] = Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_767)));
  }
  return out;
}
