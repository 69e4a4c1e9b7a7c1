import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import proto from '@temporalio/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TemporalConnection } from '../../temporal/connection.ts';
import type { Stack } from '../../temporal/stack.ts';
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
    await until('the history is gone', async () =>
      historyOf('erased').then(
        () => false,
        () => true,
      ),
    );
    expect((await ask('DELETE', '/sessions/erased/data')).status).toBe(404);
    expect((await ask<{ deletions: object[] }>('GET', '/deletions')).body.deletions[0]).toMatchObject({
      reason: 'erasure',
      sessionId: 'erased',
    });
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
        workflowId: `retention-${sessionsDays}`,
        args: [{ sessionsDays }],
      });
    expect(await run(1)).toMatchObject({ sessions: 0 });
    expect((await ask('GET', '/sessions/old')).status).toBe(200);
    expect((await run(0)).sessions).toBeGreaterThanOrEqual(1);
    expect((await ask('GET', '/sessions/old')).status).toBe(404);
    expect((await ask('GET', '/sessions/running')).status).toBe(200);
    expect((await ask<{ deletions: object[] }>('GET', '/deletions')).body.deletions[0]).toMatchObject({ reason: 'retention' });
  });
});
