import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it, vi } from 'vitest';
import { deadline } from '../../domain/deadline.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

it('comes, also where nobody holds it but the one who waits and garbage was collected', async () => {
  const signal = deadline(50, new AbortController().signal);
  for (let i = 0; i < 3; i++) {
    await new Promise((done) => setImmediate(done));
    collectGarbage();
  }
  await vi.waitFor(() => expect(signal.aborted).toBe(true));
  expect(signal.reason).toMatchObject({ name: 'TimeoutError' });
});

it('comes with the first of the others, and their reason', () => {
  const [first, second] = [new AbortController(), new AbortController()];
  const signal = deadline(60_000, first.signal, undefined, second.signal);
  expect(signal.aborted).toBe(false);
  second.abort('enough');
  expect(signal.reason).toBe('enough');
});

it('is over at once where another is', () => {
  expect(deadline(60_000, AbortSignal.abort('before')).reason).toBe('before');
});
