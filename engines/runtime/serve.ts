import { parentPort, workerData } from 'node:worker_threads';
import { VoicebotError } from '../../domain/errors.ts';
import { fromArtifactError } from './artifact-errors.ts';
import type { ThreadFailure, ThreadReply, ThreadRequest } from './protocol.ts';

/** The options that the engine started this thread with. */
export function threadOptions<Options>(): Options {
  return (workerData as { options: Options }).options;
}

export interface ThreadContext {
  /** Throws `cancelled` once the request was cancelled; called between steps of an inference. */
  checkCancelled(): void;
}

/** What a handler returns: the output, and the buffers in it that move instead of being copied. */
export interface ThreadOutput {
  readonly output: unknown;
  readonly transfer?: ArrayBuffer[];
}

// biome-ignore lint/suspicious/noExplicitAny: inputs cross a thread boundary; each engine types both of its sides
export type ThreadHandler = (input: any, context: ThreadContext) => Promise<ThreadOutput>;

/** Answers the requests of an engine, one after the other, inside its thread. */
export function serve(handlers: Readonly<Record<string, ThreadHandler>>): void {
  const port = parentPort;
  if (!port) throw new Error('This file runs inside an engine thread only.');
  let last: Promise<void> = Promise.resolve();
  port.on('message', (request: ThreadRequest) => {
    last = last.then(async () => {
      const flag = new Int32Array(request.cancelFlag);
      const context: ThreadContext = {
        checkCancelled() {
          if (Atomics.load(flag, 0) !== 0) throw new VoicebotError('cancelled', 'The work was cancelled.');
        },
      };
      try {
        context.checkCancelled();
        const handler = handlers[request.method];
        if (!handler) throw new Error(`The thread has no method ${request.method}`);
        const { output, transfer } = await handler(request.input, context);
        port.postMessage({ id: request.id, ok: true, output } satisfies ThreadReply, transfer ?? []);
      } catch (error) {
        port.postMessage({ id: request.id, ok: false, error: failureOf(error) } satisfies ThreadReply);
      }
    });
  });
}

function failureOf(thrown: unknown): ThreadFailure {
  const error = fromArtifactError(thrown);
  if (error instanceof VoicebotError) {
    return { code: error.code, message: error.message, hint: error.hint, retryable: error.retryable };
  }
  return { code: 'engine-failed', message: error instanceof Error ? error.message : String(error), retryable: true };
}
