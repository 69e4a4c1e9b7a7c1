import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until `check` gives something, asking again and again; fails with `what`, and with what `evidence` shows, after the time. */
export async function until<T>(
  what: string,
  check: () => Promise<T | undefined | false> | T | undefined | false,
  timeoutMs = 20_000,
  evidence?: () => unknown,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (Date.now() > deadline) {
      const shown = evidence ? ` ${JSON.stringify(await evidence())}` : '';
      throw new Error(`Waited ${timeoutMs} ms in vain until ${what}.${shown}`);
    }
    await sleep(25);
  }
}
