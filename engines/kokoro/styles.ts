import { readFileSync } from 'node:fs';
import { type KokoroVoice, kokoroVoices } from './voices.ts';

const styleLength = 256;

/** The voices: each a table of styles, one row for each length of the phoneme string. */
export class StyleTables {
  readonly #files: readonly string[];
  readonly #tables = new Map<KokoroVoice, Float32Array>();

  /** @param files one a voice, in the order of `kokoroVoices`: raw float32. */
  constructor(files: readonly string[]) {
    this.#files = files;
  }

  styleFor(voice: KokoroVoice, tokens: number): Float32Array {
    let table = this.#tables.get(voice);
    if (!table) {
      const bytes = readFileSync(this.#files[kokoroVoices.indexOf(voice)] ?? '');
      table = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
      this.#tables.set(voice, table);
    }
    const row = Math.min(tokens, table.length / styleLength - 1);
    return table.subarray(row * styleLength, (row + 1) * styleLength);
  }
}
