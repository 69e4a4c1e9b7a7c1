import onnxProto from 'onnx-proto';
import { elementType, nodesFor } from './onnx-graph.ts';

const { onnx } = onnxProto;
type Node = onnxProto.onnx.INodeProto;
type TensorProto = onnxProto.onnx.ITensorProto;

/**
 * Kokoro's int8 convolutions and matrix products folded back to float32. On a CPU `ConvInteger` hardly uses a second core; the
 * same weights times their scale in a plain `Conv` run about twice as fast. The chain that is replaced:
 * DynamicQuantizeLinear → ConvInteger | MatMulInteger → (Add quantised bias) → Cast → Mul (input scale × weight scale).
 * Folds every chain of that shape and returns how many there were. Others stay as they are.
 */
export function foldIntegerOps(graph: onnxProto.onnx.IGraphProto): number {
  const nodes = graph.node ?? [];
  const tensors = new Map((graph.initializer ?? []).map((t) => [t.name ?? '', t]));
  const producers = new Map(nodes.flatMap((n) => (n.output ?? []).map((o) => [o, n] as const)));
  const consumers = new Map<string, Node[]>();
  for (const node of nodes) for (const input of node.input ?? []) consumers.set(input, [...(consumers.get(input) ?? []), node]);

  const replacements = new Map<Node, Node>();
  const dead = new Set<Node>();
  for (const node of nodes) {
    if (node.opType !== 'ConvInteger' && node.opType !== 'MatMulInteger') continue;
    const chain = chainOf(node, { tensors, producers, consumers });
    if (!chain) continue;
    const weightName = `${node.input?.[1]}_folded`;
    tensors.set(weightName, foldedWeights(weightName, chain, node.opType === 'ConvInteger'));
    const isConv = node.opType === 'ConvInteger';
    replacements.set(chain.last, {
      opType: isConv ? 'Conv' : 'MatMul',
      name: `${node.name}_folded`,
      input: [chain.input, weightName, ...(chain.biasName ? [chain.biasName] : [])],
      output: [...(chain.last.output ?? [])],
      attribute: isConv ? (node.attribute ?? []) : [],
    });
    for (const gone of chain.replaced) dead.add(gone);
  }
  const kept = nodes.flatMap((n) => replacements.get(n) ?? (dead.has(n) ? [] : [n]));
  graph.node = nodesFor(
    kept,
    (graph.output ?? []).map((o) => o.name ?? ''),
  );
  const used = new Set(graph.node.flatMap((n) => n.input ?? []));
  graph.initializer = [...tensors].filter(([name]) => used.has(name)).map(([, tensor]) => tensor);
  return replacements.size;
}

interface Lookup {
  readonly tensors: ReadonlyMap<string, TensorProto>;
  readonly producers: ReadonlyMap<string, Node>;
  readonly consumers: ReadonlyMap<string, Node[]>;
}

interface Chain {
  /** The float input, before it was quantised. */
  readonly input: string;
  readonly weights: TensorProto;
  readonly zeroPoint: TensorProto | undefined;
  readonly scale: TensorProto;
  readonly biasName: string | undefined;
  /** The node whose output the folded one takes over. */
  readonly last: Node;
  readonly replaced: readonly Node[];
}

function chainOf(node: Node, { tensors, producers, consumers }: Lookup): Chain | undefined {
  const inputs = node.input ?? [];
  const quantize = producers.get(inputs[0] ?? '');
  const weights = tensors.get(inputs[1] ?? '');
  if (quantize?.opType !== 'DynamicQuantizeLinear' || !weights) return undefined;
  const only = (name: string | undefined): Node | undefined => {
    const found = consumers.get(name ?? '') ?? [];
    return found.length === 1 ? found[0] : undefined;
  };
  const replaced: Node[] = [node];
  let next = only(node.output?.[0]);
  let biasName: string | undefined;
  if (next?.opType === 'Add') {
    biasName = biasOf(next, node.output?.[0] ?? '', tensors, producers);
    if (!biasName) return undefined;
    replaced.push(next);
    next = only(next.output?.[0]);
  }
  if (next?.opType !== 'Cast') return undefined;
  const castOutput = next.output?.[0];
  const last = only(castOutput);
  const scales = producers.get((last?.input ?? []).find((name) => name !== castOutput) ?? '');
  const scale = tensors.get((scales?.input ?? []).find((name) => name !== quantize.output?.[1]) ?? '');
  if (last?.opType !== 'Mul' || scales?.opType !== 'Mul' || !scale) return undefined;
  return {
    input: quantize.input?.[0] ?? '',
    weights,
    zeroPoint: inputs[3] ? tensors.get(inputs[3]) : undefined,
    scale,
    biasName,
    last,
    replaced: [...replaced, next, scales],
  };
}

/** The float bias behind a quantised one: it was divided by the scales, rounded and reshaped on the way here. */
function biasOf(add: Node, product: string, tensors: Lookup['tensors'], producers: Lookup['producers']): string | undefined {
  let node = producers.get((add.input ?? []).find((name) => name !== product) ?? '');
  while (node && node.opType !== 'Div') node = producers.get(node.input?.[0] ?? '');
  return (node?.input ?? []).find((name) => tensors.has(name));
}

function foldedWeights(name: string, chain: Chain, isConv: boolean): TensorProto {
  const dims = (chain.weights.dims ?? []).map(Number);
  const source = integers(chain.weights);
  const zero = chain.zeroPoint ? integers(chain.zeroPoint) : Int8Array.of(0);
  const scale = floats(chain.scale);
  const out = new Float32Array(source.length);
  // A convolution has one scale an output channel (the first axis), a matrix product one a column (the last).
  const perChannel = isConv ? source.length / (dims[0] ?? 1) : 1;
  const channels = isConv ? (dims[0] ?? 1) : (dims.at(-1) ?? 1);
  for (let i = 0; i < source.length; i++) {
    const channel = Math.floor(i / perChannel) % channels;
    out[i] =
      ((source[i] as number) - (zero[zero.length === 1 ? 0 : channel] as number)) *
      (scale[scale.length === 1 ? 0 : channel] as number);
  }
  return { name, dims, dataType: elementType.float, rawData: new Uint8Array(out.buffer) };
}

function integers(tensor: TensorProto): Int8Array | Uint8Array {
  const unsigned = tensor.dataType === onnx.TensorProto.DataType.UINT8;
  const raw = tensor.rawData;
  if (raw?.length) {
    return unsigned ? raw : new Int8Array(raw.buffer, raw.byteOffset, raw.length);
  }
  return unsigned ? Uint8Array.from(tensor.int32Data ?? []) : Int8Array.from(tensor.int32Data ?? []);
}

function floats(tensor: TensorProto): Float32Array {
  // A copy: the bytes lie anywhere in the file, floats must be aligned.
  if (tensor.rawData?.length) return new Float32Array(Uint8Array.from(tensor.rawData).buffer);
  return Float32Array.from(tensor.floatData ?? []);
}
