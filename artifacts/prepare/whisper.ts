import { join } from 'node:path';
import type { Artifact } from '../types.ts';
import { Ct2Model } from './ct2.ts';
import { elementType, float32, GraphBuilder, int64, type ValueInfo } from './onnx-graph.ts';
import type { Recipe } from './prepared.ts';
import { rows, transpose, type Weights } from './tensor.ts';
import { attention, layerNorm, positionsUpTo, splitHeads } from './transformer.ts';

export type WhisperPrecision = 'int8' | 'fp32';

/** Every Whisper model has heads of this width. */
const headWidth = 64;

interface Shape {
  readonly width: number;
  readonly heads: number;
  readonly melBins: number;
  readonly encoderLayers: number;
  readonly decoderLayers: number;
  readonly vocabulary: number;
}

/**
 * Whisper as two graphs: an encoder with a free time axis, whose outputs are the decoder's cross-attention keys and values, and
 * a decoder with a key/value cache. Neither needs the 30 second window that the original pads to.
 */
export function whisperRecipe(artifact: Artifact, precision: WhisperPrecision): Recipe {
  return {
    name: `${artifact.id}-${precision}`,
    version: 1,
    input: artifact,
    options: { precision },
    run(inputs, outputDir) {
      const model = new Ct2Model(inputs[0] ?? '');
      try {
        const shape = shapeOf(model);
        buildEncoder(model, shape, precision, join(outputDir, 'encoder.onnx'));
        buildDecoder(model, shape, precision, join(outputDir, 'decoder.onnx'));
      } finally {
        model.close();
      }
    },
  };
}

function shapeOf(model: Ct2Model): Shape {
  const [width = 0, melBins = 0] = model.dims('encoder/conv1/weight');
  const layers = (side: string) =>
    model.names().filter((n) => n.startsWith(`${side}/layer_`) && n.endsWith('/ffn/linear_0/weight')).length;
  return {
    width,
    melBins,
    heads: width / headWidth,
    encoderLayers: layers('encoder'),
    decoderLayers: layers('decoder'),
    vocabulary: model.dims('decoder/embeddings/weight')[0] ?? 0,
  };
}

/** The layers of one graph, named as the model file names its weights. */
class Layers {
  readonly graph: GraphBuilder;
  readonly #model: Ct2Model;
  readonly #precision: WhisperPrecision;

  constructor(graph: GraphBuilder, model: Ct2Model, precision: WhisperPrecision) {
    this.graph = graph;
    this.#model = model;
    this.#precision = precision;
  }

