import { createHash } from 'node:crypto';
import type { SpeechStyle } from '../domain/call.ts';
import type { BlobStore } from './blobs.ts';

/** What makes speech; of an engine only what is needed here. */
export interface SpeechMaker {
  speak(
    text: string,
    options: { readonly signal?: AbortSignal; readonly priority?: 'batch' | 'background' },
  ): AsyncIterable<{ readonly samples: Int16Array }>;
}

/** Speech kept in memory, bytes; what is used least recently goes first. */
const maxMemoryBytes = 64_000_000;

/**
 * Speech that was made ahead of the caller, sentence by sentence: approved wording and answers of the shared cache. Never of a
 * reply that is one caller's own.
 */
export class SpeechStore {
  readonly #blobs: BlobStore;
  readonly #maker: string;
  readonly #memory = new Map<string, Int16Array>();
  #bytes = 0;

  /** @param maker engine, voice, language and speed: another one's speech is not taken. */
  constructor(blobs: BlobStore, maker: string) {
    this.#blobs = blobs;
    this.#maker = maker;
  }

  /** The speech of a sentence in the default style, if there is any. */
  async find(sentence: string, style: SpeechStyle | undefined): Promise<Int16Array | undefined> {
    if (style?.voice !== undefined || style?.speed !== undefined) return undefined;
    const key = this.#key(sentence);
    const known = this.#memory.get(key);
    if (known) {
      this.#keep(key, known);
      return known;
    }
    const bytes = await this.#blobs.find(key);
    if (!bytes) return undefined;
    const samples = new Int16Array(bytes.slice().buffer);
    this.#keep(key, samples);
    return samples;
  }

  /**
   * Makes the speech of sentences that have none yet, while no caller is there.
   * @param priority `batch` where callers are not let in before it is done.
   */
  async fill(
    sentences: readonly string[],
    maker: SpeechMaker,
    signal: AbortSignal,
    priority: 'batch' | 'background' = 'background',
  ): Promise<void> {
    for (const sentence of sentences) {
      if (await this.find(sentence, undefined)) continue;
      const parts: Uint8Array[] = [];
      for await (const { samples } of maker.speak(sentence, { signal, priority })) {
        parts.push(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
      }
      const pcm = Buffer.concat(parts);
      const key = this.#key(sentence);
      await this.#blobs.put(key, pcm, 'application/octet-stream');
      this.#keep(key, new Int16Array(new Uint8Array(pcm).buffer));
    }
  }

  #key(sentence: string): string {
    return `speech/${createHash('sha256').update(`${this.#maker}\n${sentence}`).digest('hex')}.pcm`;
  }

  #keep(key: string, samples: Int16Array): void {
    const known = this.#memory.get(key);
    if (known) this.#bytes -= known.byteLength;
    this.#memory.delete(key);
    this.#memory.set(key, samples);
    this.#bytes += samples.byteLength;
    for (const [oldest, { byteLength }] of this.#memory) {
      if (this.#bytes <= maxMemoryBytes) break;
      this.#memory.delete(oldest);
      this.#bytes -= byteLength;
    }
  }
}
