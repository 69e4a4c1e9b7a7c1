import { join } from 'node:path';
import type { Artifact } from '../types.ts';
import { elementType, float32, GraphBuilder, int64 } from './onnx-graph.ts';
import type { Recipe } from './prepared.ts';
import { readSafetensors } from './safetensors.ts';
import { transpose, type Weights } from './tensor.ts';
import { layerNorm, positionsUpTo } from './transformer.ts';

const heads = 12;
const layers = 6;
const width = 384;
const epsilon = 1e-12;

/** Layers whose states say what a word is in its sentence: early ones the word itself, late ones what it does there. */
const toldLayers = [1, 3, 5];

/**
 * all-MiniLM-L6-v2 as one graph: token ids and mask [batch, length] → unit-length sentence embeddings [batch, 384], and what three layers make of
 * each token, side by side [batch, length, 1152].
 */
export function minilmRecipe(artifact: Artifact): Recipe {
  return {
    name: 'minilm',
    version: 2,
    input: artifact,
    options: {},
    run(inputs, outputDir) {
      const all = readSafetensors(inputs[0] ?? '');
      const get = (name: string): Weights => {
        const found = all.get(name);
        if (!found) throw new Error(`${inputs[0]} has no weights named ${name}`);
        return found;
      };
      const graph = new GraphBuilder(join(outputDir, 'minilm.onnx'));
      const linear = (x: string, name: string) =>
        graph.linear(
          x,
          name,
          () => transpose(get(`${name}.weight`)),
          () => get(`${name}.bias`),
          'fp32',
        );
      const norm = (x: string, name: string) =>
        layerNorm(
          graph,
          x,
          name,
          () => get(`${name}.weight`),
          () => get(`${name}.bias`),
          epsilon,
        );

      const words = graph.op('Gather', [
        graph.weight('words', () => float32(get('embeddings.word_embeddings.weight'))),
        'input_ids',
      ]);
      const positions = graph.weight('positions', () => float32(positionsWithType(get)));
      let x = norm(graph.op('Add', [words, positionsUpTo(graph, positions, 'input_ids', 1)]), 'embeddings.LayerNorm');
      const told: string[] = [];
      for (let l = 0; l < layers; l++) {
        const layer = `encoder.layer.${l}`;
        const [q, k, v] = ['query', 'key', 'value'].map((part) => linear(x, `${layer}.attention.self.${part}`)) as [
          string,
          string,
          string,
        ];
        const mixed = graph.op('MultiHeadAttention', [q, k, v, '', 'attention_mask'], { num_heads: heads }, 'com.microsoft');
        x = norm(graph.op('Add', [linear(mixed, `${layer}.attention.output.dense`), x]), `${layer}.attention.output.LayerNorm`);
        const inner = graph.op('Gelu', [linear(x, `${layer}.intermediate.dense`)]);
        x = norm(graph.op('Add', [linear(inner, `${layer}.output.dense`), x]), `${layer}.output.LayerNorm`);
        if (toldLayers.includes(l)) told.push(x);
      }
      graph.op('Concat', told, { axis: -1 }, '', 'states');
      const last = graph.weight('axis/-1', () => int64([-1]));
      const one = graph.weight('axis/1', () => int64([1]));
      const mask = graph.op('Unsqueeze', [graph.op('Cast', ['attention_mask'], { to: elementType.float }), last]);
      const sum = graph.op('ReduceSum', [graph.op('Mul', [x, mask]), one], { keepdims: 0 });
      const count = graph.op('ReduceSum', [mask, one], { keepdims: 0 });
      graph.op('LpNormalization', [graph.op('Div', [sum, count])], { axis: -1, p: 2 }, '', 'embedding');
      graph.save(
        [
          { name: 'input_ids', type: elementType.int64, dims: ['batch', 'length'] },
          { name: 'attention_mask', type: elementType.int32, dims: ['batch', 'length'] },
        ],
        [
          { name: 'embedding', type: elementType.float, dims: ['batch', width] },
          { name: 'states', type: elementType.float, dims: ['batch', 'length', width * toldLayers.length] },
        ],
      );
    },
  };
}

/** Position embeddings with the one token type added, as sentences have no second part here. */
function positionsWithType(get: (name: string) => Weights): Weights {
  const positions = get('embeddings.position_embeddings.weight');
  const type = get('embeddings.token_type_embeddings.weight').data;
  return { data: positions.data.map((value, i) => value + (type[i % width] as number)), dims: positions.dims };
}
