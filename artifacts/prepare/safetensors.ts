import { readFileSync } from 'node:fs';
import type { Weights } from './tensor.ts';

/** Reads a safetensors file of float32 weights: `u64` header length, JSON header, data. */
export function readSafetensors(file: string): Map<string, Weights> {
  const buffer = readFileSync(file);
  const headerBytes = Number(buffer.readBigUInt64LE(0));
  const header = JSON.parse(buffer.toString('utf8', 8, 8 + headerBytes)) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  const weights = new Map<string, Weights>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__' || entry.dtype !== 'F32') continue;
    const [from, to] = entry.data_offsets;
    const bytes = buffer.buffer.slice(buffer.byteOffset + 8 + headerBytes + from, buffer.byteOffset + 8 + headerBytes + to);
    weights.set(name, { data: new Float32Array(bytes), dims: entry.shape });
  }
  return weights;
}
