import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoCustomers } from '../../db/demo-bank-seed.ts';
import type { AssistantFiles } from '../../domain/assistant/read.ts';
import type { Stack } from '../../services/stack.ts';
import { measuredDelays, standInEngines } from '../fakes/stand-in-engines.ts';
import { source } from '../support/assistant.ts';
import { withChequeBooks } from '../support/cheque-book.ts';
import { startTestStack, testEnvironment } from '../support/test-stack.ts';
import { until } from '../support/until.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startTestStack(await testEnvironment(), { engines: standInEngines(measuredDelays) });
  await stack.ready;
});
afterAll(() => stack?.stop());

interface Held {
  version: string;
  candidate: string | null;
  share: number;
}
interface Listed {
  inForce: Held;
  versions: { version: string; figures: { calls: number; turns: number; bank: number } | null }[];
}

async function ask<T>(method: string, path: string, body?: unknown): Promise<{ status: number; body: T }> {
  const sent = body === undefined ? {} : { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(stack.apiUrl + path, { method, ...sent });
  return { status: response.status, body: (await response.json()) as T };
}

let calls = 0;
const begin = async (id = `call-${++calls}`) => {
  await ask('POST', `/sessions/${id}`);
  return id;
};
const say = async (id: string, text: string) =>
  (await ask<{ reply: string }>('POST', `/sessions/${id}/turns`, { text })).body.reply;

const deploy = async (files: AssistantFiles, share?: number) => (await ask<Held>('POST', '/assistants', { files, share })).body;

/** New calls begin with a version once its router has learnt. */
const served = (reply: string) =>
  until(`a call is served by "${reply}"`, async () => (await say(await begin(), 'Who are you?')).includes(reply), 30_000);

const named = (name: string): AssistantFiles => ({
  ...source.files,
  'wording.yaml': (source.files['wording.yaml'] ?? '').replace(/^identity:.*$/m, `identity: I am ${name}, a computer.`),
});

describe('an assistant that a bank has written', () => {
  it('is refused with every problem named, and the one that runs goes on', async () => {
    const files = {
      ...named('Nobody'),
      'intents/balance.yaml': 'does: balances\nsays: it\nphrases: [I lost my card., b, c]\nnonsense: 1\n',
    };
    const checked = await ask<{ problems: unknown[] }>('POST', '/assistants/check', { files });
    expect(checked.body.problems).toEqual(
      expect.arrayContaining([{ file: 'intents/balance.yaml', line: 4, message: expect.stringContaining('nonsense') }]),
    );
    const refused = await ask<{ detail: string }>('POST', '/assistants', { files });
    expect(refused).toMatchObject({ status: 400, body: { detail: expect.stringContaining('intents/balance.yaml:4') } });
    expect((await ask<Listed>('GET', '/assistants')).body.inForce.version).toBe(source.assistant.version);
    expect(await say(await begin(), 'Who are you?')).toContain('I am the automated assistant');
  });

  it('serves new calls, while running ones keep what they began with; and goes back', async () => {
    const running = await begin();
    expect(await say(running, 'Who are you?')).toContain('I am the automated assistant');
    const { version } = await deploy(named('Ada'));
    await served('I am Ada');
    expect(await say(running, 'What are you?')).toContain('I am the automated assistant');
    const back = await ask<Held>('POST', '/assistants/rollback');
    expect(back.body).toMatchObject({ version: source.assistant.version, candidate: null });
    await served('I am the automated assistant');
    expect((await ask<Held>('POST', `/assistants/${version}/deploy`, {})).body.version).toBe(version);
    await served('I am Ada');
    await ask('POST', '/assistants/rollback');
    await served('I am the automated assistant');
  });

  it('is tried by a share of new calls, with figures for each version', async () => {
    const tried = await deploy(named('Grace'), 0.5);
    expect(tried).toMatchObject({ version: source.assistant.version, share: 0.5 });
    await served('I am Grace');
    const replies = await Promise.all(Array.from({ length: 16 }, async () => say(await begin(), 'Who are you?')));
    const byGrace = replies.filter((reply) => reply.includes('Grace')).length;
    expect(byGrace).toBeGreaterThan(0);
    expect(byGrace).toBeLessThan(16);
    await until('the turns are recorded', async () => {
      const { versions } = (await ask<Listed>('GET', '/assistants')).body;
      const calls = versions.find(({ version }) => version === tried.candidate)?.figures?.calls ?? 0;
      return calls >= byGrace;
    });
    expect((await ask('POST', `/assistants/${source.assistant.version}/deploy`, { share: 0.1 })).status).toBe(409);
    expect((await ask<Held>('POST', '/assistants/rollback')).body).toMatchObject({ candidate: null });
  });

  it('orders at the bank what only its files describe: asked, confirmed, done once, read back', async () => {
    await deploy(withChequeBooks());
    const [customer] = demoCustomers;
    await until(
      'the router has learnt',
      async () => (await say(await begin(), 'I want to order a cheque book.')).includes('customer number'),
      30_000,
    );
    const id = await begin();
    await say(id, 'Please send me a new cheque book.');
    await say(id, customer.number);
    expect(await say(id, customer.pin)).toContain('For which account shall I order it?');
    expect(await say(id, 'The savings account.')).toContain('A small one of twenty-five cheques');
    expect(await say(id, 'the big one')).toContain('Shall I order a large cheque book for your savings account');
    expect(await say(id, 'No, for the current account.')).toContain('Shall I order a large cheque book for your current account');
    expect(await say(id, 'A small one please.')).toContain('Shall I order a small cheque book for your current account');
    expect(await say(id, 'Yes.')).toMatch(
      /^Done\. A small cheque book comes by .*Your reference is \d+\. Is it also about your account balance\?$/,
    );
    expect(await say(id, 'Yes please.')).toContain('The balance of your current account');
  });

  it('has the bank refuse what it does not do, and says its reason', async () => {
    const [customer] = demoCustomers;
    const id = await begin();
    await say(id, 'I want to order a small cheque book for my savings account.');
    await say(id, customer.number);
    expect(await say(id, customer.pin)).toContain('Shall I order a small cheque book for your savings account');
    expect(await say(id, 'Yes.')).toContain('Cheque books belong to current accounts.');
  });
});
