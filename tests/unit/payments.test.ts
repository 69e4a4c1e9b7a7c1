import { describe, expect, it } from 'vitest';
import type { MerchantCategory, Transaction } from '../../domain/bank/bank.ts';
import { answerQuery } from '../../domain/dialog/bank-replies.ts';
import { slotsIn } from '../../domain/dialog/slots.ts';
import { assistant, say } from '../support/assistant.ts';

const today = '2026-11-24';
const payment = (merchant: string, minor: number, category?: MerchantCategory): Transaction => ({
  ...{ id: merchant, accountId: 'a', day: '2026-11-10', merchant, category },
  ...{ amount: { minor: -minor, currency: 'USD' }, status: 'booked' },
});

async function told(text: string, payments: readonly Transaction[]): Promise<string> {
  const bank = { transactions: async () => payments, accounts: async () => [] } as never;
  const { reply } = await answerQuery({ bank, customerId: 'c', today, say }, assistant.intent('spending'), slotsIn(text, today));
  return reply;
}

describe('what was spent', () => {
  const named = [payment('Fresh Market', 1_000, 'groceries'), payment('Northside Fuel', 500, 'fuel')];
  const unnamed = [payment('Fresh Market', 1_000), payment('Northside Fuel', 500)];

  it('is told without what is left out', async () => {
    expect(await told('What did I spend this month without groceries?', named)).toMatch(/\$5\.00 without groceries/);
    expect(await told('What did I spend this month without Fresh Market?', unnamed)).toMatch(/\$5\.00 without Fresh Market/);
  });

  it('does not claim to be without a kind where the bank tells no kinds', async () => {
    const reply = await told('What did I spend this month without groceries?', unnamed);
    expect(reply).toContain(say('cannot-tell-apart', { what: 'groceries' }));
    expect(reply).toContain('$15.00');
    expect(reply).not.toContain('without');
  });

  it('names the kind that the most went to, where the bank tells kinds', async () => {
    expect(await told('Which category did I spend the most on this month?', named)).toContain('the most on groceries: $10.00');
    expect(await told('Which category did I spend the most on this month?', unnamed)).toContain(say('cannot-tell-kinds'));
  });
});
