import { elementType, float32, type GraphBuilder, int64 } from './onnx-graph.ts';
import type { Weights } from './tensor.ts';

/** Pieces of graph that more than one transformer is built from. */

export function layerNorm(
  graph: GraphBuilder,
  input: string,
  name: string,
  gain: () => Weights,
  bias: () => Weights,
  epsilon: number,
): string {
  return graph.op(
    'LayerNormalization',
    [input, graph.weight(`${name}/gain`, () => float32(gain())), graph.weight(`${name}/bias`, () => float32(bias()))],
    { axis: -1, epsilon: { float: epsilon } },
  );
}

/** [batch, length, width] → [batch, heads, length, headWidth]. */
export function splitHeads(graph: GraphBuilder, input: string, heads: number, headWidth: number, output?: string): string {
  const shape = graph.weight('shape/split-heads', () => int64([0, 0, heads, headWidth]));
  return graph.op('Transpose', [graph.op('Reshape', [input, shape])], { perm: [0, 2, 1, 3] }, '', output);
}

/** Scaled dot-product attention over heads, back to [batch, length, width]. */
export function attention(
  graph: GraphBuilder,
  query: string,
  key: string,
  value: string,
  size: { heads: number; headWidth: number },
  mask?: string,
): string {
  const scale = graph.weight('attention/scale', () => ({
    type: elementType.float,
    dims: [],
    bytes: new Uint8Array(Float32Array.of(size.headWidth ** -0.5).buffer),
  }));
  const scores = graph.op('MatMul', [graph.op('Mul', [query, scale]), graph.op('Transpose', [key], { perm: [0, 1, 3, 2] })]);
  const masked = mask ? graph.op('Add', [scores, mask]) : scores;
  const mixed = graph.op('MatMul', [graph.op('Softmax', [masked], { axis: -1 }), value]);
  const shape = graph.weight('shape/merge-heads', () => int64([0, 0, size.heads * size.headWidth]));
  return graph.op('Reshape', [graph.op('Transpose', [mixed], { perm: [0, 2, 1, 3] }), shape]);
}

/** The first `length` rows of a table of positions, where length is the size of one axis of `like`. */
export function positionsUpTo(graph: GraphBuilder, table: string, like: string, axis: number): string {
  const from = graph.weight(`axis/${axis}`, () => int64([axis]));
  const to = graph.weight(`axis/${axis + 1}`, () => int64([axis + 1]));
  const length = graph.op('Slice', [graph.op('Shape', [like]), from, to]);
  const zero = graph.weight('axis/0', () => int64([0]));
  return graph.op('Slice', [table, zero, length, zero]);
}