  /** A linear layer, or the part of a stacked one that lies between two output rows. */
  linear(input: string, name: string, range?: readonly [number, number]): string {
    const cut = (weights: Weights) => (range ? rows(weights, range[0], range[1]) : weights);
    const bias = cut(this.#model.weights(`${name}/bias`));
    return this.graph.linear(
      input,
      range ? `${name}[${range[0]}:${range[1]}]` : name,
      () => transpose(cut(this.#model.weights(`${name}/weight`))),
      bias.data.some((b) => b !== 0) ? () => bias : undefined,
      this.#precision,
    );
  }

  norm(input: string, name: string): string {
    return layerNorm(
      this.graph,
      input,
      name,
      () => this.#model.weights(`${name}/gamma`),
      () => this.#model.weights(`${name}/beta`),
      1e-5,
    );
  }

  feedForward(input: string, layer: string): string {
    const inner = this.graph.op('Gelu', [this.linear(this.norm(input, `${layer}/ffn/layer_norm`), `${layer}/ffn/linear_0`)]);
    return this.graph.op('Add', [input, this.linear(inner, `${layer}/ffn/linear_1`)]);
  }

  /** Query, key and value of self-attention, stacked in one matrix of the file. */
  queryKeyValue(input: string, layer: string, width: number): [string, string, string] {
    const name = `${layer}/self_attention/linear_0`;
    const part = (index: number) => this.linear(input, name, [index * width, (index + 1) * width]);
    return [part(0), part(1), part(2)];
  }
}

function buildEncoder(model: Ct2Model, shape: Shape, precision: WhisperPrecision, file: string): void {
  const graph = new GraphBuilder(file);
  const layers = new Layers(graph, model, precision);
  const { width, heads, melBins } = shape;
  let x = 'mel';
  for (const [index, stride] of [
    [1, 1],
    [2, 2],
  ] as const) {
    const part = (name: string) =>
      graph.weight(`conv${index}/${name}`, () => float32(model.weights(`encoder/conv${index}/${name}`)));
    x = graph.op('Gelu', [
      graph.op('Conv', [x, part('weight'), part('bias')], { kernel_shape: [3], pads: [1, 1], strides: [stride] }),
    ]);
  }
  x = graph.op('Transpose', [x], { perm: [0, 2, 1] });
  const positions = graph.weight('positions', () => float32(model.weights('encoder/position_encodings/encodings')));
  x = graph.op('Add', [x, positionsUpTo(graph, positions, x, 1)]);
  for (let l = 0; l < shape.encoderLayers; l++) {
    const layer = `encoder/layer_${l}`;
    const [q, k, v] = layers.queryKeyValue(layers.norm(x, `${layer}/self_attention/layer_norm`), layer, width);
    const mixed = graph.op('MultiHeadAttention', [q, k, v], { num_heads: heads }, 'com.microsoft');
    x = graph.op('Add', [x, layers.linear(mixed, `${layer}/self_attention/linear_1`)]);
    x = layers.feedForward(x, layer);
  }
  x = layers.norm(x, 'encoder/layer_norm');
  const outputs: ValueInfo[] = [];
  for (let l = 0; l < shape.decoderLayers; l++) {
    for (const [index, kind] of ['k', 'v'].entries()) {
      const projected = layers.linear(x, `decoder/layer_${l}/attention/linear_1`, [index * width, (index + 1) * width]);
      const name = `cross_${kind}.${l}`;
      splitHeads(graph, projected, heads, headWidth, name);
      outputs.push({ name, type: elementType.float, dims: [1, heads, 'time', headWidth] });
    }
  }
  graph.save([{ name: 'mel', type: elementType.float, dims: [1, melBins, 'frames'] }], outputs);
}

function buildDecoder(model: Ct2Model, shape: Shape, precision: WhisperPrecision, file: string): void {
  const graph = new GraphBuilder(file);
  const layers = new Layers(graph, model, precision);
  const { width, heads, vocabulary } = shape;
  const size = { heads, headWidth };
  const embeddings = model.weights('decoder/embeddings/weight');
  const embeddingName = graph.weight('embeddings', () => float32(embeddings));
  const positionName = graph.weight('positions', () => float32(model.weights('decoder/position_encodings/encodings')));
  let x = graph.op('Add', [
    graph.op('Gather', [embeddingName, 'ids'], { axis: 0 }),
    graph.op('Gather', [positionName, 'positions_in'], { axis: 0 }),
  ]);
  const inputs: ValueInfo[] = [
    { name: 'ids', type: elementType.int64, dims: [1, 'n'] },
    { name: 'positions_in', type: elementType.int64, dims: ['n'] },
    { name: 'mask', type: elementType.float, dims: [1, 1, 'n', 'total'] },
  ];
  const outputs: ValueInfo[] = [{ name: 'logits', type: elementType.float, dims: [1, vocabulary] }];
  for (let l = 0; l < shape.decoderLayers; l++) {
    const layer = `decoder/layer_${l}`;
    const [q, k, v] = layers.queryKeyValue(layers.norm(x, `${layer}/self_attention/layer_norm`), layer, width);
    const present: string[] = [];
    for (const [kind, fresh] of [
      ['k', k],
      ['v', v],
    ] as const) {
      inputs.push({ name: `past_${kind}.${l}`, type: elementType.float, dims: [1, heads, 'past', headWidth] });
      inputs.push({ name: `cross_${kind}.${l}`, type: elementType.float, dims: [1, heads, 'time', headWidth] });
      const name = `present_${kind}.${l}`;
      graph.op('Concat', [`past_${kind}.${l}`, splitHeads(graph, fresh, heads, headWidth)], { axis: 2 }, '', name);
      outputs.push({ name, type: elementType.float, dims: [1, heads, 'total', headWidth] });
      present.push(name);
    }
    const own = attention(graph, splitHeads(graph, q, heads, headWidth), present[0] ?? '', present[1] ?? '', size, 'mask');
    x = graph.op('Add', [x, layers.linear(own, `${layer}/self_attention/linear_1`)]);
    const crossQuery = layers.linear(layers.norm(x, `${layer}/attention/layer_norm`), `${layer}/attention/linear_0`);
    const cross = attention(graph, splitHeads(graph, crossQuery, heads, headWidth), `cross_k.${l}`, `cross_v.${l}`, size);
    x = graph.op('Add', [x, layers.linear(cross, `${layer}/attention/linear_2`)]);
    x = layers.feedForward(x, layer);
  }
  x = layers.norm(x, 'decoder/layer_norm');
  const last = graph.op('Gather', [x, graph.weight('last', () => int64([-1], []))], { axis: 1 });
  graph.linear(last, 'output', () => transpose(embeddings), undefined, precision, 'logits');
  graph.save(inputs, outputs);
}
