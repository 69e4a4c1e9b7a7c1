import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { VoicebotError } from '../domain/errors.ts';

/** @throws VoicebotError `port-taken` that names the port and the variable that changes it. */
export async function assertPortFree(port: number, host: string, variable: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE'
          ? new VoicebotError('port-taken', `Port ${port} is taken by another program.`, {
              hint: `Stop that program, or set ${variable} to another port.`,
            })
          : new VoicebotError('port-taken', `Port ${port} on ${host} cannot be used: ${error.message}`, {
              hint: `Set ${variable} to another port, or HOST to an address of this machine.`,
            }),
      );
    });
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve()));
  });
}

/** Below the ports that systems give to outgoing connections and to whoever asks for any: nobody takes one by chance. */
const portRange = { from: 20_000, to: 32_000 };
const given = new Set<number>();
const maxTries = 1_000;

/** A port that nobody uses at the moment, each time another one. @throws VoicebotError `port-taken`. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < maxTries; tries++) {
    const port = randomInt(portRange.from, portRange.to);
    if (given.has(port)) continue;
    given.add(port);
    const free = await assertPortFree(port, '127.0.0.1', 'PORT').then(
      () => true,
      () => false,
    );
    if (free) return port;
  }
  throw new VoicebotError('port-taken', `No free port was found between ${portRange.from} and ${portRange.to}.`);
}
