import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Session } from '../api-client.ts';
import { type ApiOptions, clientOf, withApi } from '../api-command.ts';
import { print } from '../output.ts';
import { dim, red, yellow } from '../terminal/colours.ts';
import { table } from '../terminal/table.ts';

export interface ShownTurn {
  readonly turn: number;
  readonly status: 'answered' | 'failed';
  readonly transcript: string;
  readonly reply: string;
  readonly heardReply: string | null;
  readonly source: string;
  readonly intent: string;
  readonly interrupted: boolean;
  readonly waitedMs: number | null;
  readonly errorStep: string | null;
  readonly errorCode: string | null;
  readonly retries: number;
  readonly createdAt: string;
}

export interface SessionDetail extends Session {
  readonly endReason: string | null;
  readonly endedAt: string | null;
  readonly history: readonly ShownTurn[];
}

interface MonitorOptions extends ApiOptions {
  readonly sessionId: string;
  readonly follow?: boolean;
  readonly format: 'json' | 'table' | 'stream';
  readonly filter: readonly Filter[];
}

export function addSessionCommands(program: Command): void {
  withApi(program.command('list-sessions'))
    .addOption(new Option('--status <status>', 'only these').choices(['active', 'ended', 'timed-out']))
    .option('--limit <n>', 'at most so many', '50')
    .option('--cursor <cursor>', 'go on where a page ended')
    .action(async (options: ApiOptions & { status?: string; limit: string; cursor?: string }) => {
      const { limit, status, cursor } = options;
      const query = new URLSearchParams({ limit, ...(status ? { status } : {}), ...(cursor ? { cursor } : {}) });
      const result = await clientOf(options).json<{ sessions: Session[]; active: number; nextCursor: string | null }>(
        `/sessions?${query}`,
      );
      print(result, options.json, () => {
        const rows = result.sessions.map((s) => [s.id, s.status, String(s.turns), s.lastIntent ?? '', s.createdAt]);
        const more = result.nextCursor ? `. More: --cursor ${result.nextCursor}` : '';
        return `${table(['SESSION', 'STATUS', 'TURNS', 'LAST INTENT', 'STARTED'], rows)}\n\n${result.active} active${more}`;
      });
    });

  withApi(program.command('end-session'))
    .requiredOption('--session-id <id>', 'id of the session')
    .action(async (options: ApiOptions & { sessionId: string }) => {
      const session = await clientOf(options).json<SessionDetail>(pathOf(options.sessionId), { method: 'DELETE' });
      print(session, options.json, () => `Session ${session.id} has ended after ${session.turns} turns.`);
    });

  withApi(program.command('monitor-session'))
    .requiredOption('--session-id <id>', 'id of the session')
    .option('--follow', 'go on until the call ends')
    .addOption(new Option('--format <format>', 'how it is shown').choices(['json', 'table', 'stream']).default('table'))
    .addOption(
      new Option(
        '--filter <field=value>',
        'only turns like this, such as status=failed, source=model or transcript~card; may be given again',
      )
        .argParser((text, before: readonly Filter[]) => [...before, filterOf(text)])
        .default([], 'all turns'),
    )
    .action((options: MonitorOptions) => monitor(options.json ? { ...options, format: 'json' } : options));
}

const pathOf = (sessionId: string) => `/sessions/${encodeURIComponent(sessionId)}`;
const pollMs = 1_000;

async function monitor(options: MonitorOptions): Promise<void> {
  const client = clientOf(options);
  const { follow = false, format, filter } = options;
  const fits = (turn: ShownTurn) => filter.every((one) => one(turn));
  let shown = 0;
  for (let first = true; ; first = false) {
    const session = await client.json<SessionDetail>(pathOf(options.sessionId));
    const [active, turns] = [session.status === 'active', session.history.filter((turn) => turn.turn > shown && fits(turn))];
    shown = Math.max(shown, ...session.history.map(({ turn }) => turn));
    if (first && format === 'json' && !follow) return print({ ...session, history: turns }, true, () => '');
    if (first && format === 'table') process.stdout.write(`${headOf(session)}\n\n`);
    if (turns.length > 0 || (first && format === 'table')) process.stdout.write(`${shownAs(format, turns, first)}\n`);
    if (!follow || !active) {
      if (follow && format !== 'json') process.stdout.write(`${dim(endOf(session))}\n`);
      return;
    }
    await sleep(pollMs);
  }
}

const headOf = ({ id, status, turns, createdAt, endReason }: SessionDetail) =>
  `Session ${id}: ${status}${endReason ? ` (${endReason})` : ''}, ${turns} turns, since ${createdAt}`;

const endOf = ({ id, status, endReason }: SessionDetail) => `Session ${id} is ${status}${endReason ? ` (${endReason})` : ''}.`;

function shownAs(format: MonitorOptions['format'], turns: readonly ShownTurn[], first: boolean): string {
  if (format === 'json') return turns.map((turn) => JSON.stringify(turn)).join('\n');
  if (format === 'stream') return turns.map(lineOf).join('\n');
  if (turns.length === 0) return 'No turn to show.';
  const rows = turns.map((turn) => [
    ...[String(turn.turn), turn.createdAt.slice(11, 19), turn.status, waitOf(turn), turn.source, turn.intent],
    ...[turn.transcript, turn.heardReply ?? turn.reply],
  ]);
  const lines = table(['TURN', 'AT', 'STATUS', 'WAITED', 'SOURCE', 'INTENT', 'CALLER SAID', 'BOT SAID'], rows).split('\n');
  return (first ? lines : lines.slice(2)).join('\n');
}

const waitOf = ({ waitedMs }: ShownTurn) => (waitedMs === null ? '-' : `${waitedMs} ms`);

function lineOf(turn: ShownTurn): string {
  const about = `${turn.createdAt.slice(11, 19)}  turn ${turn.turn}  ${turn.source}, ${turn.intent}, ${waitOf(turn)}`;
  const failed = turn.status === 'failed' ? red(`  failed: ${turn.errorStep}: ${turn.errorCode}`) : '';
  const cut = turn.interrupted ? yellow('  (interrupted)') : '';
  return `${dim(about)}${failed}\n  caller: ${turn.transcript || '(nothing heard)'}\n  bot:    ${turn.heardReply ?? turn.reply}${cut}`;
}

type Filter = (turn: ShownTurn) => boolean;

const filterFields = ['status', 'source', 'intent', 'interrupted', 'transcript', 'reply', 'errorStep', 'errorCode'] as const;

/** `field=value`, or `field~part` in any case. */
function filterOf(text: string): Filter {
  const [, field, sign, value = ''] = /^(\w+)([=~])(.*)$/.exec(text) ?? [];
  const known = filterFields.find((one) => one === field);
  if (!known) throw new InvalidArgumentError(`It is FIELD=VALUE or FIELD~PART. Fields: ${filterFields.join(', ')}.`);
  return (turn) => {
    const found = String(turn[known] ?? '');
    return sign === '=' ? found === value : found.toLowerCase().includes(value.toLowerCase());
  };
}
