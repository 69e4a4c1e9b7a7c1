import { VoicebotError } from '../domain/errors.ts';

/**
 * A one-way stream of bytes that keeps what was written until its turn ends: a reader that starts again reads from the
 * beginning, a writer that starts again goes on at the offset that was reached.
 */
export class Pipe {
  readonly #maxBytes: number;
  readonly #chunks: Uint8Array[] = [];
  #size = 0;
  #ended = false;
  #failure: Error | undefined;
  #changed = signalOnce();

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes written so far. */
  get size(): number {
    return this.#size;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /**
   * Appends the part of `bytes` that lies beyond what is there already.
   * @param offset where in the stream `bytes` begin; a gap is an error.
   */
  write(bytes: Uint8Array, offset = this.#size): void {
    if (this.#failure) throw this.#failure;
    if (offset > this.#size) {
      throw new VoicebotError('invalid-request', `The pipe holds ${this.#size} bytes; writing at ${offset} would leave a gap.`);
    }
    const fresh = bytes.subarray(Math.min(bytes.length, this.#size - offset));
    if (fresh.length === 0) return;
    if (this.#ended) throw new VoicebotError('conflict', 'The pipe has ended.');
    if (this.#size + fresh.length > this.#maxBytes) {
      throw new VoicebotError('limit-reached', `A pipe of this kind holds at most ${this.#maxBytes} bytes.`);
    }
    this.#chunks.push(fresh);
    this.#size += fresh.length;
    this.#notify();
  }

  end(): void {
    this.#ended = true;
    this.#notify();
  }

  /** Ends the pipe with an error for its readers. */
  fail(error: Error): void {
    if (this.#ended) return;
    this.#failure = error;
    this.end();
  }

  /** Everything from the beginning, then what comes, until the end. */
  async *read(signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    for (let next = 0; ; ) {
      signal?.throwIfAborted();
      while (next < this.#chunks.length) yield this.#chunks[next++] as Uint8Array;
      if (this.#failure) throw this.#failure;
      if (this.#ended) return;
      await abortable(this.#changed.promise, signal);
    }
  }

  #notify(): void {
    this.#changed.resolve();
    this.#changed = signalOnce();
  }
}

function signalOnce(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

function abortable(promise: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    void promise.then(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    });
  });
}

/** All bytes of a stream in one array. */
export async function collect(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    size += chunk.length;
  }
  const out = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    out.set(chunk, offset);
    offset += chunk.length;
  }
  return out;
}
