/** A weight matrix or vector, row-major. */
export interface Weights {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/** Transpose of a [rows, columns] matrix. */
export function transpose(weights: Weights): Weights {
  const [rows, columns] = weights.dims as [number, number];
  const out = new Float32Array(weights.data.length);
  // Blocks keep both sides in the cache: a plain double loop is several times slower on wide matrices.
  const block = 64;
  for (let r0 = 0; r0 < rows; r0 += block) {
    for (let c0 = 0; c0 < columns; c0 += block) {
      const rEnd = Math.min(r0 + block, rows);
      const cEnd = Math.min(c0 + block, columns);
      for (let r = r0; r < rEnd; r++) {
        for (let c = c0; c < cEnd; c++) out[c * rows + r] = weights.data[r * columns + c] as number;
      }
    }
  }
  return { data: out, dims: [columns, rows] };
}

/** Rows `from` to `to` of a matrix, or that range of a vector; shares the memory. */
export function rows(weights: Weights, from: number, to: number): Weights {
  const width = weights.dims.slice(1).reduce((product, dim) => product * dim, 1);
  return { data: weights.data.subarray(from * width, to * width), dims: [to - from, ...weights.dims.slice(1)] };
}

/**
 * Symmetric int8 with one scale a column, for a [inputs, outputs] matrix.
 * `bits` 7 keeps sums of two products inside 16 bits, which processors without VNNI would otherwise saturate.
 */
export function quantizeColumns(weights: Weights, bits: 7 | 8): { data: Int8Array; scales: Float32Array } {
  const [inputs, outputs] = weights.dims as [number, number];
  const limit = bits === 7 ? 63 : 127;
  const largest = new Float32Array(outputs);
  for (let i = 0; i < inputs; i++) {
    for (let j = 0; j < outputs; j++) {
      const size = Math.abs(weights.data[i * outputs + j] as number);
      if (size > (largest[j] as number)) largest[j] = size;
    }
  }
  const scales = largest.map((size) => (size === 0 ? 1 : size / limit));
  const data = new Int8Array(weights.data.length);
  for (let i = 0; i < inputs; i++) {
    for (let j = 0; j < outputs; j++) {
      const index = i * outputs + j;
      data[index] = Math.round((weights.data[index] as number) / (scales[j] as number));
    }
  }
  return { data, scales };
}
