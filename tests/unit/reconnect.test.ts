import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isFinal, reconnect } from '../../client/reconnect.ts';
import { ConnectionClosed } from '../../client/socket.ts';

describe('a client whose line broke', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const refuse = (code: number) => vi.fn(() => Promise.reject(new ConnectionClosed(code, 'refused')));

  it('connects again less and less often, until somebody is there', async () => {
    const at: number[] = [];
    const startedAt = Date.now();
    const connected = reconnect(
      async () => {
        at.push(Date.now() - startedAt);
        if (at.length < 7) throw new ConnectionClosed(1006, '');
        return 'line';
      },
      () => true,
    );
    await vi.runAllTimersAsync();
    expect(await connected).toBe('line');
    expect(at).toEqual([250, 750, 1_750, 3_750, 7_750, 11_750, 15_750]);
  });

  it('gives up after a minute and a half, and tells why', async () => {
    const connect = refuse(1006);
    const connected = expect(reconnect(connect, () => true)).rejects.toMatchObject({ code: 1006 });
    await vi.runAllTimersAsync();
    await connected;
    expect(connect).toHaveBeenCalledTimes(26);
  });

  it('does not try again what the service refuses for good', async () => {
    const connect = refuse(4404);
    const connected = expect(reconnect(connect, () => true)).rejects.toMatchObject({ code: 4404 });
    await vi.runAllTimersAsync();
    await connected;
    expect(connect).toHaveBeenCalledTimes(1);
  });

  it('stops where nobody wants the line any more', async () => {
    const connect = refuse(1006);
    let wanted = true;
    const connected = reconnect(connect, () => wanted);
    await vi.advanceTimersByTimeAsync(1_000);
    wanted = false;
    await vi.runAllTimersAsync();
    expect(await connected).toBeUndefined();
    expect(connect).toHaveBeenCalledTimes(2);
  });

  it.each([
    [1000, true],
    [1006, false],
    [1012, false],
    [4401, true],
    [4404, true],
    [4409, false],
    [4429, false],
    [4503, false],
  ])('takes the code %i for the end: %s', (code, final) => expect(isFinal(new ConnectionClosed(code, ''))).toBe(final));
});
