import { resolve } from 'node:path';
import { listArtifacts } from '../../artifacts/listing.ts';
import { ArtifactStore } from '../../artifacts/store.ts';
import { loadConfig, modelCacheDir } from '../../config/load.ts';
import { messageOf } from '../../domain/errors.ts';
import type { ApiClient } from '../api-client.ts';
import type { Health } from '../commands/health.ts';
import type { AnalyticsData } from '../report/analytics.ts';
import { type Check, failed, ok, unknown, warning } from './check.ts';
import { type MachineState, machineState } from './machine.ts';

/** A check with what it counts for. */
export type Scored = Check & { readonly points: number };

export interface SystemDiagnosis {
  readonly machine: MachineState;
  readonly health: Health | null;
  readonly checks: readonly Scored[];
  /** 0 to 100; null where nothing could be measured. */
  readonly score: number | null;
  /** How the score comes about. */
  readonly arithmetic: string;
  readonly comprehensive?: {
    readonly engines: unknown;
    readonly lastHour: AnalyticsData | null;
    readonly processes: readonly {
      readonly name: string;
      readonly pid: number;
      readonly cpuPercent: number;
      readonly memoryMb: number;
    }[];
  };
}

/** How this machine and the service are. Never rejects where the service is away: that is what it tells. */
export async function diagnose(client: ApiClient, comprehensive: boolean): Promise<SystemDiagnosis> {
  const config = loadConfig();
  const [machine, health, artifacts] = await Promise.all([
    machineState(resolve(config.DATA_DIR)),
    client.json<Health>('/health').catch((error: unknown) => messageOf(error)),
    listArtifacts(new ArtifactStore(modelCacheDir(config))),
  ]);
  const failures = await client.json<AnalyticsData>('/analytics/errors?range=1h').catch(() => null);
  const known = typeof health === 'string' ? null : health;
  const needed = ['silero', 'whisper-base', 'minilm', 'kokoro'];
  const checks: Scored[] = [
    { points: 20, ...apiCheck(health) },
    { points: 15, ...reachedCheck('database', known?.database) },
    { points: 15, ...reachedCheck('Temporal', known?.temporal) },
    { points: 20, ...queueCheck(known) },
    { points: 10, ...turnsCheck(failures) },
    { points: 5, ...memoryCheck(machine) },
    { points: 5, ...diskCheck(machine) },
    { points: 5, ...cpuCheck(machine) },
    { points: 5, ...modelCheck(artifacts.filter(({ id }) => needed.some((one) => id.startsWith(one)))) },
  ];
  return {
    ...{ machine, health: known, checks, ...scoreOf(checks) },
    ...(comprehensive ? { comprehensive: await more(client, failures) } : {}),
  };
}

const worth = { ok: 1, warning: 0.5, failed: 0 } as const;

/** Points of what is well, of those that could be measured; half of them for a warning. */
export function scoreOf(checks: readonly Scored[]): { readonly score: number | null; readonly arithmetic: string } {
  const measured = checks.filter(({ result }) => result !== 'unknown');
  const possible = measured.reduce((sum, { points }) => sum + points, 0);
  if (possible === 0) return { score: null, arithmetic: 'nothing could be measured' };
  const got = measured.map(({ name, points, result }) => ({ name, points: points * worth[result as keyof typeof worth] }));
  const sum = got.reduce((total, { points }) => total + points, 0);
  const score = Math.round((sum / possible) * 100);
  const terms = got.map(({ name, points }) => `${points} (${name})`).join(' + ');
  return { score, arithmetic: `(${terms}) / ${possible} = ${score} %` };
}

function apiCheck(health: Health | string): Check {
  const name = 'API';
  if (typeof health === 'string') return failed(name, health, 'Start it with voicebot start, or give its address by --url.');
  if (health.status === 'ok') return ok(name, `version ${health.version}, up for ${health.uptimeSeconds} s`);
  if (health.status === 'down') return failed(name, 'takes no calls', 'See database and Temporal below.');
  return warning(name, health.status, 'Wait until it is ready, or start workers of the queues without pollers.');
}

