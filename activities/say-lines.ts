import { type PlayedRecording, recordingsOf } from '../db/message-recordings.ts';
import type { Database } from '../db/open.ts';
import { oneSpaced, saidParts } from '../domain/messages/parts.ts';
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
  const written = linesIn(claim.bytes).map((line) => readSaidLine(line).text);
  const lines = await withRecordings(restOf(reply, written.join(' ')), (texts) => recordingsOf(db, tenant, texts));
  await writePipe(saidUrl, encoded(lines), { at: claim.count, writer, signal });
}

/** The sentences that are not written yet, and what is left of one that is written in part. */
export function restOf(reply: string, written: string): string[] {
  const sentences = splitSentences(oneSpaced(reply));
  const before = splitSentences(oneSpaced(written));
  const rest = sentences.slice(before.length);
  const [begun, whole] = [before.at(-1), sentences[before.length - 1]];
  return begun !== undefined && whole?.startsWith(`${begun} `) ? [whole.slice(begun.length).trim(), ...rest] : rest;
}

/** A recording is looked for of so many sentences in a row. */
const longestRun = 8;

/** Sentences as lines: the longest runs that a message says are its recordings, and what it leaves to the call; all others are a line each. */
export async function withRecordings(
  sentences: readonly string[],
  find: (texts: readonly string[]) => Promise<readonly PlayedRecording[]>,
): Promise<SaidLine[]> {
  const run = (from: number, to: number) => sentences.slice(from, to).join(' ');
  const ends = (from: number) => Array.from({ length: Math.min(longestRun, sentences.length - from) }, (_, i) => from + i + 1);
  const found = await find(sentences.flatMap((_, from) => ends(from).map((to) => run(from, to))));
  const lines: SaidLine[] = [];
  for (let from = 0; from < sentences.length; ) {
    const [to, its] = ends(from)
      .reverse()
      .map((end) => [end, recordedLines(run(from, end), found)] as const)
      .find(([, recorded]) => recorded !== undefined) ?? [from + 1, [{ text: run(from, from + 1) }]];
    lines.push(...(its ?? []));
    from = to;
  }
  return lines;
}

/** A text as the newest message says it; one that is recorded whole before one that is filled in. */
function recordedLines(text: string, found: readonly PlayedRecording[]): SaidLine[] | undefined {
  const said = oneSpaced(text);
  const whole = found.findLast((one) => one.parts === null && oneSpaced(one.text) === said);
  if (whole) return [{ text, recording: { key: whole.blobKey } }];
  for (const { parts, blobKey, voice, speed, gainDb } of found.toReversed()) {
    const words = parts && saidParts(parts, said);
    if (!words) continue;
    return parts.map(({ slots, startMs, endMs }, i) => ({
      text: words[i] ?? '',
      ...(slots.length === 0 ? { recording: { key: blobKey, startMs, endMs } } : { beside: { voice, speed, gainDb } }),
    }));
  }
  return undefined;
}

async function* encoded(lines: readonly SaidLine[]): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for (const line of lines) yield encoder.encode(writeSaidLine(line));
}
