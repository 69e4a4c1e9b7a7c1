import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../domain/errors.ts';
import type { ApiClient, Session } from '../api-client.ts';
import type { Health } from '../commands/health.ts';
import type { AnalyticsData } from '../report/analytics.ts';
import { milliseconds } from '../report/values.ts';
import { bold, dim, green, red, yellow } from '../terminal/colours.ts';
import { sparkline } from '../terminal/sparkline.ts';
import { table } from '../terminal/table.ts';

export interface Watched {
  readonly at: string;
  readonly health: Health | { readonly error: string };
  readonly sessions: readonly Session[];
  readonly active: number | null;
  readonly lastHour: Pick<AnalyticsData, 'wait' | 'points'> | null;
}

const shownCalls = 10;

export async function look(client: ApiClient): Promise<Watched> {
  const [health, sessions, lastHour] = await Promise.all([
    client.json<Health>('/health').catch((error: unknown) => ({ error: messageOf(error) })),
    client.json<{ sessions: Session[]; active: number }>(`/sessions?status=active&limit=${shownCalls}`).catch(() => undefined),
    client.json<AnalyticsData>('/analytics/performance?range=1h').catch(() => null),
  ]);
  return { at: new Date().toISOString(), health, sessions: sessions?.sessions ?? [], active: sessions?.active ?? null, lastHour };
}

export function watchedText({ at, health, sessions, active, lastHour }: Watched): string {
  if ('error' in health) return `${red('DOWN')}  ${health.error}\n${dim(at)}`;
  const colour = health.status === 'ok' ? green : health.status === 'down' ? red : yellow;
  const queues = Object.entries(health.workers).map(([queue, pollers]) =>
    pollers ? `${queue} ${pollers}` : red(`${queue} ${pollers ?? 'unknown'}`),
  );
  const points = lastHour?.points ?? [];
  const rows = sessions.map((one) => [one.id, String(one.turns), one.lastIntent ?? '', one.createdAt]);
  return [
    `${bold(colour(health.status.toUpperCase()))}  database ${ms(health.database)}, Temporal ${ms(health.temporal)}  ${dim(at)}`,
    `queues   ${queues.join('  ')}`,
    `waited   p50 ${milliseconds(lastHour?.wait?.p50)}, p95 ${milliseconds(lastHour?.wait?.p95)} in the last hour`,
    `p95      ${points.every(({ p95 }) => p95 === null) ? dim('nobody spoke') : sparkline(points.map(({ p95 }) => p95))}`,
    `turns    ${points.length === 0 ? dim('nobody called') : sparkline(points.map(({ turns }) => turns))}`,
    `calls    ${active ?? 'unknown'} active`,
    ...(rows.length > 0 ? ['', table(['SESSION', 'TURNS', 'LAST INTENT', 'SINCE'], rows)] : []),
  ].join('\n');
}

const ms = ({ ok, latencyMs }: Health['database']) => (ok ? `${latencyMs.toFixed(0)} ms` : red('down'));

/** Draws the view again and again, in its place. */
export async function watch(client: ApiClient, everyMs: number, signal: AbortSignal): Promise<void> {
  const { createLogUpdate } = await import('log-update');
  const screen = createLogUpdate(process.stdout);
  while (!signal.aborted) {
    screen(`${watchedText(await look(client))}\n\n${dim('Ctrl-C ends this.')}`);
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
  screen.done();
}
