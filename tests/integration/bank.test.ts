import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HttpBank } from '../../bank/http-bank.ts';
import { DemoBank } from '../../db/demo-bank.ts';
import { demoCustomers, seedDemoBank } from '../../db/demo-bank-seed.ts';
import { type OpenDatabase, openDatabase } from '../../db/open.ts';
import type { Bank } from '../../domain/bank/bank.ts';
import { type BankServer, startBankServer } from '../support/bank-server.ts';

let database: OpenDatabase;
let server: BankServer;
const customerId = 'customer-01';
const usd = (minor: number) => ({ minor, currency: 'USD' });

beforeAll(async () => {
  database = await openDatabase({ dataDir: await mkdtemp(join(tmpdir(), 'voicebot-bank-')) });
  await seedDemoBank(database.acrossTenants, '2026-11-24');
  server = await startBankServer(new DemoBank(database.acrossTenants));
});
afterAll(async () => {
  await server?.close();
  await database?.close();
});

describe.each(['the demo bank', 'the same bank behind HTTP'])('%s', (name) => {
  let bank: Bank;
  const key = (text: string) => `${name} ${text}`;
  beforeAll(() => {
    bank =
      name === 'the demo bank'
        ? new DemoBank(database.acrossTenants)
        : new HttpBank({ baseUrl: `${server.url}/`, apiKey: 'token' });
  });
  const account = async (kind: string) => {
    const found = (await bank.accounts(customerId)).find((one) => one.kind === kind);
    if (!found) throw new Error(`no ${kind} account`);
    return found;
  };

  it('knows its customers, and 90 days of what they paid', async () => {
    expect((await bank.accounts(customerId)).map(({ kind }) => kind)).toEqual(['credit', 'current', 'savings']);
    expect(await bank.cards(customerId)).toHaveLength(2);
    const all = await bank.transactions(customerId, { limit: 1_000 });
    expect(all.length).toBeGreaterThan(60);
    expect(all[0]?.day.startsWith('2026-11-2')).toBe(true);
    expect(all.at(-1)?.day).toMatch(/^2026-0[89]/);
    const bakery = await bank.transactions(customerId, { merchant: 'corner bak', direction: 'out', limit: 5 });
    expect(bakery.every(({ merchant, amount }) => merchant === 'Corner Bakery' && amount.minor < 0)).toBe(true);
    const days = { from: '2026-11-01', to: '2026-11-07' };
    expect(
      (await bank.transactions(customerId, { days, limit: 99 })).every(({ day }) => day >= days.from && day <= days.to),
    ).toBe(true);
    expect((await bank.transfers(customerId)).map(({ status }) => status)).toContain('pending');
    await expect(bank.accounts('nobody')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('verifies by PIN and code, counts a try once, and locks out after three', async () => {
    const { number, pin, code, name: called } = demoCustomers[6];
    await database.acrossTenants.execute(sql`update demo_bank.customers set failed_tries = 0, locked_until = null`);
    const claim = { customerNumber: number, factor: 'phone-pin', value: pin } as const;
    expect(await bank.verify({ ...claim, key: key('1') })).toEqual({
      status: 'verified',
      customerId: 'customer-07',
      name: called,
    });
    expect(await bank.verify({ ...claim, factor: 'security-code', value: code, key: key('2') })).toMatchObject({
      status: 'verified',
    });
    for (const _ of ['once', 'the same again']) {
      expect(await bank.verify({ ...claim, value: '00000', key: key('3') })).toEqual({ status: 'wrong', triesLeft: 2 });
    }
    expect(await bank.verify({ ...claim, value: '00000', key: key('4') })).toEqual({ status: 'wrong', triesLeft: 1 });
    expect(await bank.verify({ ...claim, value: '00000', key: key('5') })).toEqual({ status: 'locked' });
    expect(await bank.verify({ ...claim, key: key('6') })).toEqual({ status: 'locked' });
    expect(await bank.verify({ ...claim, customerNumber: '99999999', key: key('7') })).toEqual({ status: 'wrong', triesLeft: 2 });
  });

  it('moves money once for each key, and tells what it has done', async () => {
    const [before, savings] = [await account('current'), await account('savings')];
    const order = { customerId, key: key('reserve') };
    const reserve = () => bank.reserve({ ...order, accountId: before.id, amount: usd(5_000) });
    const reservation = await reserve();
    expect(await reserve()).toEqual(reservation);
    expect((await account('current')).available.minor).toBe(before.available.minor - 5_000);
    const settle = () => bank.settle({ customerId, key: key('settle'), reservationId: reservation.id, toAccountId: savings.id });
    const movement = await settle();
    expect(await settle()).toEqual(movement);
    expect((await account('current')).balance.minor).toBe(before.balance.minor - 5_000);
    expect((await account('savings')).balance.minor).toBe(savings.balance.minor + 5_000);
    expect(await bank.outcomeOf(customerId, key('settle'))).toEqual({ kind: 'movement', movement });
    expect(await bank.outcomeOf(customerId, key('never'))).toBeUndefined();
    // What was moved cannot be given back.
    expect(await bank.release({ customerId, key: key('late'), reservationId: reservation.id })).toMatchObject({
      status: 'settled',
    });
  });

  it('gives back what was set aside, and moves it no more', async () => {
    const { id, available } = await account('current');
    const reservation = await bank.reserve({ customerId, key: key('aside'), accountId: id, amount: usd(700) });
    expect(await bank.release({ customerId, key: key('back'), reservationId: reservation.id })).toMatchObject({
      status: 'released',
    });
    expect((await account('current')).available).toEqual(available);
    const savings = await account('savings');
    await expect(
      bank.settle({ customerId, key: key('too late'), reservationId: reservation.id, toAccountId: savings.id }),
    ).rejects.toMatchObject({ code: 'conflict', retryable: false });
  });

  it('refuses what cannot be', async () => {
    const { id } = await account('current');
    await expect(bank.reserve({ customerId, key: key('much'), accountId: id, amount: usd(90_000_000) })).rejects.toMatchObject({
      code: 'conflict',
      message: 'There is not enough money in the account.',
    });
    await expect(bank.blockCard({ customerId, key: key('theirs'), cardId: 'customer-02-debit' })).rejects.toMatchObject({
      code: 'not-found',
    });
    await expect(
      bank.bookCallBack({ customerId, key: key('sunday'), at: '2026-11-29T10:00', topic: 'a loan' }),
    ).rejects.toMatchObject({ code: 'conflict' });
  });

  it('blocks a card and books a call-back', async () => {
    await database.acrossTenants.execute(sql`update demo_bank.cards set status = 'active'`);
    expect(await bank.blockCard({ customerId, key: key('block'), cardId: 'customer-01-debit' })).toMatchObject({
      status: 'blocked',
    });
    const booked = await bank.bookCallBack({ customerId, key: key('call'), at: '2026-11-26T15:00', topic: 'a loan' });
    expect(booked).toMatchObject({ at: '2026-11-26T15:00' });
    const [payment] = await bank.transactions(customerId, { direction: 'out', limit: 1 });
    const dispute = await bank.disputeTransaction({ customerId, key: key('dispute'), transactionId: payment?.id ?? '' });
    expect(dispute.reference).toMatch(/^\d{6}$/);
  });
});

describe('a bank behind HTTP that has trouble', () => {
  it('is asked again later, and a broken answer is not believed', async () => {
    const bank = new HttpBank({ baseUrl: server.url, apiKey: 'token' });
    server.trouble = { status: 503 };
    await expect(bank.accounts(customerId)).rejects.toMatchObject({ code: 'dependency-unavailable', retryable: true });
    server.trouble = { status: 401 };
    await expect(bank.accounts(customerId)).rejects.toMatchObject({ code: 'unauthorized' });
    server.trouble = 'answer-lost';
    await expect(bank.accounts(customerId)).rejects.toMatchObject({ code: 'dependency-unavailable' });
    server.trouble = undefined;
    expect(server.requests.at(-1)).toMatchObject({ token: 'Bearer token' });
    await expect(new HttpBank({ baseUrl: 'http://127.0.0.1:1' }).accounts(customerId)).rejects.toMatchObject({ retryable: true });
  });
});
