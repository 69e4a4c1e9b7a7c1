import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { basename } from 'node:path';
import onnxProto from 'onnx-proto';
import { quantizeColumns, type Weights } from './tensor.ts';

const { onnx } = onnxProto;
type INode = onnxProto.onnx.INodeProto;
type ITensor = onnxProto.onnx.ITensorProto;

export const elementType = { float: 1, int8: 3, int32: 6, int64: 7, float16: 10 } as const;
export type ElementType = (typeof elementType)[keyof typeof elementType];

export interface Tensor {
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly bytes: Uint8Array;
}

export type AttributeValue = number | readonly number[] | string | { readonly float: number };

export interface ValueInfo {
  readonly name: string;
  readonly type: ElementType;
  /** A text is a free dimension of that name. */
  readonly dims: readonly (number | string)[];
}

export const float32 = (weights: Weights): Tensor => ({
  type: elementType.float,
  dims: weights.dims,
  bytes: new Uint8Array(weights.data.buffer, weights.data.byteOffset, weights.data.byteLength),
});

export const int64 = (values: readonly number[], dims: readonly number[] = [values.length]): Tensor => ({
  type: elementType.int64,
  dims,
  bytes: new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer),
});

/** The nodes that `outputs` need; `nodes` are in an order in which each comes after what it uses, as ONNX has it. */
export function nodesFor(nodes: readonly INode[], outputs: readonly string[]): INode[] {
  const needed = new Set(outputs);
  const kept: INode[] = [];
  for (const node of [...nodes].reverse()) {
    if (!(node.output ?? []).some((name) => needed.has(name))) continue;
    kept.unshift(node);
    for (const name of node.input ?? []) needed.add(name);
  }
  return kept;
}

/** Initializers above this many bytes lie in the data file beside the graph (ONNX external data). */
const inlineLimitBytes = 1024;

/**
 * Builds an ONNX graph (opset 20, IR 10) node by node. Large weights are written to `<file>.data` as they are added, so that a
 * model of any size needs the memory of one matrix, and the graph stays under protobuf's 2 GB limit.
 */
export class GraphBuilder {
  readonly #file: string;
  readonly #dataFd: number;
  readonly #nodes: INode[] = [];
  readonly #tensors = new Map<string, ITensor>();
  #dataBytes = 0;
  #counter = 0;

  constructor(file: string) {
    this.#file = file;
    this.#dataFd = openSync(`${file}.data`, 'w');
  }

  /** Adds a weight once and returns its name; `make` runs only the first time. */
  weight(name: string, make: () => Tensor): string {
    if (!this.#tensors.has(name)) this.#tensors.set(name, this.#store(name, make()));
    return name;
  }

  /** Adds a node with one output and returns the output's name. */
  op(
    type: string,
    inputs: readonly string[],
    attributes: Record<string, AttributeValue> = {},
    domain = '',
    output?: string,
  ): string {
    const name = output ?? `${type}_${this.#counter++}`;
    this.#nodes.push({
      opType: type,
      name: `n_${name}`,
      domain,
      input: [...inputs],
      output: [name],
      attribute: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
    });
    return name;
  }

  /** `input` × `weights` (+ bias), in float32 or with int8 weights and activations quantised at run time. */
  linear(
    input: string,
    name: string,
    weights: () => Weights,
    bias: (() => Weights) | undefined,
    precision: 'fp32' | 'int8',
    output?: string,
  ): string {
    const biasName = bias ? [this.weight(`${name}/bias`, () => float32(bias()))] : [];
    if (precision === 'fp32') {
      const product = this.op(
        'MatMul',
        [input, this.weight(`${name}/weight`, () => float32(weights()))],
        {},
        '',
        bias ? undefined : output,
      );
      return bias ? this.op('Add', [product, ...biasName], {}, '', output) : product;
    }
    this.#quantized(name, weights);
    const parts = [`${name}/int8`, `${name}/scale`, `${name}/zero`];
    return this.op('DynamicQuantizeMatMul', [input, ...parts, ...biasName], {}, 'com.microsoft', output);
  }

  #quantized(name: string, weights: () => Weights): void {
    if (this.#tensors.has(`${name}/int8`)) return;
    const matrix = weights();
    const { data, scales } = quantizeColumns(matrix, 7);
    this.weight(`${name}/int8`, () => ({ type: elementType.int8, dims: matrix.dims, bytes: new Uint8Array(data.buffer) }));
    this.weight(`${name}/scale`, () => float32({ data: scales, dims: [scales.length] }));
    this.weight(`${name}/zero`, () => ({ type: elementType.int8, dims: [scales.length], bytes: new Uint8Array(scales.length) }));
  }

  save(inputs: readonly ValueInfo[], outputs: readonly ValueInfo[]): void {
    closeSync(this.#dataFd);
    const model = onnx.ModelProto.create({
      irVersion: 10,
      producerName: 'voicebot-orchestrator',
      opsetImport: [
        { domain: '', version: 20 },
        { domain: 'com.microsoft', version: 1 },
      ],
      graph: {
        name: basename(this.#file),
        node: this.#nodes,
        initializer: [...this.#tensors.values()],
        input: inputs.map(valueInfo),
        output: outputs.map(valueInfo),
      },
    });
    writeFileSync(this.#file, onnx.ModelProto.encode(model).finish());
  }

  #store(name: string, tensor: Tensor): ITensor {
    const proto: ITensor = { name, dims: [...tensor.dims], dataType: tensor.type };
    if (tensor.bytes.byteLength <= inlineLimitBytes) return { ...proto, rawData: tensor.bytes };
    const offset = Math.ceil(this.#dataBytes / 64) * 64;
    writeSync(this.#dataFd, tensor.bytes, 0, tensor.bytes.byteLength, offset);
    this.#dataBytes = offset + tensor.bytes.byteLength;
    return {
      ...proto,
      dataLocation: onnx.TensorProto.DataLocation.EXTERNAL,
      externalData: [
        { key: 'location', value: `${basename(this.#file)}.data` },
        { key: 'offset', value: String(offset) },
        { key: 'length', value: String(tensor.bytes.byteLength) },
      ],
    };
  }
}

function attribute(name: string, value: AttributeValue): onnxProto.onnx.IAttributeProto {
  const types = onnx.AttributeProto.AttributeType;
  if (typeof value === 'number') return { name, type: types.INT, i: value };
  if (typeof value === 'string') return { name, type: types.STRING, s: Buffer.from(value) };
  if ('float' in value) return { name, type: types.FLOAT, f: value.float };
  return { name, type: types.INTS, ints: [...value] };
}

function valueInfo(value: ValueInfo): onnxProto.onnx.IValueInfoProto {
  const dim = value.dims.map((d) => (typeof d === 'number' ? { dimValue: d } : { dimParam: d }));
  return { name: value.name, type: { tensorType: { elemType: value.type, shape: { dim } } } };
}
