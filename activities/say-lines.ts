import { splitSentences } from '../domain/sentences.ts';
import { writePipe } from '../media/client.ts';
import { takePipe } from './take-pipe.ts';

/** Writes a reply to the `said` pipe, sentence by sentence, after what an earlier attempt has written of it. */
export async function sayLines(
  saidUrl: string,
  reply: string,
  { rank, signal }: { readonly rank: number; readonly signal: AbortSignal },
): Promise<void> {
  const { claim, writer } = await takePipe(saidUrl, signal, { rank });
  const lines = splitSentences(reply).slice(claim.count);
  await writePipe(saidUrl, encoded(lines), { at: claim.count, writer, signal });
}

async function* encoded(lines: readonly string[]): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for (const line of lines) yield encoder.encode(`${line}\n`);
}
