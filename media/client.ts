import { messageOf, VoicebotError } from '../domain/errors.ts';
import { endedHeader, offsetHeader, writerHeader } from './hub-routes.ts';

/** The worker's side of a pipe. */

async function request(url: string, init: RequestInit & { duplex?: 'half' }): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (error) {
    if (init.signal?.aborted) throw init.signal.reason;
    if (error instanceof VoicebotError) throw error;
    // The process behind it may be gone for good; its caller comes back to another one.
    throw new VoicebotError(
      'line-gone',
      `The media hub at ${new URL(url).origin} does not answer: ${messageOf((error as Error).cause ?? error)}`,
      {
        retryable: true,
        hint: 'MEDIA_URL must be an address of the API that workers can reach.',
        cause: error,
      },
    );
  }
  if (response.ok) return response;
  await response.body?.cancel();
  switch (response.status) {
    case 403:
    case 404:
    case 410:
      throw new VoicebotError('line-gone', 'The turn has ended: its caller is gone.');
    case 409:
      throw new VoicebotError('conflict', 'Another attempt writes to this pipe.');
    default:
      throw new VoicebotError('dependency-unavailable', `The media hub answered ${response.status} for a pipe.`, {
        retryable: true,
        hint: 'See the log of the API.',
      });
  }
}

/** Reads a pipe from its beginning to its end. */
export async function* readPipe(url: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const response = await request(url, { signal });
  try {
    for await (const chunk of response.body ?? []) yield chunk;
  } catch (error) {
    if (signal.aborted) throw error;
    throw new VoicebotError('line-gone', 'The media hub broke the pipe off.', { retryable: true, cause: error });
  }
}

/** What a writer finds when it takes a pipe over. */
export interface Claim {
  /** The records that are there already, one after the other. */
  readonly bytes: Uint8Array;
  readonly count: number;
  readonly ended: boolean;
}

/** Nothing is there: a first attempt need not ask. */
export const unclaimed: Claim = { bytes: new Uint8Array(0), count: 0, ended: false };

/** Makes `writer` the only one who writes, and tells what earlier ones have written. */
export async function claimPipe(url: string, writer: number, signal: AbortSignal): Promise<Claim> {
  const response = await request(url, { method: 'POST', signal, headers: { [writerHeader]: String(writer) } });
  return {
    bytes: new Uint8Array(await response.arrayBuffer()),
    count: Number(response.headers.get(offsetHeader) ?? 0),
    ended: response.headers.get(endedHeader) === 'true',
  };
}

/** Frees the pipes of a turn that has been kept. */
export async function freePipes(url: string, signal: AbortSignal): Promise<void> {
  await request(url, { method: 'DELETE', signal });
}

export interface WriteOptions {
  /** Later attempts have higher numbers, and take the pipe from earlier ones. */
  readonly writer: number;
  /** Records that the pipe holds already. */
  readonly at: number;
  readonly signal: AbortSignal;
}

/** Writes what comes of `source`, whole records in pieces of any length, and ends the pipe. */
export async function writePipe(url: string, source: AsyncIterable<Uint8Array>, options: WriteOptions): Promise<void> {
  const iterator = source[Symbol.asyncIterator]();
  let failure: unknown;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const next = await iterator.next();
        if (next.done) controller.close();
        else controller.enqueue(next.value);
      } catch (error) {
        failure = error;
        controller.error(error);
      }
    },
    cancel: () => iterator.return?.(undefined).then(() => undefined),
  });
  const headers = { [offsetHeader]: String(options.at), [writerHeader]: String(options.writer) };
  try {
    await request(url, { method: 'PUT', body, duplex: 'half', signal: options.signal, headers });
  } catch (error) {
    throw failure ?? error;
  }
}
