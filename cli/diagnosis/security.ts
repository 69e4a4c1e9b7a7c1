import { spawn, spawnSync } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadConfig, needsAuthentication } from '../../config/load.ts';
import type { Config } from '../../config/schema.ts';
import { isLoopback } from '../../domain/access/loopback.ts';
import { type ApiClient, ApiProblem } from '../api-client.ts';
import { type Check, failed, made, ok, unknown, warning } from './check.ts';

/** What an attacker would look at first, of the configuration and of what answers. */
export async function auditSecurity(client: ApiClient, packages: boolean): Promise<Check[]> {
  const config = loadConfig();
  return Promise.all([
    made('authentication', () => authenticationCheck(client, config)),
    made('TLS', () => tlsCheck(client)),
    made('default credentials', () => credentialsCheck(config)),
    made('exposed ports', exposedCheck),
    made('encryption of payloads', () =>
      encryptionCheck('encryption of payloads', config.PAYLOAD_ENCRYPTION, 'PAYLOAD_ENCRYPTION'),
    ),
    made('encryption of recordings', () =>
      encryptionCheck('encryption of recordings', config.BLOB_ENCRYPTION, 'BLOB_ENCRYPTION'),
    ),
    made('retention', () => retentionCheck(config)),
    made('origins', () => originsCheck(config)),
    made('log level', () => logCheck(config)),
    made('bank', () => bankCheck(config)),
    made('secrets in files', secretsCheck),
    made('file modes', () => modesCheck(config)),
    made('keys without an end', () => keysCheck(client)),
    ...(packages ? [made('advisories on packages', advisoriesCheck)] : []),
  ]);
}

/** `high` where something failed, `medium` for a warning. */
export const riskOf = (checks: readonly Check[]): 'low' | 'medium' | 'high' =>
  checks.some(({ result }) => result === 'failed')
    ? 'high'
    : checks.some(({ result }) => result === 'warning')
      ? 'medium'
      : 'low';

const hostOf = (url: string) => new URL(url).hostname;

