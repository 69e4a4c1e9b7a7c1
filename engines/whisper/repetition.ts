import { deflateSync } from 'node:zlib';

/** The shortest phrase whose immediate repetition counts as a loop, in tokens; people do say "no, no". */
const minLoopTokens = 4;

/** How many of the last tokens only repeat the ones before them; 0 when they do not. Seen early, a loop costs little. */
export function repeatLength(ids: readonly number[]): number {
  const n = ids.length;
  for (let length = minLoopTokens; length * 2 <= n; length++) {
    let same = true;
    for (let i = 0; i < length && same; i++) same = ids[n - 1 - i] === ids[n - 1 - length - i];
    if (same) return length;
  }
  return 0;
}

/** How much a text shrinks when deflated. */
export function compressionRatio(text: string): number {
  if (text.length === 0) return 0;
  const bytes = Buffer.from(text);
  return bytes.length / deflateSync(bytes).length;
}

/** A text that says the same twice or more and nothing else: "No. No.", which people say, and Whisper of what was said once. */
export function isDoubled(text: string): boolean {
  const words = text.toLowerCase().match(/[\p{L}\p{N}'’]+/gu) ?? [];
  for (let length = 1; length * 2 <= words.length; length++) {
    if (words.length % length === 0 && words.every((word, i) => word === words[i % length])) return true;
  }
  return false;
}
