import { VoicebotError } from '../domain/errors.ts';

/**
 * A one-way stream of records that keeps what was written until its turn ends: a reader that starts again reads from the
 * beginning, a writer that starts again goes on at the record that was reached. A record (a line, a frame) is there as a whole or
 * not at all, so a writer that dies in the middle of one leaves nothing behind that its successor could not go on from.
 */
export class Pipe {
  readonly #maxBytes: number;
  readonly #records: Uint8Array[] = [];
  #size = 0;
  #ended = false;
  /** What readers get once they have read what is there. */
  #failure: Error | undefined;
  /** What writers get. */
  #refusal: Error | undefined;
  #changed = signalOnce();
  /** The highest writer so far; lower ones have been replaced. */
  #writer = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes written so far. */
  get size(): number {
    return this.#size;
  }

  /** Records written so far. */
  get count(): number {
    return this.#records.length;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Appends a record. */
  write(record: Uint8Array): void {
    if (this.#refusal) throw this.#refusal;
    if (record.length === 0) return;
    if (this.#ended) throw new VoicebotError('conflict', 'The pipe has ended.');
    if (this.#size + record.length > this.#maxBytes) {
      throw new VoicebotError('limit-reached', `A pipe of this kind holds at most ${this.#maxBytes} bytes.`);
    }
    this.#records.push(record);
    this.#size += record.length;
    this.#notify();
  }

  /**
   * Makes `writer` the one who writes. One with a lower number is an attempt that was given up: whatever it still sends is refused.
   * @returns the records that are there already.
   * @throws VoicebotError `conflict` when a later writer is there.
   */
  claim(writer: number): readonly Uint8Array[] {
    if (this.#refusal) throw this.#refusal;
    if (writer < this.#writer) throw new VoicebotError('conflict', 'A later attempt writes to this pipe.');
    this.#writer = writer;
    return [...this.#records];
  }

  /** Appends a record of `writer` at place `at`; one that is there already is left as it is, and a gap is an error. */
  append(record: Uint8Array, { at, writer }: { readonly at: number; readonly writer: number }): void {
    if (writer !== this.#writer) this.claim(writer);
    if (at > this.#records.length) {
      throw new VoicebotError(
        'invalid-request',
        `The pipe holds ${this.#records.length} records; one at ${at} would leave a gap.`,
      );
    }
    if (at === this.#records.length) this.write(record);
  }

  end(): void {
    this.#ended = true;
    this.#notify();
  }

  /** Ends the pipe where it is: readers have what is there, and whoever writes gets the error. */
  cut(error: Error): void {
    if (this.#ended) return;
    this.#refusal = error;
    this.end();
  }

  /** Ends the pipe with an error for its readers. */
  fail(error: Error): void {
    if (this.#ended) return;
    this.#failure = error;
    this.cut(error);
  }

  /** Everything from the beginning, then what comes, until the end. */
  async *read(signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    for (let next = 0; ; ) {
      signal?.throwIfAborted();
      while (next < this.#records.length) yield this.#records[next++] as Uint8Array;
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
