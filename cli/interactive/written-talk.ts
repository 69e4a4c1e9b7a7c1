import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { messageOf } from '../../domain/errors.ts';
import { type ApiClient, ApiProblem, jsonRequest } from '../api-client.ts';
import { bold, dim, red } from '../terminal/colours.ts';
import { waterfall } from '../terminal/waterfall.ts';

export interface WrittenTalkOptions {
  readonly client: ApiClient;
  readonly sessionId: string;
  readonly json: boolean;
  /** Speaks replies into files of a folder. */
  readonly spoken?: { readonly folder: string; readonly engine: string } | undefined;
  readonly lines?: AsyncIterable<string>;
}

interface AnsweredTurn {
  readonly turn: number;
  readonly status: string;
  readonly reply: string;
  readonly source: string;
  readonly next?: 'listen' | 'end' | 'transfer';
}

interface Step {
  readonly step: string;
  readonly queueMs: number | null;
  readonly workMs: number;
}

const say = (line: string) => process.stdout.write(`${line}\n`);

/** A call in writing: each line is what the caller says. It ends with the bot's goodbye, an empty line's end of input, or "quit". */
export async function writtenTalk(options: WrittenTalkOptions): Promise<void> {
  const { client, sessionId, json, spoken } = options;
  const path = `/sessions/${encodeURIComponent(sessionId)}`;
  await client.json(path, jsonRequest('POST', {})).catch((error) => {
    if (!(error instanceof ApiProblem) || error.code !== 'conflict') throw error;
  });
  if (spoken) await mkdir(spoken.folder, { recursive: true });
  const prompting = process.stdin.isTTY && process.stdout.isTTY && !json;
  if (!json) say(dim(`Session ${sessionId}. Write what a caller would say; "quit" hangs up.`));
  const reader = options.lines
    ? undefined
    : createInterface({ input: process.stdin, output: prompting ? process.stdout : undefined, prompt: 'you  ' } as never);
  if (prompting) reader?.prompt();
  for await (const line of options.lines ?? (reader as Interface)) {
    const text = line.trim();
    if (/^(quit|exit)$/i.test(text)) break;
    if (text !== '') {
      const ended = await oneTurn(text).catch((error: unknown) => {
        say(json ? JSON.stringify({ error: messageOf(error) }) : red(`     ${messageOf(error)}`));
        return error instanceof ApiProblem && error.code === 'conflict';
      });
      if (ended) break;
    }
    if (prompting) reader?.prompt();
  }
  reader?.close();
  await client.json(path, { method: 'DELETE' }).catch(() => undefined);

  async function oneTurn(text: string): Promise<boolean> {
    const began = performance.now();
    const turn = await client.json<AnsweredTurn>(`${path}/turns`, jsonRequest('POST', { text }));
    const tookMs = performance.now() - began;
    const { steps } = await client.json<{ steps: Step[] }>(`${path}/turns/${turn.turn}/steps`).catch(() => ({ steps: [] }));
    const file = spoken && turn.reply ? await speak(turn) : undefined;
    if (json) say(JSON.stringify({ ...turn, tookMs, steps, file: file ?? null }));
    else {
      say(`${bold('bot')}  ${turn.reply}`);
      say(dim(`     ${turn.source}, ${Math.round(tookMs)} ms${file ? `, ${file}` : ''}`));
      const parts = steps.flatMap(({ step, queueMs, workMs }) =>
        step === 'total'
          ? []
          : [
              { name: `${step}: queue`, ms: queueMs ?? 0 },
              { name: step, ms: workMs },
            ],
      );
      const shown = waterfall(parts);
      if (shown) say(shown);
    }
    return turn.next === 'end';
  }

  async function speak({ turn, reply }: AnsweredTurn): Promise<string> {
    const file = join(spoken?.folder ?? '', `turn-${turn}.wav`);
    const wav = await client.bytes('/tts/test', jsonRequest('POST', { text: reply, engine: spoken?.engine }));
    await writeFile(file, wav);
    return file;
  }
}

/** For a session that nobody has named. */
export const newSessionId = (): string => `talk-${randomUUID().slice(0, 8)}`;
