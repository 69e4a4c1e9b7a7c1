import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isLoopback } from '../../domain/access/loopback.ts';
import { VoicebotError } from '../../domain/errors.ts';
import type { ApiClient } from '../api-client.ts';
import type { Health } from '../commands/health.ts';
import { type OwnService, ownService } from '../interactive/own-service.ts';
import { type Ran, type RunNames, sections, type ValidationCheck, type Verdict } from './checks.ts';

export interface ValidatedCheck extends Verdict {
  readonly name: string;
  readonly about: string;
  readonly command: string;
  readonly tookMs: number;
  /** What to do, where it did not pass. */
  readonly fix: string | null;
}

export interface Validation {
  readonly at: string;
  readonly url: string;
  /** It was started for this, and stopped again. */
  readonly startedHere: boolean;
  readonly sections: readonly {
    readonly title: string;
    readonly passed: number;
    readonly total: number;
    readonly percent: number;
    readonly checks: readonly ValidatedCheck[];
  }[];
  readonly total: number;
  readonly passed: number;
  readonly warnings: number;
  readonly failed: number;
  readonly percent: number;
  readonly status: 'EXCELLENT' | 'GOOD' | 'FAIR' | 'POOR';
  readonly ready: boolean;
}

export interface ValidationOptions {
  readonly client: ApiClient;
  readonly loadUsers: number;
  readonly loadSeconds: number;
  readonly signal: AbortSignal;
  readonly onCheck: (title: string, check: ValidatedCheck) => void;
  readonly note: (text: string) => void;
}

const bin = fileURLToPath(new URL('../bin.mjs', import.meta.url));

/** Runs every command against the running system; one is started for it where none runs. */
export async function validate({ client, signal, onCheck, note, ...load }: ValidationOptions): Promise<Validation> {
  const folder = await mkdtemp(join(tmpdir(), 'voicebot-validate-'));
  const names: RunNames = { session: `validate-${randomUUID().slice(0, 8)}`, folder, ...load };
  const service = ownService(client);
  const startedHere = !(await isUp(client));
  if (startedHere) {
    note('No service runs; one is started for this …');
    await broughtUp(client, service);
  }
  try {
    const done: Validation['sections'][number][] = [];
    for (const { title, checks } of sections) {
      const results: ValidatedCheck[] = [];
      for (const check of checks) {
        if (signal.aborted) throw new VoicebotError('cancelled', 'The validation was interrupted.');
        const result = await checked(check, names, client.baseUrl, signal);
        results.push(result);
        onCheck(title, result);
      }
      const passed = results.filter(({ result }) => result !== 'failed').length;
      done.push({ title, passed, total: results.length, percent: share(passed, results.length), checks: results });
    }
    return { at: new Date().toISOString(), url: client.baseUrl, startedHere, sections: done, ...summed(done) };
  } finally {
    await service.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const share = (part: number, whole: number) => Math.round((part / whole) * 1000) / 10;

function summed(done: Validation['sections']) {
  const all = done.flatMap(({ checks }) => checks);
  const failed = all.filter(({ result }) => result === 'failed').length;
  const percent = share(all.length - failed, all.length);
  return {
    ...{ total: all.length, passed: all.length - failed, failed, percent },
    warnings: all.filter(({ result }) => result === 'warning').length,
    status:
      percent >= 90
        ? ('EXCELLENT' as const)
        : percent >= 75
          ? ('GOOD' as const)
          : percent >= 50
            ? ('FAIR' as const)
            : ('POOR' as const),
    ready: failed === 0,
  };
}

async function checked(check: ValidationCheck, names: RunNames, url: string, signal: AbortSignal): Promise<ValidatedCheck> {
  const args = check.args(names);
  const began = performance.now();
  const ran = await run(args, url, signal);
  const verdict = judged(check, ran);
  return {
    ...{ name: check.name, about: check.about, command: `voicebot ${args.join(' ')}`, ...verdict },
    tookMs: Math.round(performance.now() - began),
    fix: verdict.result === 'ok' ? null : check.fix,
  };
}

/** What a command printed that nobody expects is a failure, and no end of the validation. */
function judged({ judge }: ValidationCheck, ran: Ran): Verdict {
  try {
    if (judge) return judge(ran);
    return ran.exitCode === 0 ? { result: 'ok', found: 'done' } : { result: 'failed', found: ran.error };
  } catch {
    return { result: 'failed', found: ran.error || 'It printed something that is not understood.' };
  }
}

function run(args: readonly string[], url: string, signal: AbortSignal): Promise<Ran> {
  return new Promise((done) => {
    const local = ['config', 'config-validate', 'log-analysis', 'backup-system'].includes(args[0] ?? '');
    const all = [bin, ...args, '--json', ...(local ? [] : ['--url', url])];
    const child = spawn(process.execPath, all, { stdio: ['ignore', 'pipe', 'pipe'] });
    // A command that the user interrupts ends by itself: it has the same terminal.
    const interrupt = () => child.kill('SIGINT');
    signal.addEventListener('abort', interrupt, { once: true });
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (part: Buffer) => out.push(part));
    child.stderr.on('data', (part: Buffer) => err.push(part));
    child.once('close', (code) => {
      signal.removeEventListener('abort', interrupt);
      const json = parsed(Buffer.concat(out).toString('utf8'));
      const error = json?.error?.message ?? Buffer.concat(err).toString('utf8').trim().split('\n')[0] ?? '';
      done({ exitCode: code ?? 1, json, error });
    });
  });
}

// biome-ignore lint/suspicious/noExplicitAny: as Ran.json.
function parsed(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isUp = (client: ApiClient): Promise<boolean> =>
  client.json<Health>('/health').then(
    () => true,
    () => false,
  );

async function broughtUp({ baseUrl }: ApiClient, service: OwnService): Promise<void> {
  if (!isLoopback(new URL(baseUrl).hostname)) {
    throw new VoicebotError('dependency-unavailable', `Nothing answers at ${baseUrl}.`, { hint: 'Start the service there.' });
  }
  if (await service.up()) return;
  throw new VoicebotError('dependency-unavailable', 'The service did not become ready.', {
    hint: 'voicebot start says why; voicebot doctor, too.',
  });
}
