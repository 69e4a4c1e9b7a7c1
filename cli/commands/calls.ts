import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { WebSocket } from 'ws';
import { VoicebotError } from '../../domain/errors.ts';
import { ApiClient, ApiProblem, apiKey, apiUrl, type Session } from '../api-client.ts';
import { print, table } from '../output.ts';
import { readInput } from './speech.ts';

interface TurnResult {
  transcript: string;
  reply: string;
  source: string;
  totalMs: number;
  wav: Uint8Array;
}

/** Longest wait for an answer. */
const answerTimeoutMs = 120_000;

export function addCallCommands(program: Command): void {
  program
    .command('start-call')
    .description('Start a call, or say something in one with --input.')
    .requiredOption('--session-id <id>', 'id of the session')
    .option('--input <file>', 'WAV file with what the caller says')
    .option('--output <file>', 'WAV file for the answer')
    .option('--url <url>', 'address of the API')
    .option('--json', 'print JSON')
    .action(async (options: { sessionId: string; input?: string; output?: string; url?: string; json?: boolean }) => {
      const client = new ApiClient(apiUrl(options.url));
      if (!options.input) {
        const session = await client.json<Session>(`/sessions/${encodeURIComponent(options.sessionId)}`, { method: 'POST' });
        return print(
          session,
          options.json,
          () => `Session ${session.id} is ${session.status}. Connect audio to ${socketUrl(client, session.id)}`,
        );
      }
      const result = await oneTurn(socketUrl(client, options.sessionId), await readInput(options.input));
      if (options.output) await writeFile(options.output, result.wav);
      const { wav, ...shown } = result;
      print({ sessionId: options.sessionId, ...shown, output: options.output ?? null }, options.json, () =>
        [
          `caller: ${result.transcript || '(nothing heard)'}`,
          `bot:    ${result.reply}`,
          `${result.source}, ${Math.round(result.totalMs)} ms`,
        ].join('\n'),
      );
    });

  program
    .command('list-sessions')
    .description('List sessions, newest first.')
    .option('--status <status>', 'active, ended or timed-out')
    .option('--limit <n>', 'at most so many', '50')
    .option('--cursor <cursor>', 'go on where a page ended')
    .option('--url <url>', 'address of the API')
    .option('--json', 'print JSON')
    .action(async (options: { status?: string; limit: string; cursor?: string; url?: string; json?: boolean }) => {
      const { limit, status, cursor } = options;
      const query = new URLSearchParams({ limit, ...(status ? { status } : {}), ...(cursor ? { cursor } : {}) });
      const result = await new ApiClient(apiUrl(options.url)).json<{
        sessions: Session[];
        active: number;
        nextCursor: string | null;
      }>(`/sessions?${query}`);
      print(result, options.json, () => {
        const rows = result.sessions.map((s) => [s.id, s.status, String(s.turns), s.lastIntent ?? '', s.createdAt]);
        return `${table(['SESSION', 'STATUS', 'TURNS', 'LAST INTENT', 'STARTED'], rows)}\n\n${result.active} active${result.nextCursor ? `. More: --cursor ${result.nextCursor}` : ''}`;
      });
    });
}

function socketUrl(client: ApiClient, sessionId: string): string {
  return `${client.baseUrl.replace(/^http/, 'ws')}/ws/${encodeURIComponent(sessionId)}`;
}

/** Sends one utterance and waits for transcript, reply and speech. */
function oneTurn(url: string, wav: Uint8Array): Promise<TurnResult> {
  const key = apiKey();
  const socket = new WebSocket(`${url}?events=1`, { headers: key ? { Authorization: `Bearer ${key}` } : {} });
  const result: TurnResult = { transcript: '', reply: '', source: '', totalMs: 0, wav: new Uint8Array() };
  return new Promise<TurnResult>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new VoicebotError('timeout', `No answer came within ${answerTimeoutMs / 1000} s.`)),
      answerTimeoutMs,
    );
    socket.on('open', () => socket.send(wav));
    socket.on('error', (error) =>
      reject(
        new VoicebotError('dependency-unavailable', `${url} cannot be reached: ${error.message}`, {
          hint: 'Start the API with npm start, or give its address by --url.',
        }),
      ),
    );
    socket.on('message', (data: Buffer, binary) => {
      if (binary) {
        result.wav = data;
        return resolve(result);
      }
      const message = JSON.parse(data.toString());
      if (message.type === 'transcript') result.transcript = message.text;
      if (message.type === 'reply')
        Object.assign(result, { reply: message.text, source: message.source, totalMs: message.timings.totalMs });
      if (message.type === 'error') reject(new ApiProblem(message.problem));
    });
    socket.on('close', () => {
      clearTimeout(timer);
      reject(new VoicebotError('dependency-unavailable', 'The API closed the connection before it answered.'));
    });
  }).finally(() => socket.close());
}
