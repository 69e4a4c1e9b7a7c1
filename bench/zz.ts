import { Kokoro } from '../engines/kokoro/kokoro.ts';
import { gather, to16k } from '../tests/support/audio.ts';
import { LiveCaller } from '../tests/support/live-caller.ts';
import { testRuntime } from '../tests/support/runtime.ts';
import { startTestStack, testEnvironment } from '../tests/support/test-stack.ts';

const k = new Kokoro(testRuntime());
const texts = [
  'How is the weather outside?',
  'What is the interest rate on savings?',
  'How are you doing today?',
  'How is the weather outside?',
];
const audio = new Map<string, Float32Array>();
for (const t of [...texts, 'Stop please, I have another question for you.']) audio.set(t, await to16k(await gather(k.speak(t))));
await k.unload();
const stack = await startTestStack(await testEnvironment({ TEST: '1', LOG_LEVEL: 'warn' }));
console.log('stack up', stack.apiUrl);
await new Promise((r) => setTimeout(r, 8000));
const c = await LiveCaller.connect({ baseUrl: stack.apiUrl!, sessionId: 'live-1' });
for (const t of texts) {
  const t0 = performance.now();
  const from = c.events.length;
  await c.saySamples(audio.get(t)!);
  try {
    await c.client.next('reply.done', { timeoutMs: 15000 });
  } catch (e) {
    console.log('ERR', e);
  }
  for (const { at, event } of c.events.slice(from)) console.log((at - t0).toFixed(0), JSON.stringify(event));
  await new Promise((r) => setTimeout(r, 500));
}
await c.leave();
await stack.stop();
process.exit(0);
