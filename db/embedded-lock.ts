import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VoicebotError } from '../domain/errors.ts';

/**
 * Keeps a folder to one process: the embedded Postgres would let a second one in, and both would break its files. The lock is a socket,
 * which ends with its process, however that ends; processes that share no temporary folder do not see each other.
 * @returns what gives the folder back. @throws VoicebotError `invalid-config` where another process has it.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const name = `voicebot-${createHash('sha256').update(realpathSync(folder)).digest('hex').slice(0, 24)}`;
  const path = process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`);
  const server = (await listening(path)) ?? (await afterADeadOne(path));
  if (!server) {
    throw new VoicebotError('invalid-config', `Another process is using ${folder}.`, {
      hint: 'Stop it first (Ctrl-C where `voicebot start` runs), or set DATA_DIR to another folder.',
    });
  }
  return () => new Promise((done) => server.close(() => done()));
}

/** Undefined where the path is taken. */
function listening(path: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error)));
    server.listen(path, () => {
      server.unref();
      resolve(server);
    });
  });
}

/** A process that was killed leaves its socket's file behind, where nobody listens. */
async function afterADeadOne(path: string): Promise<Server | undefined> {
  const alive = await new Promise<boolean>((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
  if (alive) return undefined;
  await rm(path, { force: true });
  return listening(path);
}
