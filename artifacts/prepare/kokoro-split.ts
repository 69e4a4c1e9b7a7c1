import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import onnxProto from 'onnx-proto';
import type { Artifact } from '../types.ts';
import { foldIntegerOps } from './kokoro-fold.ts';
import { elementType, nodesFor } from './onnx-graph.ts';
import type { Recipe } from './prepared.ts';
import { writeWithSharedWeights } from './shared-weights.ts';

const { onnx } = onnxProto;
type Graph = onnxProto.onnx.IGraphProto;
type Node = onnxProto.onnx.INodeProto;
type TensorProto = onnxProto.onnx.ITensorProto;
type ValueInfo = onnxProto.onnx.IValueInfoProto;

/** Names of the tensors that pass between the graphs. */
export const kokoroTensors = {
  /** [1, 512, frames]: what the generator turns into sound, 80 frames a second. */
  frames: '/decoder/decoder/decode.3/Div_4_output_0',
  /** [1, 300 × frames + 20]: the harmonic source, one sample for each of the sound's, with half a window of its transform on each side. */
  source: '/decoder/decoder/generator/Reshape_3_output_0',
  /** int64 [tokens]: frames of each token, in halves: 40 a second. */
  durations: '/encoder/Gather_output_0',
  /** [1, channels, 1]: what the style makes of every norm of the generator, one after the other. */
  gains: 'voicebot/gains',
  offsets: 'voicebot/offsets',
  /** [1, channels, 1]: what the norms have measured. */
  means: 'voicebot/means',
  deviations: 'voicebot/deviations',
  /** [1, channels, 1]: norms with fixed statistics, as a factor and a summand. */
  factors: 'voicebot/factors',
  summands: 'voicebot/summands',
  audio: 'audio',
} as const;

export const kokoroGraphFiles = { text: 'text.onnx', generator: 'generator.onnx', pieces: 'pieces.onnx' } as const;

/**
 * Kokoro, folded and cut in two: the text side, and the generator that makes sound of its frames. The generator is there twice on the
 * same weights: with its norms over the whole utterance, which tells their statistics; and with the statistics given, so that a stretch
 * of frames needs nothing of what follows it.
 */
export function kokoroSplitRecipe(artifact: Artifact): Recipe {
  return {
    name: 'kokoro-split',
    version: 1,
    input: artifact,
    options: {},
    run(inputs, outputDir) {
      const model = onnx.ModelProto.decode(readFileSync(inputs[0] ?? ''));
      const graph = model.graph as Graph;
      if (foldIntegerOps(graph) === 0) {
        throw new Error('The Kokoro graph holds no integer operation of the known shape; nothing was folded.');
      }
      const graphs = splitKokoro(graph);
      const files = Object.entries(graphs).map(([name, part]) => ({
        file: join(outputDir, kokoroGraphFiles[name as keyof typeof graphs]),
        model: onnx.ModelProto.create({ irVersion: model.irVersion, opsetImport: model.opsetImport, graph: part }),
      }));
      writeWithSharedWeights(files, join(outputDir, 'kokoro.weights'));
    },
  };
}

/** One adaptive instance norm: `out` = gain × (input − mean) ÷ deviation + offset. */
interface Norm {
  readonly input: string;
  readonly mean: string;
  readonly deviation: string;
  readonly gain: string;
  readonly offset: string;
  readonly out: string;
  readonly channels: number;
}

/** The folded graph in its parts. */
export function splitKokoro(graph: Graph): Record<keyof typeof kokoroGraphFiles, Graph> {
  const t = kokoroTensors;
  const lookup = new Lookup(graph);
  const generator = lookup.needed([t.audio], [t.frames, t.source]);
  const norms = normsIn(generator, lookup);
  if (norms.length === 0) throw new Error('The Kokoro generator holds no norm of the known shape.');
  const names = (key: 'gain' | 'offset' | 'mean' | 'deviation') => norms.map((norm) => norm[key]);
  const perChannel = (name: string) => valueInfo(name, elementType.float, [1, norms.reduce((sum, n) => sum + n.channels, 0), 1]);
  const style = (graph.input ?? []).filter(({ name }) => name === 'style');
  const audio = graph.output ?? [];
  const frames = [
    valueInfo(t.frames, elementType.float, [1, 512, 'frames']),
    valueInfo(t.source, elementType.float, [1, 'samples']),
  ];

  const replaced = new Map(norms.map((norm, i) => [norm.out, i]));
  const fixed = generator.flatMap((node) => {
    const index = replaced.get(node.output?.[0] ?? '');
    if (index === undefined) return [node];
    const { input, out } = norms[index] as Norm;
    return [
      op('Mul', [input, `factor_${index}`], [`scaled_${index}`]),
      op('Add', [`scaled_${index}`, `summand_${index}`], [out]),
    ];
  });
  const sizes = int64(
    'voicebot/norm_sizes',
    norms.map(({ channels }) => channels),
  );
  const apart = [
    op(
      'Split',
      [t.factors, sizes.name ?? ''],
      norms.map((_, i) => `factor_${i}`),
      { axis: 1 },
    ),
    op(
      'Split',
      [t.summands, sizes.name ?? ''],
      norms.map((_, i) => `summand_${i}`),
      { axis: 1 },
    ),
  ];
  return {
    text: lookup.part(
      'kokoro-text',
      [
        ...lookup.needed([t.frames, t.source, t.durations, ...names('gain'), ...names('offset')]),
        op('Concat', names('gain'), [t.gains], { axis: 1 }),
        op('Concat', names('offset'), [t.offsets], { axis: 1 }),
      ],
      graph.input ?? [],
      [...frames, valueInfo(t.durations, elementType.int64, ['tokens']), perChannel(t.gains), perChannel(t.offsets)],
    ),
    generator: lookup.part(
      'kokoro-generator',
      [
        ...generator,
        op('Concat', names('mean'), [t.means], { axis: 1 }),
        op('Concat', names('deviation'), [t.deviations], { axis: 1 }),
      ],
      [...frames, ...style],
      [...audio, perChannel(t.means), perChannel(t.deviations)],
    ),
    pieces: lookup.part(
      'kokoro-pieces',
      nodesFor([...apart, ...fixed], [t.audio]),
      [...frames, perChannel(t.factors), perChannel(t.summands)],
      audio,
      [sizes],
    ),
  };
}