function reachedCheck(name: string, reached: Health['database'] | undefined): Check {
  if (!reached) return unknown(name, 'the API does not answer');
  if (reached.ok) return ok(name, `answers within ${reached.latencyMs.toFixed(1)} ms`);
  return failed(
    name,
    reached.error ?? 'does not answer',
    `Start it, and check ${name === 'database' ? 'DATABASE_URL' : 'TEMPORAL_ADDRESS'}.`,
  );
}

function queueCheck(health: Health | null): Check {
  const name = 'queues';
  const workers = Object.entries(health?.workers ?? {});
  if (workers.length === 0 || workers.some(([, pollers]) => pollers === null))
    return unknown(name, 'Temporal could not be asked');
  const empty = workers.filter(([, pollers]) => pollers === 0).map(([queue]) => queue);
  if (empty.length === 0) return ok(name, `all ${workers.length} are polled`);
  return failed(name, `nobody polls ${empty.join(', ')}`, `voicebot worker --queues ${empty.join(',')}`);
}

function turnsCheck(report: AnalyticsData | null): Check {
  const name = 'turns of the last hour';
  const { turns = 0, failed: wrong = 0 } = report?.turns ?? {};
  if (turns === 0) return unknown(name, report ? 'nobody called' : 'the API does not answer');
  const share = wrong / turns;
  const found = `${wrong} of ${turns} failed`;
  if (share < 0.01) return ok(name, found);
  const fix = 'See voicebot failed-turns and voicebot analytics-report --type errors.';
  return share < 0.05 ? warning(name, found, fix) : failed(name, found, fix);
}

function memoryCheck({ memory: { freeMb, totalMb } }: MachineState): Check {
  const found = `${(freeMb / 1000).toFixed(1)} of ${(totalMb / 1000).toFixed(1)} GB free`;
  if (freeMb / totalMb > 0.1) return ok('memory', found);
  return warning('memory', found, 'Unload engines that nobody uses (voicebot engines unload), or add memory.');
}

function diskCheck({ disk }: MachineState): Check {
  if (!disk) return unknown('disk', 'its space cannot be read');
  const found = `${disk.freeGb} of ${disk.totalGb} GB free for ${disk.folder}`;
  if (disk.freeGb > 5) return ok('disk', found);
  const fix = 'Models and recordings need room: shorten RETENTION_AUDIO_DAYS, or move DATA_DIR.';
  return disk.freeGb > 1 ? warning('disk', found, fix) : failed('disk', found, fix);
}

function cpuCheck({ cpu: { load1m, cores, busyPercent } }: MachineState): Check {
  const found = `${cores} cores, ${busyPercent} % busy, load ${load1m.toFixed(1)}`;
  return load1m < cores * 1.5
    ? ok('CPU', found)
    : warning('CPU', found, 'More work waits than cores can do; callers wait with it.');
}

function modelCheck(models: readonly { readonly id: string; readonly state: string }[]): Check {
  const missing = models.filter(({ state }) => state !== 'present').map(({ id }) => id);
  if (missing.length === 0) return ok('models', `${models.map(({ id }) => id).join(', ')} are there`);
  return warning('models', `${missing.join(', ')} will be fetched at first use`, `voicebot models fetch ${missing.join(' ')}`);
}

async function more(client: ApiClient, lastHour: AnalyticsData | null) {
  const { default: si } = await import('systeminformation');
  const [engines, { list }] = await Promise.all([
    client.json<{ engines: unknown }>('/tts/engines').then(
      (answer) => answer.engines,
      () => null,
    ),
    si.processes(),
  ]);
  const ours = list.filter(({ command, params }) => /voicebot|cli\/bin\.mjs|temporal|postgres/.test(`${command} ${params}`));
  const processes = ours
    .map(({ name, pid, cpu, memRss }) => ({ name, pid, cpuPercent: Math.round(cpu), memoryMb: Math.round(memRss / 1000) }))
    .sort((a, b) => b.memoryMb - a.memoryMb)
    .slice(0, 20);
  return { engines, lastHour, processes };
}
