/** The lines of a stream of UTF-8 text, each as soon as it is complete; empty ones are left out. */
export async function* linesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const line of splitLines(bytes)) {
    const text = decoder.decode(line);
    if (text.trim() !== '') yield text.replace(/\n$/, '');
  }
}

/** The lines of a text that is there as a whole; empty ones are left out. */
export const linesIn = (bytes: Uint8Array): string[] => new TextDecoder().decode(bytes).split('\n').filter(Boolean);

/** Lines as bytes, each with its end; what follows the last end comes last, without one. */
export async function* splitLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array = new Uint8Array(0);
  for await (const chunk of bytes) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(lineFeed); end >= 0; end = rest.indexOf(lineFeed)) {
      yield rest.subarray(0, end + 1);
      rest = rest.subarray(end + 1);
    }
  }
  if (rest.length > 0) yield rest;
}

const lineFeed = 0x0a;

/** Whether a line is complete. */
export const endsLine = (line: Uint8Array): boolean => line.at(-1) === lineFeed;
