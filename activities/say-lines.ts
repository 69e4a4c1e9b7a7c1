import { recordingsOf } from '../db/message-recordings.ts';
import type { Database } from '../db/open.ts';
import { splitSentences } from '../domain/sentences.ts';
import { writePipe } from '../media/client.ts';
import { linesIn } from '../media/lines.ts';
import { readSaidLine, type SaidLine, writeSaidLine } from '../media/said-lines.ts';
import { takePipe } from './take-pipe.ts';

export interface SayOptions {
  readonly rank: number;
  readonly signal: AbortSignal;
  /** Whose recordings are played, and where they are known. */
  readonly tenant: string;
  readonly db: Database;
}

/** Writes a reply to the `said` pipe, sentence by sentence or recording by recording, after what an earlier attempt has written of it. */
export async function sayLines(saidUrl: string, reply: string, { rank, signal, tenant, db }: SayOptions): Promise<void> {
  const { claim, writer } = await takePipe(saidUrl, signal, { rank });
  const said = linesIn(claim.bytes).flatMap((line) => splitSentences(readSaidLine(line).text)).length;
  const lines = await withRecordings(splitSentences(reply).slice(said), (texts) => recordingsOf(db, tenant, texts));
  await writePipe(saidUrl, encoded(lines), { at: claim.count, writer, signal });
}

/** A recording is looked for of so many sentences in a row. */
const longestRun = 8;

/** Sentences as lines: the longest runs that are recorded as one are one line, and so are all others alone. */
export async function withRecordings(
  sentences: readonly string[],
  find: (texts: readonly string[]) => Promise<ReadonlyMap<string, string>>,
): Promise<SaidLine[]> {
  const run = (from: number, to: number) => sentences.slice(from, to).join(' ');
  const ends = (from: number) => Array.from({ length: Math.min(longestRun, sentences.length - from) }, (_, i) => from + i + 1);
  const recorded = await find(sentences.flatMap((_, from) => ends(from).map((to) => run(from, to))));
  const lines: SaidLine[] = [];
  for (let from = 0; from < sentences.length; ) {
    const to = ends(from).findLast((end) => recorded.has(run(from, end))) ?? from + 1;
    const text = run(from, to);
    lines.push({ text, recording: recorded.get(text) });
    from = to;
  }
  return lines;
}

async function* encoded(lines: readonly SaidLine[]): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for (const line of lines) yield encoder.encode(writeSaidLine(line));
}
