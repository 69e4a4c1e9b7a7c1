import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { auditAnchorFile, redactedConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { version } from '../config/version.ts';
import { loadBlobs, saveBlobs } from '../db/backup/blobs.ts';
import { dumpTables } from '../db/backup/dump.ts';
import { loadTables } from '../db/backup/load.ts';
import { checkFiles, describeFile, type Manifest, manifestName, readManifest } from '../db/backup/manifest.ts';
import { connectDatabase } from '../db/connection.ts';
import { lockFolder } from '../db/embedded-lock.ts';
import { openDatabase } from '../db/open.ts';
import { VoicebotError } from '../domain/errors.ts';
import { blobsOf } from './blobs.ts';
import { checkRestored, type RestoredCheck } from './restored-check.ts';

export interface BackupOptions {
  readonly config: Config;
  /** Folder in which the backup gets a folder of its own. */
  readonly destination: string;
  /** Recordings, messages, adapters; not where the bucket has its own copies. */
  readonly blobs: boolean;
  /** File that gets the keys; they are left out when unset. */
  readonly keysFile: string | undefined;
  readonly signal: AbortSignal;
  readonly now?: Date;
}

export interface Backup {
  readonly folder: string;
  readonly rows: number;
  readonly files: number;
  readonly bytes: number;
  /** What is not in it, and why. */
  readonly left: readonly string[];
}

/** What DATA_DIR holds beside the database, blobs and keys. */
const anchorsName = 'audit-anchors.jsonl';
const temporalName = 'temporal.db';
const temporalFiles = [temporalName, `${temporalName}-wal`, `${temporalName}-shm`];

/**
 * Copies what the service keeps into a new folder, which has its name once it is whole.
 * @throws VoicebotError where the database does not answer, or the embedded one is in use.
 */
export async function makeBackup(options: BackupOptions): Promise<Backup> {
  const { config, signal, keysFile, now = new Date() } = options;
  if (keysFile && existsSync(keysFile)) {
    throw new VoicebotError('conflict', `${keysFile} is there already, and keys are not written over.`, {
      hint: 'Name another file.',
    });
  }
  const dataDir = resolve(config.DATA_DIR);
  const folder = join(resolve(options.destination), `voicebot-${now.toISOString().replaceAll(':', '-').slice(0, 19)}Z`);
  if (existsSync(folder)) throw new VoicebotError('conflict', `${folder} is there already.`);
  const part = `${folder}.part`;
  await rm(part, { recursive: true, force: true });
  await mkdir(join(part, 'configuration'), { recursive: true, mode: 0o700 });
  const left: string[] = [];
  try {
    const connection = await connectDatabase({ url: config.DATABASE_URL, dataDir });
    const rows = await dumpTables(connection, part, signal).finally(() => connection.close());
    if (options.blobs) {
      const { gone } = await saveBlobs(await blobsOf(config), part, signal);
      if (gone > 0) left.push(`${gone} blobs that were deleted meanwhile.`);
    } else left.push('Blobs (recordings, messages, adapters): they were not asked for.');
    await saveConfiguration(config, part);
    left.push(...(await saveTemporal(config, dataDir, part)));
    if (keysFile) await saveKeys(config, dataDir, keysFile);
    else left.push('Keys: they belong in another place than what they open; --keys FILE writes them.');
    const files: Manifest['files'] = [];
    for (const path of await filesIn(part)) files.push(await describeFile(part, path));
    const manifest: Manifest = {
      format: 'voicebot-backup-1',
      version,
      createdAt: now.toISOString(),
      source: connection.description,
      ...rows,
      files,
    };
    await writeFile(join(part, manifestName), `${JSON.stringify(manifest, null, 1)}\n`, { mode: 0o600 });
    signal.throwIfAborted();
    await rename(part, folder);
    return {
      folder,
      rows: rows.tables.reduce((sum, table) => sum + table.rows, 0),
      files: files.length,
      bytes: files.reduce((sum, file) => sum + file.bytes, 0),
      left,
    };
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    throw error;
  }
}

async function saveConfiguration(config: Config, part: string): Promise<void> {
  const folder = join(part, 'configuration');
  await writeFile(join(folder, 'settings.json'), `${JSON.stringify(redactedConfig(config), null, 1)}\n`, { mode: 0o600 });
  if (config.ASSISTANT) await cp(resolve(config.ASSISTANT), join(folder, 'assistant'), { recursive: true });
  const anchors = auditAnchorFile(config);
  if (existsSync(anchors)) await copyFile(anchors, join(folder, anchorsName));
}

/** The embedded Temporal server's store can be copied while nobody uses it; a cluster's is its operator's. */
async function saveTemporal(config: Config, dataDir: string, part: string): Promise<string[]> {
  if (config.TEMPORAL_ADDRESS)
    return ["Temporal's store: its operator backs it up (docs/operations.md says what is lost without)."];
  if (!existsSync(join(dataDir, temporalName))) return [];
  const unlock = await lockFolder(dataDir).catch(() => undefined);
  if (!unlock) return ["Temporal's store: the service that runs uses it. Calls in progress are in it."];
  try {
    await mkdir(join(part, 'temporal'), { recursive: true });
    for (const name of temporalFiles) {
      if (existsSync(join(dataDir, name))) await copyFile(join(dataDir, name), join(part, 'temporal', name));
    }
    return [];
  } finally {
    await unlock();
  }
}

const keyFiles = { SECRETS_KEY: 'secrets.key', ADMIN_KEY: 'admin.key' } as const;

/** As variables, so that they go where an installation has its secrets. */
async function saveKeys(config: Config, dataDir: string, target: string): Promise<void> {
  const lines: string[] = [];
  for (const [name, file] of Object.entries(keyFiles) as [keyof typeof keyFiles, string][]) {
    const value = config[name] ?? (await readFile(join(dataDir, file), 'utf8').catch(() => '')).trim();
    if (value) lines.push(`${name}=${value}`);
  }
  for (const name of ['PAYLOAD_KEYS', 'PAYLOAD_KEYS_FILE', 'PAYLOAD_KEYS_COMMAND'] as const) {
    if (config[name]) lines.push(`${name}=${config[name]}`);
  }
  await writeFile(target, `${lines.join('\n')}\n`, { mode: 0o600, flag: 'wx' });
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
    .sort();
}

export interface Restored {
  readonly database: string;
  readonly rows: number;
  readonly blobs: number;
  /** Whether calls in progress came along, in the store of the embedded Temporal server. */
  readonly calls: boolean;
  readonly check: RestoredCheck;
}

/**
 * Fills an empty database and a blob store from a backup, brings the schema to this release's, and checks the result. Every file is
 * compared with its digest before anything is written. With the keys of the old installation in the environment or in DATA_DIR.
 * @throws VoicebotError where the backup is broken, or there is something already.
 */
export async function restoreBackup(config: Config, source: string, signal: AbortSignal): Promise<Restored> {
  const dataDir = resolve(config.DATA_DIR);
  const folder = resolve(source);
  if (!(await stat(folder).catch(() => undefined))?.isDirectory()) {
    throw new VoicebotError('not-found', `There is no folder ${folder}.`);
  }
  const manifest = await readManifest(folder);
  await checkFiles(folder, manifest);
  signal.throwIfAborted();
  await mkdir(dataDir, { recursive: true });
  const unlock = await lockFolder(dataDir);
  try {
    const connection = await connectDatabase({ url: config.DATABASE_URL, dataDir });
    await loadTables(connection, folder, manifest).finally(() => connection.close());
    const stored = await loadBlobs(await blobsOf(config), folder, manifest, signal);
    const calls = await restoreFiles(config, dataDir, folder);
    const database = await openDatabase({ url: config.DATABASE_URL, dataDir });
    try {
      const check = await checkRestored(config, dataDir, database, manifest);
      return {
        database: database.description,
        rows: manifest.tables.reduce((sum, table) => sum + table.rows, 0),
        blobs: stored,
        calls,
        check,
      };
    } finally {
      await database.close();
    }
  } finally {
    await unlock();
  }
}

async function restoreFiles(config: Config, dataDir: string, folder: string): Promise<boolean> {
  const anchors = auditAnchorFile(config);
  const saved = join(folder, 'configuration', anchorsName);
  if (existsSync(saved) && !existsSync(anchors)) await copyFile(saved, anchors);
  const store = join(folder, 'temporal');
  if (config.TEMPORAL_ADDRESS || !existsSync(store) || existsSync(join(dataDir, temporalName))) return false;
  for (const name of await readdir(store)) await copyFile(join(store, name), join(dataDir, name));
  return true;
}