/** Asks as a stranger does. */
async function authenticationCheck({ baseUrl }: ApiClient, config: Config): Promise<Check> {
  const name = 'authentication';
  const response = await fetch(`${baseUrl}/sessions?limit=1`, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
  if (!response) {
    if (needsAuthentication(config)) return ok(name, 'on by the configuration (the API does not answer)');
    return warning(name, 'off, for this machine alone (the API does not answer)', 'AUTH=on, where others may use this machine.');
  }
  if (response.status === 401) return ok(name, 'who does not say who they are is refused');
  if (!response.ok) return unknown(name, `the API answered ${response.status} to a stranger`);
  if (isLoopback(hostOf(baseUrl)))
    return warning(name, 'off; only this machine can ask', 'AUTH=on, where others may use this machine.');
  return failed(name, `${baseUrl} answers strangers`, 'AUTH=on, and keys for who may ask (voicebot keys create).');
}

function tlsCheck({ baseUrl }: ApiClient): Check {
  if (baseUrl.startsWith('https:')) return ok('TLS', 'on');
  if (isLoopback(hostOf(baseUrl))) return ok('TLS', 'off, on this machine alone');
  return failed('TLS', `${baseUrl} is in the clear`, 'TLS_CERT_FILE and TLS_KEY_FILE, or a proxy that speaks TLS.');
}

/** Passwords that ship with products and examples. */
const commonPasswords = new Set([
  '',
  'postgres',
  'password',
  'voicebot',
  'admin',
  'root',
  'changeme',
  'change-me',
  'secret',
  'test',
  '123456',
]);
const secretSettings = [
  'ADMIN_KEY',
  'METRICS_KEY',
  'SECRETS_KEY',
  'TWILIO_AUTH_TOKEN',
  'BANK_API_KEY',
  'TEMPORAL_API_KEY',
] as const;

function credentialsCheck(config: Config): Check {
  const weak: string[] = [];
  if (config.DATABASE_URL) {
    const { password, hostname } = new URL(config.DATABASE_URL);
    if (commonPasswords.has(decodeURIComponent(password).toLowerCase()) && !isLoopback(hostname)) weak.push('DATABASE_URL');
  }
  for (const name of secretSettings) {
    const value = config[name];
    if (value && (commonPasswords.has(value.toLowerCase()) || new Set(value).size < 6)) weak.push(name);
  }
  if (weak.length === 0) return ok('default credentials', 'none');
  return failed('default credentials', `${weak.join(', ')} can be guessed`, 'Make others: openssl rand -hex 32.');
}

/** Ports of ours and of what we need, that belong on no public network. */
const inner: Readonly<Record<string, string>> = {
  5432: 'Postgres',
  7233: 'Temporal',
  8233: 'the Temporal UI',
  9090: 'Prometheus',
  9092: 'AudioSocket',
};

async function exposedCheck(): Promise<Check> {
  const { default: si } = await import('systeminformation');
  const connections = await si.networkConnections();
  if (connections.length === 0) return unknown('exposed ports', 'this machine does not tell what listens');
  const everywhere = new Set(['0.0.0.0', '::', '*']);
  const open = connections.filter(({ state, localAddress }) => state === 'LISTEN' && everywhere.has(localAddress));
  const found = [...new Set(open.map(({ localPort }) => localPort).filter((port) => inner[port]))];
  if (found.length === 0) return ok('exposed ports', `none of ${Object.keys(inner).join(', ')} listens to all networks`);
  return warning(
    'exposed ports',
    found.map((port) => `${inner[port]} (${port})`).join(', '),
    'Let them listen on inner addresses, or close them by a firewall.',
  );
}

function encryptionCheck(name: string, on: boolean, setting: string): Check {
  return on ? ok(name, 'on') : failed(name, 'off', `${setting}=on; what is there in the clear stays readable.`);
}

function retentionCheck({
  RETENTION_SESSIONS_DAYS: sessions,
  RETENTION_AUDIO_DAYS: audio,
  RECORD_AUDIO: recorded,
}: Config): Check {
  if (sessions !== undefined) return ok('retention', `sessions ${sessions} days${audio === undefined ? '' : `, audio ${audio}`}`);
  const what = recorded ? 'Calls and their recordings are' : 'Calls are';
  return warning('retention', `${what} kept for ever`, 'RETENTION_SESSIONS_DAYS and RETENTION_AUDIO_DAYS.');
}

function originsCheck({ CORS_ORIGINS: origins }: Config): Check {
  if (/\*/.test(origins)) return failed('origins', 'pages of any origin may ask', 'Name them in CORS_ORIGINS.');
  const clear = origins.split(',').filter((one) => one.trim().startsWith('http:') && !isLoopback(hostOf(one.trim())));
  if (clear.length > 0) return warning('origins', `${clear.join(', ')} is in the clear`, 'Use https.');
  return ok('origins', origins || 'none but its own');
}

const logCheck = ({ LOG_LEVEL: level }: Config): Check =>
  level === 'trace' || level === 'debug'
    ? warning('log level', level, 'LOG_LEVEL=info: more is for finding mistakes.')
    : ok('log level', level);

const bankCheck = ({ BANK: bank }: Config): Check =>
  bank === 'demo' ? warning('bank', 'the demo bank', 'BANK=http and BANK_URL, before customers call.') : ok('bank', bank);

/** Secrets that stand in files of settings, and whether a repository keeps them. */
async function secretsCheck(): Promise<Check> {
  const name = 'secrets in files';
  const found: string[] = [];
  for (const file of ['.env', 'docker/.env']) {
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    const set = secretSettings.filter((setting) => new RegExp(`^(?:export )?${setting}=\\S`, 'm').test(text));
    if (set.length === 0) continue;
    const kept = spawnSync('git', ['ls-files', '--error-unmatch', file], { stdio: 'ignore' }).status === 0;
    if (kept)
      return failed(
        name,
        `${file} with ${set.join(', ')} is in the repository`,
        `git rm --cached ${file}, and make other secrets: these are known.`,
      );
    found.push(`${file}: ${set.join(', ')}`);
  }
  if (found.length === 0) return ok(name, 'none in .env');
  return warning(name, found.join('; '), 'Give them by the environment from a store of secrets, where there is one.');
}

/** Files with secrets, for their owner alone. */
async function modesCheck(config: Config): Promise<Check> {
  const folder = resolve(config.DATA_DIR);
  const files = [
    ...[resolve('.env'), resolve('docker/.env'), config.TLS_KEY_FILE, config.PAYLOAD_KEYS_FILE],
    ...['secrets.key', 'admin.key', 'payload.keys'].map((name) => join(folder, name)),
  ];
  const open: string[] = [];
  let there = 0;
  for (const file of files) {
    const found = file && (await stat(file).catch(() => undefined));
    if (!found) continue;
    there += 1;
    if (found.mode & 0o077) open.push(`${file} (${(found.mode & 0o777).toString(8)})`);
  }
  if (open.length === 0)
    return ok('file modes', there === 0 ? 'no file with secrets here' : `what holds secrets is for its owner alone (${there})`);
  return failed(
    'file modes',
    `${open.join(', ')} can be read by others`,
    `chmod 600 ${open.map((one) => one.split(' ')[0]).join(' ')}`,
  );
}

async function keysCheck(client: ApiClient): Promise<Check> {
  const name = 'keys without an end';
  try {
    const { keys } = await client.json<{ keys: { name: string; expiresAt: string | null; revokedAt: string | null }[] }>('/keys');
    const endless = keys.filter(({ expiresAt, revokedAt }) => !expiresAt && !revokedAt).map((key) => key.name);
    if (endless.length === 0) return ok(name, `none of ${keys.length}`);
    return warning(name, endless.join(', '), 'Make new ones with --expires-in-days, and revoke these.');
  } catch (error) {
    return unknown(
      name,
      error instanceof ApiProblem ? `the key that is used may not see them (${error.code})` : 'the API does not answer',
    );
  }
}

const auditMs = 60_000;

/** What the registry knows of the packages that are installed. */
async function advisoriesCheck(): Promise<Check> {
  const name = 'advisories on packages';
  const output = await npmAudit();
  const counts = (output as { metadata?: { vulnerabilities?: Record<string, number> } } | undefined)?.metadata?.vulnerabilities;
  if (!counts) return unknown(name, 'the registry tells of none');
  const { high = 0, critical = 0, moderate = 0, low = 0 } = counts;
  const found = `${critical} critical, ${high} high, ${moderate} moderate, ${low} low`;
  if (high + critical > 0) return failed(name, found, 'npm audit --omit=dev says which; upgrade.');
  return moderate > 0 ? warning(name, found, 'npm audit --omit=dev says which.') : ok(name, found);
}

function npmAudit(): Promise<unknown> {
  const cwd = fileURLToPath(new URL('../..', import.meta.url));
  return new Promise((done) => {
    const child = spawn('npm', ['audit', '--omit=dev', '--json'], { cwd, stdio: ['ignore', 'pipe', 'ignore'], timeout: auditMs });
    const parts: Buffer[] = [];
    child.stdout.on('data', (part: Buffer) => parts.push(part));
    child.once('error', () => done(undefined));
    child.once('close', () => {
      try {
        done(JSON.parse(Buffer.concat(parts).toString('utf8')));
      } catch {
        done(undefined);
      }
    });
  });
}
