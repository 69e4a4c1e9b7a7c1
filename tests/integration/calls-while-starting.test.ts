import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../../services/ports.ts';
import type { Stack } from '../../services/stack.ts';
import { standInEngines } from '../fakes/stand-in-engines.ts';
import { dialAudioSocket } from '../support/telephone.ts';
import { noBank, startingTestStack, testEnvironment } from '../support/test-stack.ts';
import { until } from '../support/until.ts';

let stack: Stack;
let audioSocketPort: number;
let load = () => {};

beforeAll(async () => {
  const engines = standInEngines();
  const loaded = new Promise<void>((resolve) => {
    load = resolve;
  });
  audioSocketPort = await freePort();
  stack = await startingTestStack(await testEnvironment({ ...noBank, AUDIOSOCKET_PORT: String(audioSocketPort) }), {
    // The ears of the API are loaded when the test says so.
    engines: { ...engines, warm: (parts) => new Map([...engines.warm(parts), ['api', loaded]]) },
  });
});
afterAll(() => stack?.stop());

const next = async (id: string) => (await fetch(`${stack.apiUrl}/telephony/asterisk/${id}/next?words=1`)).text();

it('a new call by Asterisk that comes before callers are let in is to try again, and begins once they are', async () => {
  const id = '55112233-4455-6677-8899-aabbccddeeff';
  const early = await dialAudioSocket(audioSocketPort, id);
  await once(early.socket, 'close');
  early.mic.stop();
  expect(await next(id)).toBe('again');
  load();
  await stack.ready;
  const { socket, mic, heard } = await dialAudioSocket(audioSocketPort, id);
  await until('the greeting has begun', () => heard().length > 4_000, 30_000);
  mic.stop();
  socket.destroy();
  expect(await next('66112233-4455-6677-8899-aabbccddeeff'), 'a call that never came').toBe('hangup');
});
