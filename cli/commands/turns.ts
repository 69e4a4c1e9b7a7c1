import { type Command, InvalidArgumentError } from 'commander';
import { ApiClient, apiUrl } from '../api-client.ts';
import { print } from '../output.ts';
import { table } from '../terminal/table.ts';

interface FailedTurn {
  readonly sessionId: string;
  readonly turn: number;
  readonly transcript: string;
  readonly errorStep: string | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly retries: number;
  readonly hasAudio: boolean;
  readonly createdAt: string;
}

interface RetriedTurn {
  readonly turn: number;
  readonly status: string;
  readonly transcript: string;
  readonly reply: string;
  readonly source: string;
  readonly error?: { readonly step: string; readonly code: string; readonly message: string };
}

interface Common {
  readonly url?: string;
  readonly json?: boolean;
}

export function addTurnCommands(program: Command): void {
  program
    .command('failed-turns')
    .option('--limit <n>', 'at most so many', '50')
    .option('--cursor <cursor>', 'go on where a page ended')
    .option('--url <url>', 'address of the API')
    .option('--json', 'print JSON')
    .action(async (options: Common & { limit: string; cursor?: string }) => {
      const query = new URLSearchParams({
        status: 'failed',
        limit: options.limit,
        ...(options.cursor ? { cursor: options.cursor } : {}),
      });
      const client = new ApiClient(apiUrl(options.url));
      const result = await client.json<{ turns: FailedTurn[]; nextCursor: string | null }>(`/turns?${query}`);
      print(result, options.json, () => {
        if (result.turns.length === 0) return 'No failed turns.';
        const rows = result.turns.map((turn) => [
          turn.sessionId,
          String(turn.turn),
          turn.createdAt,
          `${turn.errorStep}: ${turn.errorCode}`,
          String(turn.retries),
          turn.transcript || (turn.hasAudio ? '(audio kept)' : '(nothing kept)'),
        ]);
        const more = result.nextCursor ? `\n\nMore: --cursor ${result.nextCursor}` : '';
        return `${table(['SESSION', 'TURN', 'AT', 'CAUSE', 'RETRIES', 'CALLER SAID'], rows)}${more}`;
      });
    });

  program
    .command('retry-turn')
    .requiredOption('--session-id <id>', 'id of the session')
    .requiredOption('--turn <n>', 'number of the turn', wholeNumber)
    .option('--url <url>', 'address of the API')
    .option('--json', 'print JSON')
    .action(async ({ sessionId, turn, url, json }: Common & { sessionId: string; turn: number }) => {
      const path = `/sessions/${encodeURIComponent(sessionId)}/turns/${turn}/retry`;
      const result = await new ApiClient(apiUrl(url)).json<RetriedTurn>(path, { method: 'POST' });
      print(result, json, () =>
        result.error
          ? `Turn ${turn} failed again: the ${result.error.step} step (${result.error.code}): ${result.error.message}`
          : `caller: ${result.transcript || '(nothing heard)'}\nbot:    ${result.reply}\n${result.source}`,
      );
      if (result.status === 'failed') process.exitCode = 1;
    });
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('A turn is a whole number from 1.');
  return value;
}
