import { createHash } from 'node:crypto';
import type { Measured } from './norm-statistics.ts';

/**
 * Measured clauses of one voice as a file: `VBKS`, then as u32 the format's version, clauses, features and channels; for each clause its
 * features, means and deviations as float32; the SHA-256 of all that. Little-endian.
 */
const magic = 'VBKS';
const formatVersion = 1;
const headerBytes = 20;
const hashBytes = 32;

export function encodeStatistics(measured: readonly Measured[]): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.write(magic, 'latin1');
  const [first] = measured;
  const sizes = [formatVersion, measured.length, first?.features.length ?? 0, first?.means.length ?? 0];
  for (const [i, size] of sizes.entries()) header.writeUInt32LE(size, 4 + 4 * i);
  const rows = measured.flatMap(({ features, means, deviations }) => [features, means, deviations]);
  const content = Buffer.concat([header, ...rows.map((row) => Buffer.from(row.buffer, row.byteOffset, row.byteLength))]);
  return Buffer.concat([content, hashOf(content)]);
}

/** @returns undefined for bytes that are not what was written. */
export function decodeStatistics(bytes: Buffer): Measured[] | undefined {
  if (bytes.length < headerBytes + hashBytes || bytes.toString('latin1', 0, 4) !== magic) return undefined;
  const content = bytes.subarray(0, -hashBytes);
  if (!hashOf(content).equals(bytes.subarray(-hashBytes))) return undefined;
  const [version, clauses = 0, features = 0, channels = 0] = [4, 8, 12, 16].map((at) => content.readUInt32LE(at));
  if (version !== formatVersion || content.length !== headerBytes + 4 * clauses * (features + 2 * channels)) return undefined;
  // A copy: floats must be aligned.
  const all = new Float32Array(new Uint8Array(content.subarray(headerBytes)).buffer);
  return Array.from({ length: clauses }, (_, i) => {
    const at = i * (features + 2 * channels);
    return {
      features: all.subarray(at, at + features),
      means: all.subarray(at + features, at + features + channels),
      deviations: all.subarray(at + features + channels, at + features + 2 * channels),
    };
  });
}

const hashOf = (content: Uint8Array) => createHash('sha256').update(content).digest();
