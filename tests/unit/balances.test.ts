import { describe, expect, it } from 'vitest';
import type { Account } from '../../domain/bank/bank.ts';
import { answerQuery } from '../../domain/dialog/bank-replies.ts';
import { accounted } from '../../domain/dialog/unexplained.ts';
import { assistant, context, say } from '../support/assistant.ts';

const account = (kind: Account['kind'], minor: number, currency = 'USD'): Account => ({
  ...{ id: kind, kind, lastFour: '1234' },
  ...{ balance: { minor, currency }, available: { minor, currency } },
});

async function told(text: string, accounts: readonly Account[]): Promise<string> {
  const { slots } = accounted({ intent: 'balance', slots: {} }, { text, intent: 'balance', sure: true, slots: {} }, context);
  const bank = { accounts: async () => accounts } as never;
  const { reply } = await answerQuery({ bank, customerId: 'c', today: '2026-11-24', say }, assistant.intent('balance'), slots);
  return reply;
}

describe('balances', () => {
  const mine = [account('current', 244_751), account('savings', 204_770), account('credit', -13_472)];

  it.each(['How much do I have altogether?', 'What do all my accounts add up to?', 'What is my total balance?'])(
    'are added up where that is asked, without what is owed: %s',
    async (text) => {
      const reply = await told(text, mine);
      expect(reply).toContain('Your current account and savings account hold $4,495.21 together.');
      expect(reply).toContain('you owe $134.72');
    },
  );

  it('are not added up otherwise, nor where there is one alone, nor over currencies', async () => {
    expect(await told('What is my balance?', mine)).not.toContain('together');
    expect(await told('How much do I have altogether?', mine.slice(0, 1))).not.toContain('together');
    expect(await told('How much do I have altogether?', [account('current', 1), account('savings', 1, 'EUR')])).not.toContain(
      'together',
    );
  });
});
