/** Fake speech: sound whose first samples spell the words, so that fakes and tests can tell what was said and how often. */

const mark = [20_000, -20_000, 20_000, -20_000];
const step = 64;
const fill = 5_000;

/** PCM16 samples of any rate: the words, then a tone, in all `samples` long. */
export function spokenText(text: string, samples: number): Int16Array {
  const bytes = new TextEncoder().encode(text);
  const out = Int16Array.from({ length: Math.max(samples, mark.length + 1 + bytes.length) }, (_, i) =>
    i % 8 < 4 ? fill : -fill,
  );
  out.set([...mark, bytes.length * step, ...[...bytes].map((byte) => byte * step)]);
  return out;
}

/** As `textsIn`, of PCM16 as bytes. */
export function textsInBytes(bytes: Uint8Array, lengthOf?: (text: string) => number): string[] {
  return textsIn(new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)), lengthOf);
}

/**
 * The texts in the sound, in order.
 * @param lengthOf samples that a text takes; one that is cut off at the end of the sound is left out.
 */
export function textsIn(samples: Int16Array, lengthOf: (text: string) => number = () => 0): string[] {
  const found: string[] = [];
  for (let i = 0; i + mark.length < samples.length; i++) {
    if (!mark.every((value, offset) => Math.abs((samples[i + offset] ?? 0) - value) < step / 2)) continue;
    const length = Math.round((samples[i + mark.length] ?? 0) / step);
    const bytes = samples.subarray(i + mark.length + 1, i + mark.length + 1 + length);
    if (bytes.length < length) break;
    const text = new TextDecoder().decode(Uint8Array.from(bytes, (value) => Math.round(value / step)));
    if (i + lengthOf(text) <= samples.length) found.push(text);
    i += mark.length + length;
  }
  return found;
}
