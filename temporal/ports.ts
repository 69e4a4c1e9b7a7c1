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

/** A port that nobody uses at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
