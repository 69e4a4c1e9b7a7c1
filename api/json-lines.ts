import { keptInScope } from '../db/scope.ts';

/** Values as JSON Lines, each made when it is asked for. */
export function jsonLines(values: AsyncIterable<unknown>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const iterator = keptInScope(values)[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await iterator.next();
      if (next.done) controller.close();
      else controller.enqueue(encoder.encode(`${JSON.stringify(next.value)}\n`));
    },
    cancel: async () => void (await iterator.return?.()),
  });
}
