/** Value of every IEEE 754 half-precision bit pattern. */
const table = new Float32Array(65_536);
for (let bits = 0; bits < 65_536; bits++) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  table[bits] =
    exponent === 0
      ? sign * fraction * 2 ** -24
      : exponent === 31
        ? fraction
          ? Number.NaN
          : sign * Number.POSITIVE_INFINITY
        : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

export function float16ToFloat32(source: Uint16Array): Float32Array {
  const out = new Float32Array(source.length);
  for (let i = 0; i < source.length; i++) out[i] = table[source[i] as number] as number;
  return out;
}
