import { join } from 'node:path';
import { Tensor } from 'onnxruntime-node';
import { kokoroGraphFiles, kokoroTensors as names } from '../../artifacts/prepare/kokoro-split.ts';
import { OccasionalSession } from '../runtime/occasional-session.ts';
import { floatsOf, openSession } from '../runtime/onnx.ts';
import { featuresOf, type Measured, type NormStatistics, type StatisticsModel } from './norm-statistics.ts';
import { contextFrames, edgeFrames, frameSamples } from './piece-plan.ts';

export interface TextInput {
  readonly ids: readonly number[];
  readonly style: Float32Array;
  readonly speed: number;
}

/** A clause after the text side: all that the generator needs. */
export interface Prepared {
  readonly style: Float32Array;
  /** [512, length] */
  readonly frames: Float32Array;
  readonly length: number;
  readonly source: Float32Array;
  readonly gains: Float32Array;
  readonly offsets: Float32Array;
  /** Of each token, with the padding at both ends, in frames of the generator. */
  readonly durations: readonly number[];
  /** Frames between the tokens of padding: what lies around them is silence. */
  readonly soundFrom: number;
  readonly soundTo: number;
}

/** Norms with given statistics: factor × input + summand, one a channel. */
export interface FixedNorms {
  readonly factors: Float32Array;
  readonly summands: Float32Array;
}

/** Without work for so long, the generator is closed. */
const generatorIdleMs = 20_000;
/** Channels of the generator's frames. */
const channels = 512;
/** Samples of the source beyond its frames: half a window of its transform on each side. */
const sourceMargin = 20;

/** The graphs of Kokoro: text side and generator, the generator whole or in pieces. Each is opened when it is first needed. */
export class KokoroGraphs {
  readonly #text: OccasionalSession;
  readonly #generator: OccasionalSession;
  readonly #pieces: OccasionalSession;

  constructor(folder: string, threads: number) {
    const session = (file: string, idleMs: number) =>
      new OccasionalSession(() => openSession(join(folder, file), threads), idleMs);
    this.#text = session(kokoroGraphFiles.text, 0);
    // Once a voice is calibrated it is for batches only, and takes two hundred megabytes.
    this.#generator = session(kokoroGraphFiles.generator, generatorIdleMs);
    this.#pieces = session(kokoroGraphFiles.pieces, 0);
  }

  /** Opens what every clause needs. */
  async load(): Promise<void> {
    await this.#text.use(async () => undefined);
  }

  async prepare({ ids, style, speed }: TextInput): Promise<Prepared> {
    const feeds = {
      tokens: new Tensor('int64', BigInt64Array.from([0, ...ids, 0], BigInt), [1, ids.length + 2]),
      style: new Tensor('float32', style, [1, style.length]),
      speed: new Tensor('float32', Float32Array.of(speed), [1]),
    };
    const results = await this.#text.use((session) => session.run(feeds));
    // They are told in halves of the generator's frames.
    const durations = Array.from((results[names.durations]?.data as BigInt64Array | undefined) ?? [], (half) => 2 * Number(half));
    const frames = floatsOf(results, names.frames);
    const length = frames.length / channels;
    return {
      style,
      frames,
      length,
      source: floatsOf(results, names.source),
      gains: floatsOf(results, names.gains),
      offsets: floatsOf(results, names.offsets),
      durations,
      soundFrom: durations.at(0) ?? 0,
      soundTo: length - (durations.at(-1) ?? 0),
    };
  }

  /** The sound of the clause, with the silence around it. */
  async speak(clause: Prepared): Promise<Float32Array> {
    return floatsOf(await this.#generate(clause, [names.audio]), names.audio);
  }

  /** What the norms see while the clause is spoken. */
  async measure(clause: Prepared): Promise<Measured> {
    const results = await this.#generate(clause, [names.means, names.deviations]);
    return {
      features: featuresOf(clause.frames, channels, clause.soundFrom, clause.soundTo),
      means: floatsOf(results, names.means).slice(),
      deviations: floatsOf(results, names.deviations).slice(),
    };
  }

  /** The norms of the clause, with statistics that others have foretold. */
  fixNorms({ frames, soundFrom, soundTo, gains, offsets }: Prepared, model: StatisticsModel): FixedNorms {
    const { means, deviations } = model.foretell(featuresOf(frames, channels, soundFrom, soundTo));
    return fixedNorms(gains, offsets, { means, deviations });
  }

  /** Samples of the frames `from` to `to`. */
  async piece({ frames, length, source }: Prepared, norms: FixedNorms, from: number, to: number): Promise<Float32Array> {
    const left = Math.max(0, from - contextFrames);
    const right = Math.min(length, to + contextFrames);
    const width = right - left;
    const stretch = new Float32Array(channels * width);
    for (let channel = 0; channel < channels; channel++) {
      stretch.set(frames.subarray(channel * length + left, channel * length + right), channel * width);
    }
    const sound = source.subarray(left * frameSamples, right * frameSamples + sourceMargin);
    const feeds = {
      [names.frames]: new Tensor('float32', stretch, [1, channels, width]),
      [names.source]: new Tensor('float32', sound, [1, sound.length]),
      [names.factors]: new Tensor('float32', norms.factors, [1, norms.factors.length, 1]),
      [names.summands]: new Tensor('float32', norms.summands, [1, norms.summands.length, 1]),
    };
    const results = await this.#pieces.use((session) => session.run(feeds));
    return floatsOf(results, names.audio).subarray((from - left) * frameSamples, (to - left) * frameSamples);
  }

  #generate({ style, frames, length, source }: Prepared, outputs: string[]) {
    const feeds = {
      [names.frames]: new Tensor('float32', frames, [1, channels, length]),
      [names.source]: new Tensor('float32', source, [1, source.length]),
      style: new Tensor('float32', style, [1, style.length]),
    };
    // A long clause takes hundreds of megabytes for a second; they are given back.
    const options = { extra: { memory: { enable_memory_arena_shrinkage: 'cpu:0' } } };
    return this.#generator.use((session) => session.run(feeds, outputs, options));
  }
}

function fixedNorms(gains: Float32Array, offsets: Float32Array, { means, deviations }: NormStatistics): FixedNorms {
  const factors = gains.map((gain, i) => gain / (deviations[i] as number));
  const summands = offsets.map((offset, i) => offset - (factors[i] as number) * (means[i] as number));
  return { factors, summands };
}

/** The frames that can hold sound: from a little before the first token to a little after the last. */
export function soundingFrames({ soundFrom, soundTo, length }: Prepared): { readonly from: number; readonly to: number } {
  return { from: Math.max(0, soundFrom - edgeFrames.before), to: Math.min(length, soundTo + edgeFrames.after) };
}