/** What makes a tensor, and what is made of it. */
class Lookup {
  readonly #graph: Graph;
  readonly #made = new Map<string, Node>();
  readonly #used = new Map<string, Node[]>();
  readonly weights: ReadonlyMap<string, TensorProto>;

  constructor(graph: Graph) {
    this.#graph = graph;
    this.weights = new Map((graph.initializer ?? []).map((tensor) => [tensor.name ?? '', tensor]));
    for (const node of graph.node ?? []) {
      for (const output of node.output ?? []) this.#made.set(output, node);
      for (const input of node.input ?? []) this.#used.set(input, [...(this.#used.get(input) ?? []), node]);
    }
  }

  made(name: string | undefined): Node | undefined {
    return this.#made.get(name ?? '');
  }

  users(name: string | undefined, opType: string): Node[] {
    return (this.#used.get(name ?? '') ?? []).filter((node) => node.opType === opType);
  }

  /** The nodes that `outputs` need, in the graph's order, as far back as `stop`. */
  needed(outputs: readonly string[], stop: readonly string[] = []): Node[] {
    const found = new Set<Node>();
    const todo = [...outputs];
    for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
      const node = stop.includes(name) ? undefined : this.made(name);
      if (!node || found.has(node)) continue;
      found.add(node);
      todo.push(...(node.input ?? []));
    }
    return (this.#graph.node ?? []).filter((node) => found.has(node));
  }

  part(name: string, node: Node[], input: ValueInfo[], output: ValueInfo[], more: TensorProto[] = []): Graph {
    const used = new Set(node.flatMap((n) => n.input ?? []));
    const initializer = [...this.weights.values(), ...more].filter((tensor) => used.has(tensor.name ?? ''));
    return onnx.GraphProto.create({ name, node, input, output, initializer });
  }
}

/** The norms among `nodes`: Sub(x, mean) → Div(…, Sqrt(…)) → Mul(gain) → Add(offset); several may share one division. */
function normsIn(nodes: readonly Node[], lookup: Lookup): Norm[] {
  const norms: Norm[] = [];
  for (const root of nodes) {
    const deviation = root.output?.[0] ?? '';
    if (root.opType !== 'Sqrt') continue;
    for (const division of lookup.users(deviation, 'Div')) {
      const centred = lookup.made(division.input?.[0]);
      const [input = '', mean = ''] = centred?.input ?? [];
      if (centred?.opType !== 'Sub' || lookup.made(mean)?.opType !== 'ReduceMean') continue;
      const normed = division.output?.[0] ?? '';
      for (const product of lookup.users(normed, 'Mul')) {
        const gain = otherInput(product, normed);
        for (const sum of lookup.users(product.output?.[0], 'Add')) {
          const offset = otherInput(sum, product.output?.[0]);
          norms.push({ input, mean, deviation, gain, offset, out: sum.output?.[0] ?? '', channels: channelsOf(gain, lookup) });
        }
      }
    }
  }
  return norms;
}

const otherInput = (node: Node, one: string | undefined): string => (node.input ?? []).find((name) => name !== one) ?? '';

/** Channels of a norm: half of what its matrix gives, whose bias lies behind the gain. */
function channelsOf(gain: string, lookup: Lookup): number {
  for (let node = lookup.made(gain); node; node = lookup.made(node.input?.[0])) {
    const bias = (node.input ?? []).map((name) => lookup.weights.get(name)).find((tensor) => Number(tensor?.dims?.[0]) > 1);
    if (node.opType === 'Add' && bias) return Number(bias.dims?.[0]) / 2;
  }
  throw new Error(`The size of the norm behind ${gain} cannot be told.`);
}

function op(opType: string, input: string[], output: string[], attributes: Record<string, number | number[]> = {}): Node {
  const types = onnx.AttributeProto.AttributeType;
  const attribute = Object.entries(attributes).map(([name, value]) =>
    typeof value === 'number' ? { name, type: types.INT, i: value } : { name, type: types.INTS, ints: value },
  );
  return onnx.NodeProto.create({ opType, name: `voicebot/${opType}/${output[0]}`, input, output, attribute });
}

const int64 = (name: string, values: readonly number[]): TensorProto => ({
  name,
  dims: [values.length],
  dataType: elementType.int64,
  rawData: new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
});

function valueInfo(name: string, elemType: number, dims: readonly (number | string)[]): ValueInfo {
  const dim = dims.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: `${name}/${size}` }));
  return onnx.ValueInfoProto.create({ name, type: { tensorType: { elemType, shape: { dim } } } });
}
