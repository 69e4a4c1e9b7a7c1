/** Clients that behave badly, in a process of their own: `bench/abuse.ts` starts it with the kind, the address, a key and how many, and ends it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { LiveClient } from '../client/live-client.ts';
import { Kokoro } from '../engines/kokoro/kokoro.ts';
import { gather, to16k } from '../tests/support/audio.ts';
import { LiveCaller } from '../tests/support/live-caller.ts';
import { testRuntime } from '../tests/support/runtime.ts';

const [name = '', baseUrl = '', badKey = '', count = '1'] = process.argv.slice(2);
let question = new Float32Array(0);

/** Does it again and again until the signal. */
const again = async (signal: AbortSignal, work: (round: number) => Promise<void>) => {
  for (let i = 0; !signal.aborted; i++) await work(i).catch(() => undefined);
};
const connect = (sessionId: string) => LiveClient.connect({ baseUrl, sessionId, token: badKey });

/** Ten times real time, until it is cut off; then again. */
const tooFast = (n: number, signal: AbortSignal) =>
  again(signal, async (i) => {
    const client = await connect(`fast-${n}-${i}`);
    const flood = setInterval(() => client.socket.readyState === WebSocket.OPEN && client.sendAudio(new Uint8Array(6_400)), 20);
    await client.closed;
    clearInterval(flood);
  });

/** Speaks and never reads an answer. */
const neverReads = (n: number, signal: AbortSignal) =>
  again(signal, async (i) => {
    const caller = await LiveCaller.connect({ baseUrl, sessionId: `deaf-${n}-${i}`, token: badKey });
    (caller.client.socket as unknown as WebSocket).pause();
    await caller.saySamples(question);
    await sleep(3_000);
    caller.client.terminate();
  });

/** Comes and goes. */
const reconnects = (n: number, signal: AbortSignal) =>
  again(signal, async () => {
    const client = await connect(`back-${n}`);
    client.sendAudio(new Uint8Array(640));
    client.terminate();
  });

/** Sends what is no message. */
const garbage = (n: number, signal: AbortSignal) =>
  again(signal, async (i) => {
    const socket = new WebSocket(`${baseUrl.replace('http', 'ws')}/ws/garbage-${n}-${i}`, {
      headers: { Authorization: `Bearer ${badKey}` },
    });
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    for (let k = 0; k < 50; k++) socket.send(k % 2 ? '{"type":' : new Uint8Array(1_001));
    await sleep(200);
    socket.close();
  });

const kinds = { tooFast, neverReads, reconnects, garbage };
const kind = kinds[name as keyof typeof kinds];
if (kind === neverReads) {
  const kokoro = new Kokoro(testRuntime());
  question = new Float32Array(await to16k(await gather(kokoro.speak('What is the interest rate on savings?'))));
  await kokoro.unload();
}
const signal = new AbortController().signal;
// They are not to end by what they provoke.
process.on('unhandledRejection', () => {});
process.stdout.write('begins\n');
await Promise.all(Array.from({ length: Number(count) }, (_, n) => kind(n, signal)));
