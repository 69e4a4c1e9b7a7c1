import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoCustomers } from '../../db/demo-bank-seed.ts';
import { scripts } from '../conversations/scripts.ts';
import { Truth } from '../conversations/truth.ts';
import { quietTemporal } from '../support/temporal.ts';
import { TextCalls } from '../support/text-calls.ts';

let text: TextCalls;
let secrets: string[][];

beforeAll(async () => {
  quietTemporal();
  text = await TextCalls.start();
  secrets = await Promise.all(demoCustomers.map((_, index) => new Truth(text.database.acrossTenants, index).secrets()));
});
afterAll(() => text?.stop());

describe(`${scripts.length} calls in writing, with facts checked in the bank`, () => {
  it('are sixty at the least', () => expect(scripts.length).toBeGreaterThanOrEqual(60));

  it.each(scripts.map((script, index) => [script.name, script, index] as const))('%s', async (_name, script, index) => {
    const { acrossTenants: db } = text.database;
    // Each call begins with a bank where nobody is locked out and no card is blocked.
    await db.execute(sql`update demo_bank.customers set failed_tries = 0, locked_until = null`);
    await db.execute(sql`update demo_bank.cards set status = 'active'`);
    const truth = new Truth(db, script.customer);
    const sessionId = `script-${index}`;
    await text.calls.create(sessionId);
    let verified = false;
    for (const line of script.lines(truth, text.today)) {
      const outcome = await text.calls.turns.takeText(sessionId, line.say);
      const { reply, source, citations = [], status, transcript } = outcome;
      const shown = `${line.say} → ${reply} (${source}) ${citations.map((id) => `article ${id}`).join(' ')}`;
      expect(status, shown).toBe('answered');
      const expected = typeof line.expect === 'function' ? await line.expect(truth, text.today) : (line.expect ?? []);
      for (const part of expected) expect(shown).toContain(part);
      for (const part of line.not ?? []) expect(reply, shown).not.toContain(part);
      if (line.source) expect(source, shown).toBe(line.source);
      verified ||= (await text.calls.state(sessionId)).trust !== 'none';
      // Nobody hears of another customer's money, nor of their own before it is known who they are.
      for (const [customer, theirs] of secrets.entries()) {
        if (verified && customer === script.customer) continue;
        if (verified && source === 'bank') continue;
        for (const secret of theirs) expect(reply, shown).not.toContain(secret);
      }
      // What was told in confidence stands in no record.
      for (const { pin, code } of demoCustomers) {
        expect(transcript).not.toContain(pin);
        expect(transcript).not.toContain(code);
      }
    }
    await text.end(sessionId);
    if (script.after) expect(await script.after(truth)).toEqual(script.expectAfter);
  });

  it('leave nothing personal in the cache, and no secret in any history', async () => {
    const { rows } = (await text.database.acrossTenants.execute(sql`select question, reply from cache_entries`)) as unknown as {
      rows: { question: string; reply: string }[];
    };
    expect(rows.length).toBeGreaterThan(5);
    const all = secrets.flat();
    for (const { reply } of rows) for (const secret of all) expect(reply).not.toContain(secret);
    const recorded = await text.environment.client.workflow
      .getHandle(`call-script-${scripts.findIndex(({ name }) => name.startsWith('balance:'))}`)
      .fetchHistory();
    const history = JSON.stringify(recorded).replace(/"data":"([^"]*)"/g, (_all, data: string) =>
      Buffer.from(data, 'base64').toString(),
    );
    const customer = demoCustomers[scripts[0]?.customer ?? 0];
    expect(history.includes('sealed.1.')).toBe(true);
    expect(history.includes(customer?.number ?? '')).toBe(false);
    expect(history.includes(`"${customer?.pin}`) || history.includes(customer?.pin.split('').join(' ') ?? '')).toBe(false);
  });
});
