import { messageOf, VoicebotError } from '../domain/errors.ts';
import { offsetHeader } from './hub-routes.ts';

/** The worker's side of a pipe. */

async function request(url: string, init: RequestInit & { duplex?: 'half' }): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (error) {
    if (init.signal?.aborted) throw init.signal.reason;
    if (error instanceof VoicebotError) throw error;
    throw new VoicebotError(
      'dependency-unavailable',
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
  const gone = response.status === 404 || response.status === 403;
  throw new VoicebotError(
    gone ? 'not-found' : 'dependency-unavailable',
    `The media hub answered ${response.status} for a pipe.`,
    {
      retryable: !gone,
      hint: gone ? 'The turn has ended: its caller is gone.' : 'See the log of the API.',
    },
  );
}

/** Reads a pipe from its beginning to its end. */
export async function* readPipe(url: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const response = await request(url, { signal });
  try {
    for await (const chunk of response.body ?? []) yield chunk;
  } catch (error) {
    if (signal.aborted) throw error;
    throw new VoicebotError('dependency-unavailable', 'The media hub broke the pipe off.', { retryable: true, cause: error });
  }
}

/** Bytes that the pipe holds already. */
export async function pipeOffset(url: string, signal: AbortSignal): Promise<number> {
  const response = await request(url, { method: 'HEAD', signal });
  return Number(response.headers.get(offsetHeader) ?? 0);
}

/**
 * Writes a stream to a pipe and ends it. What an earlier attempt wrote is skipped, so `source` must give the same bytes again.
 */
export async function writePipe(url: string, source: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
  await writeFrom(await pipeOffset(url, signal), url, source, signal);
}

/** As `writePipe`, for a source that a first attempt writes: it saves asking how much is there. */
export async function writeFrom(
  offset: number,
  url: string,
  source: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  const iterator = skip(source, offset);
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
    cancel: () => iterator.return(undefined).then(() => undefined),
  });
  try {
    await request(url, { method: 'PUT', body, duplex: 'half', signal, headers: { [offsetHeader]: String(offset) } });
  } catch (error) {
    throw failure ?? error;
  }
}

async function* skip(source: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Uint8Array> {
  let left = bytes;
  for await (const chunk of source) {
    if (left >= chunk.length) left -= chunk.length;
    else {
      yield left === 0 ? chunk : chunk.subarray(left);
      left = 0;
    }
  }
}
