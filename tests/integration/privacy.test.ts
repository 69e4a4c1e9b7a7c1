import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import proto from '@temporalio/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPromise } from 'yauzl';
import type { Stack } from '../../services/stack.ts';
import type { TemporalConnection } from '../../temporal/connection.ts';
import type { applyRetention } from '../../workflows/data-life.ts';
import { fakeUtterance } from '../chaos/caller.ts';
import { countingEngines } from '../fakes/counting-voice.ts';
import { LiveCaller } from '../support/live-caller.ts';
import { temporalOf } from '../support/stack-temporal.ts';
import { startTestStack, type TestEnvironment, testEnvironment } from '../support/test-stack.ts';
import { until } from '../support/until.ts';

let environment: TestEnvironment;
let stack: Stack;
let temporal: TemporalConnection;

beforeAll(async () => {
  environment = await testEnvironment({ RECORD_AUDIO: 'true', RETENTION_SESSIONS_DAYS: '30' });
  stack = await startTestStack(environment, { engines: countingEngines() });
  temporal = await temporalOf(stack, environment);
});
afterAll(async () => {
  await temporal?.close();
  await stack?.stop();
});

const ask = async <T = Record<string, unknown>>(method: string, path: string, body?: unknown) => {
  const init = body === undefined ? {} : { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(stack.apiUrl + path, { method, ...init });
  return { status: response.status, body: (await response.json()) as T };
};

/** A session in which this was written, and that has ended. */
async function endedSession(id: string, text: string): Promise<void> {
  await ask('POST', `/sessions/${id}`);
  expect((await ask('POST', `/sessions/${id}/turns`, { text })).status).toBe(200);
  await ask('DELETE', `/sessions/${id}`);
  await until(`${id} has ended`, async () => (await ask('GET', `/sessions/${id}`)).body.status === 'ended');
  await temporal.client.workflow.getHandle(`call-${id}`).result();
}

/** The text of all files in a zip file. */
async function fromFile(path: string): Promise<string> {
  const zip = await openPromise(path);
  let text = '';
  for await (const entry of zip.eachEntry()) for await (const chunk of await zip.openReadStreamPromise(entry)) text += chunk;
  return text;
}

/** The history of a call as Temporal keeps it. */
const historyOf = async (id: string) => {
  const { workflowService } = temporal.client;
  const execution = { namespace: 'default', execution: { workflowId: `call-${id}` } };
  return (await workflowService.getWorkflowExecutionHistory(execution)).history?.events ?? [];
};

interface WrittenPayload {
  metadata?: Record<string, string>;
  data?: string;
}

describe('what passes through Temporal', () => {
  it('shows nothing of what was said to whoever has its database', async () => {
    await endedSession('hidden', 'Tell me about the sapphire account.');
    const events = await historyOf('hidden');
    const bytes = Buffer.from(proto.temporal.api.history.v1.History.encode({ events }).finish());
    expect(events.length).toBeGreaterThan(5);
    expect(bytes.includes('binary/encrypted')).toBe(true);
    // Search attributes are in the clear: a status, and a number of turns.
    for (const shown of ['sapphire', 'transcript', 'saidUrl']) expect(bytes.includes(shown)).toBe(false);
  });

  it('is decrypted for the Temporal UI by the API, and for its pages alone', async () => {
    const events = await historyOf('hidden');
    const payload = events[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
    const written: WrittenPayload = {
      metadata: Object.fromEntries(
        Object.entries(payload?.metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('base64')]),
      ),
      data: Buffer.from(payload?.data ?? []).toString('base64'),
    };
    const decode = (origin: string) =>
      fetch(`${stack.apiUrl}/temporal/codec/decode`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Origin: origin },
        body: JSON.stringify({ payloads: [written] }),
      });
    const ui = `http://localhost:${environment.TEMPORAL_UI_PORT}`;
    const answer = await decode(ui);
    expect(answer.headers.get('access-control-allow-origin')).toBe(ui);
    const [plain] = ((await answer.json()) as { payloads: WrittenPayload[] }).payloads;
    expect(JSON.parse(Buffer.from(plain?.data ?? '', 'base64').toString())).toMatchObject({ sessionId: 'hidden' });
    expect((await decode('https://elsewhere.example')).headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('a session that is erased', () => {
  it('is gone with its turns, its audio and its history, and the certificate says so', async () => {
    const caller = await LiveCaller.connect({
      baseUrl: stack.apiUrl ?? '',
      sessionId: 'erased',
      format: { encoding: 'pcm16', sampleRateHz: 16_000 },
    });
    const done = caller.client.next('reply.done', { where: (event) => event.turn === 1 });
    await caller.saySamples(fakeUtterance('What are your opening hours?').samples);
    await done;
    expect((await ask('DELETE', '/sessions/erased/data')).status).toBe(409);
    await caller.leave();
    await ask('DELETE', '/sessions/erased');
    await temporal.client.workflow.getHandle('call-erased').result();
    const folder = join(environment.DATA_DIR ?? '', 'blobs', 'recordings', 'default', 'erased');
    await until('the audio is kept', async () => (await readdir(folder).catch(() => [])).length === 2);
    await until('the call has ended', async () => (await ask('GET', '/sessions/erased')).body.status === 'ended');

    const { status, body } = await ask<{ deleted: object; remains: object[]; requestedBy: string }>(
      'DELETE',
      '/sessions/erased/data',
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({ requestedBy: 'local', deleted: { sessions: 1, turns: 1, recordings: 2, histories: 1 } });
    expect(body.remains.length).toBeGreaterThan(0);
    expect((await ask('GET', '/sessions/erased')).status).toBe(404);
    expect((await ask('GET', '/sessions/erased/turns')).status).toBe(404);
    expect(await readdir(folder)).toEqual([]);
    // The server deletes a call once it has noted that its close was dealt with, which it notes every half minute.
    const gone = async () =>
      historyOf('erased').then(
        () => false,
        () => true,
      );
    await until('the history is gone', gone, 90_000);
    expect((await ask('DELETE', '/sessions/erased/data')).status).toBe(404);
    expect((await ask<{ deletions: object[] }>('GET', '/deletions')).body.deletions[0]).toMatchObject({
      reason: 'erasure',
      sessionId: 'erased',
    });
  });
});

describe('a caller who wants no recording', () => {
  const quietMs = 400;
  const recorded = async (id: string): Promise<string[]> =>
    readdir(join(environment.DATA_DIR ?? '', 'blobs', 'recordings', 'default', id)).catch(() => []);

  it('says so or presses the star, and nothing of its sound is kept until it may be again', async () => {
    const caller = await LiveCaller.connect({
      baseUrl: stack.apiUrl ?? '',
      sessionId: 'unrecorded',
      format: { encoding: 'pcm16', sampleRateHz: 16_000 },
    });
    let turn = 0;
    const say = async (words: string) => {
      turn += 1;
      const done = caller.client.next('reply.done', { where: (event) => event.turn === turn });
      await caller.saySamples(fakeUtterance(words).samples);
      await done;
    };
    const press = async (key: string) => {
      // What is said while the bot speaks may be taken for a sound of listening.
      const isQuiet = () => performance.now() - (caller.heard.at(-1)?.at ?? 0) > quietMs;
      await until('the bot has said all', isQuiet);
      const before = caller.heard.length;
      caller.client.pressKey(key);
      await until(`the bot has answered ${key}`, () => caller.heard.length > before && isQuiet());
    };
    await say('Hello.');
    await until('the first turn is kept', async () => (await recorded('unrecorded')).length === 2);
    await press('*');
    await say('Hello.');
    await press('#');
    await say('Hello.');
    await say('Please stop recording this call.');
    await say('Hello.');
    await caller.leave();
    await ask('DELETE', '/sessions/unrecorded');
    await temporal.client.workflow.getHandle('call-unrecorded').result();
    expect((await recorded('unrecorded')).sort()).toEqual(
      ['00001', '00003'].flatMap((number) => [`${number}-heard.wav`, `${number}-spoken.wav`]),
    );
    const { body } = await ask<{ turns: { reply: string }[] }>('GET', '/sessions/unrecorded/turns');
    expect(body.turns[3]?.reply).toBe('All right. From now on this call is not recorded.');
  });
});

describe('a customer', () => {
  const number = '48213957';

  async function verifiedSession(id: string): Promise<void> {
    await ask('POST', `/sessions/${id}`);
    for (const text of ['What is my balance?', number, '24680']) await ask('POST', `/sessions/${id}/turns`, { text });
    await ask('DELETE', `/sessions/${id}`);
    await temporal.client.workflow.getHandle(`call-${id}`).result();
    await until(`${id} has ended`, async () => (await ask('GET', `/sessions/${id}`)).body.status === 'ended');
  }

  it('gets all that is kept of their calls, and has it erased, and nothing of others', async () => {
    await verifiedSession('hers');
    await endedSession('nobodys', 'What are your opening hours?');
    const zip = await fetch(`${stack.apiUrl}/exports`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ customer: '4821 3957' }),
    });
    expect(zip.status).toBe(200);
    const folder = await mkdtemp(join(tmpdir(), 'voicebot-export-'));
    await writeFile(join(folder, 'c.zip'), Buffer.from(await zip.arrayBuffer()));
    const reader = await fromFile(join(folder, 'c.zip'));
    expect(reader).toContain('"hers"');
    expect(reader).toContain('What is my balance?');
    expect(reader).not.toContain('nobodys');
    expect(reader).not.toContain(number);
    expect((await ask('POST', '/exports', { customer: '73914628' })).status).toBe(404);

    const { status, body } = await ask('POST', '/erasures', { customer: number });
    expect([status, body]).toMatchObject([200, { sessionId: null, deleted: { sessions: 1, turns: 3, histories: 1 } }]);
    expect((await ask('GET', '/sessions/hers')).status).toBe(404);
    expect((await ask('GET', '/sessions/nobodys')).status).toBe(200);
    expect((await ask('POST', '/erasures', { customer: number })).status).toBe(404);
  });
});

describe('retention', () => {
  it('is a schedule of each night', async () => {
    const { spec, action } = await temporal.client.schedule.getHandle('retention').describe();
    expect(spec.timezone).toBe('UTC');
    expect(action).toMatchObject({ workflowType: 'applyRetention', args: [{ sessionsDays: 30 }] });
  });

  it('deletes sessions that have ended long enough ago, and no others', async () => {
    await endedSession('old', 'Hello.');
    await ask('POST', '/sessions/running');
    const run = (sessionsDays: number) =>
      temporal.client.workflow.execute<typeof applyRetention>('applyRetention', {
        taskQueue: 'calls',
        workflowId: `retention-${randomUUID()}`,
        args: [{ sessionsDays }],
      });
    expect(await run(1)).toMatchObject({ sessions: 0 });
    // A tenant's own times count before those of the installation.
    expect((await ask('PUT', '/tenants/default', { retentionSessionsDays: 2 })).status).toBe(200);
    expect(await run(0)).toMatchObject({ sessions: 0 });
    await ask('PUT', '/tenants/default', { retentionSessionsDays: null });
    expect((await ask('GET', '/sessions/old')).status).toBe(200);
    expect((await run(0)).sessions).toBeGreaterThanOrEqual(1);
    expect((await ask('GET', '/sessions/old')).status).toBe(404);
    expect((await ask('GET', '/sessions/running')).status).toBe(200);
    expect((await ask<{ deletions: object[] }>('GET', '/deletions')).body.deletions[0]).toMatchObject({ reason: 'retention' });
  });
});
