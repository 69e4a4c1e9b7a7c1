import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';

export interface LogGroup {
  readonly level: string;
  readonly message: string;
  /** What it was about, where the line says it: an error's text, or its code. */
  readonly cause: string | null;
  readonly count: number;
  readonly first: string;
  readonly last: string;
  /** Sessions in which it happened, some of them. */
  readonly sessions: readonly string[];
}

export interface LogAnalysis {
  readonly lines: number;
  /** Lines that are no JSON of ours. */
  readonly unread: number;
  readonly byLevel: Readonly<Record<string, number>>;
  readonly groups: readonly LogGroup[];
}

export interface LogOptions {
  readonly errorsOnly: boolean;
  /** Lines before it do not count. */
  readonly sinceMs: number | undefined;
}

const levels: Readonly<Record<number, string>> = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' };
const rank = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'];
const mostGroups = 1_000;
const mostSessions = 5;
const longestLine = 100_000;

interface Line {
  readonly level?: number | string;
  readonly time?: number | string;
  readonly msg?: string;
  readonly error?: unknown;
  readonly err?: { readonly message?: string };
  readonly code?: string;
  readonly sessionId?: string;
}

/** Structured logs, grouped by cause; `-` reads standard input. Lines are read one by one: a file of any size fits. */
export async function analyseLogs(file: string, { errorsOnly, sinceMs }: LogOptions): Promise<LogAnalysis> {
  const groups = new Map<string, { -readonly [K in keyof LogGroup]: LogGroup[K] }>();
  const byLevel: Record<string, number> = {};
  let [lines, unread] = [0, 0];
  const input = file === '-' ? createInterface({ input: process.stdin }) : (await open(file)).readLines();
  for await (const text of input) {
    if (text.trim() === '') continue;
    lines += 1;
    const line = lineIn(text);
    if (!line) {
      unread += 1;
      continue;
    }
    const atMs = typeof line.time === 'number' ? line.time : Date.parse(String(line.time));
    if (sinceMs !== undefined && !(atMs >= sinceMs)) continue;
    const level = typeof line.level === 'number' ? (levels[line.level] ?? String(line.level)) : String(line.level ?? 'info');
    byLevel[level] = (byLevel[level] ?? 0) + 1;
    if (errorsOnly && rank.indexOf(level) > 1) continue;
    const at = Number.isFinite(atMs) ? new Date(atMs).toISOString() : 'unknown';
    const [message, cause] = [line.msg ?? '', causeOf(line)];
    const key = `${level} ${likeness(message)} ${likeness(cause ?? '')}`;
    const group = groups.get(key);
    if (!group) {
      if (groups.size < mostGroups)
        groups.set(key, {
          level,
          message,
          cause,
          count: 1,
          first: at,
          last: at,
          sessions: line.sessionId ? [line.sessionId] : [],
        });
      continue;
    }
    group.count += 1;
    group.last = at;
    if (line.sessionId && group.sessions.length < mostSessions && !group.sessions.includes(line.sessionId))
      group.sessions = [...group.sessions, line.sessionId];
  }
  const order = (a: LogGroup, b: LogGroup) => rank.indexOf(a.level) - rank.indexOf(b.level) || b.count - a.count;
  return { lines, unread, byLevel, groups: [...groups.values()].sort(order) };
}

function lineIn(text: string): Line | undefined {
  if (text.length > longestLine || !text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as Line;
  } catch {
    return undefined;
  }
}

function causeOf({ error, err, code }: Line): string | null {
  if (typeof error === 'string') return error;
  if (error && typeof error === 'object' && 'message' in error) return String(error.message);
  return err?.message ?? code ?? null;
}

/** The same cause with other numbers, ids and addresses is the same. */
const likeness = (text: string): string =>
  text
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi, '#')
    .replace(/'[^']*'/g, "'#'")
    .replace(/\d+(?:\.\d+)?/g, '#');
