import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bank } from '../../domain/bank/bank.ts';
import { VoicebotError } from '../../domain/errors.ts';
import { Truth } from '../conversations/truth.ts';
import { quietTemporal } from '../support/temporal.ts';
import { TextCalls } from '../support/text-calls.ts';
import { until } from '../support/until.ts';

/** A bank whose moving of money has trouble, as the test asks. */
const trouble = { settle: 'none' as 'none' | 'refused' | 'away' | 'answer-lost', settled: 0 };
let text: TextCalls;

beforeAll(async () => {
  quietTemporal();
  text = await TextCalls.start({
    bank: (demo) =>
      new Proxy(demo, {
        get(bank, name: keyof Bank) {
          if (name !== 'settle') return bank[name].bind(bank);
          return async (order: Parameters<Bank['settle']>[0]) => {
            if (trouble.settle === 'refused') throw new VoicebotError('conflict', 'The account is closed.');
            if (trouble.settle === 'away')
              throw new VoicebotError('dependency-unavailable', 'The bank is away.', { retryable: true });
            const movement = await bank.settle(order);
            trouble.settled++;
            if (trouble.settle === 'answer-lost' && trouble.settled === 1) {
              throw new VoicebotError('dependency-unavailable', 'The answer was lost.', { retryable: true });
            }
            return movement;
          };
        },
      }),
  });
});
afterAll(() => text?.stop());

async function move(sessionId: string) {
  const truth = new Truth(text.database.acrossTenants, 2);
  const { number, pin, code } = truth.customer;
  const before = await truth.balance('current');
  const outcomes = await text.talk(sessionId, ['Move 100 dollars to my savings account.', number, pin, code, 'Yes.']);
  return { truth, before, last: outcomes.at(-1) };
}

describe('money that is moved', () => {
  it('is moved once where the answer of the bank was lost', async () => {
    trouble.settle = 'answer-lost';
    const { truth, before, last } = await move('lost');
    expect(last?.reply).toContain('Done. I moved $100.00');
    const cents = (amount: string) => Math.round(Number(amount.replace(/[$,]/g, '')) * 100);
    expect(cents(before) - cents(await truth.balance('current'))).toBe(10_000);
    expect(await truth.openReservations()).toBe(0);
    await text.end('lost');
  });

  it('is given back where the bank refuses', async () => {
    trouble.settle = 'refused';
    const { truth, before, last } = await move('refused');
    expect(last?.reply).toContain('not possible');
    expect(await truth.balance('current')).toBe(before);
    expect(await truth.openReservations()).toBe(0);
    await text.end('refused');
  });

  it('is given back where the bank goes away in between, and the turn says that it failed', async () => {
    trouble.settle = 'away';
    const { truth, before, last } = await move('away');
    expect(last).toMatchObject({ status: 'failed', error: { step: 'settle', code: 'dependency-unavailable' } });
    await until('the money is given back', async () => (await truth.openReservations()) === 0);
    expect(await truth.balance('current')).toBe(before);
    await text.end('away');
  });
});
