import { join } from 'node:path';
import { elementType, float32, GraphBuilder, int64 } from './onnx-graph.ts';
import type { Recipe } from './prepared.ts';

/** Whisper's front end: 16 kHz, windows of 25 ms every 10 ms. */
export const melSampleRateHz = 16_000;
export const melWindow = 400;
export const melHop = 160;

const scalar = (value: number) => ({ type: elementType.float, dims: [], bytes: new Uint8Array(Float32Array.of(value).buffer) });

/**
 * Slaney's mel scale: linear below 1 kHz (200/3 Hz a mel), logarithmic above (27 steps for a factor 6.4), triangles of equal
 * area. Source: M. Slaney, Auditory Toolbox (1998), as librosa's `htk=False, norm="slaney"`.
 * @returns [bins, window / 2 + 1], row-major.
 */
export function melFilters(bins: number): Float32Array {
  const toMel = (hz: number) => (hz < 1000 ? hz / (200 / 3) : 15 + (Math.log(hz / 1000) / Math.log(6.4)) * 27);
  const toHz = (mel: number) => (mel < 15 ? mel * (200 / 3) : 1000 * Math.exp((Math.log(6.4) / 27) * (mel - 15)));
  const top = toMel(melSampleRateHz / 2);
  const edges = Array.from({ length: bins + 2 }, (_, i) => toHz((top * i) / (bins + 1)));
  const columns = melWindow / 2 + 1;
  const filters = new Float32Array(bins * columns);
  for (let b = 0; b < bins; b++) {
    const [low = 0, centre = 0, high = 0] = edges.slice(b, b + 3);
    for (let c = 0; c < columns; c++) {
      const hz = (c * melSampleRateHz) / melWindow;
      const height = Math.min((hz - low) / (centre - low), (high - hz) / (high - centre));
      filters[b * columns + c] = Math.max(0, height) * (2 / (high - low));
    }
  }
  return filters;
}

/** Cosine rows, then sine rows, of the discrete Fourier transform under a periodic Hann window: [2 × 201, 1, 400]. */
function fourierKernels(): Float32Array {
  const columns = melWindow / 2 + 1;
  const kernels = new Float32Array(2 * columns * melWindow);
  for (let k = 0; k < columns; k++) {
    for (let n = 0; n < melWindow; n++) {
      const hann = 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / melWindow);
      const angle = (2 * Math.PI * ((k * n) % melWindow)) / melWindow;
      kernels[k * melWindow + n] = hann * Math.cos(angle);
      kernels[(columns + k) * melWindow + n] = hann * Math.sin(angle);
    }
  }
  return kernels;
}

/**
 * Whisper's log-mel spectrogram as a graph of its own: samples [1, 1, n] → mel [1, bins, n / 160]. The transform is a
 * convolution, so ONNX Runtime does the work on all its threads. Levels: log10, at most 8 below the loudest, (x + 4) / 4.
 */
export function logMelRecipe(bins: number): Recipe {
  return {
    name: `log-mel-${bins}`,
    version: 1,
    input: undefined,
    options: { bins },
    run(_inputs, outputDir) {
      const columns = melWindow / 2 + 1;
      const graph = new GraphBuilder(join(outputDir, 'log-mel.onnx'));
      const pad = graph.weight('pad', () => int64([0, 0, melWindow / 2, 0, 0, melWindow / 2]));
      const kernels = graph.weight('fourier', () => float32({ data: fourierKernels(), dims: [2 * columns, 1, melWindow] }));
      const spectrum = graph.op('Conv', [graph.op('Pad', ['samples', pad], { mode: 'reflect' }), kernels], {
        kernel_shape: [melWindow],
        strides: [melHop],
      });
      const squared = graph.op('Mul', [spectrum, spectrum]);
      const at = (value: number) => graph.weight(`at/${value}`, () => int64([value]));
      const slice = (from: number, to: number) => graph.op('Slice', [squared, at(from), at(to), at(1)]);
      const power = graph.op('Add', [slice(0, columns), slice(columns, 2 * columns)]);
      // The reference drops the last frame.
      const frames = graph.op('Slice', [power, at(0), at(-1), at(2)]);
      const filters = graph.weight('filters', () => float32({ data: melFilters(bins), dims: [bins, columns] }));
      const mel = graph.op('MatMul', [filters, frames]);
      const log = graph.op('Mul', [
        graph.op('Log', [graph.op('Max', [mel, graph.weight('floor', () => scalar(1e-10))])]),
        graph.weight('per-ln10', () => scalar(1 / Math.LN10)),
      ]);
      const loudest = graph.op('ReduceMax', [log], { keepdims: 0 });
      const range = graph.op('Sub', [loudest, graph.weight('range', () => scalar(8))]);
      const limited = graph.op('Max', [log, range]);
      const four = graph.weight('four', () => scalar(4));
      graph.op('Div', [graph.op('Add', [limited, four]), four], {}, '', 'mel');
      graph.save(
        [{ name: 'samples', type: elementType.float, dims: [1, 1, 'samples_n'] }],
        [{ name: 'mel', type: elementType.float, dims: [1, bins, 'frames'] }],
      );
    },
  };
}
