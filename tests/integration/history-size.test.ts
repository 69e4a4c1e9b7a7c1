import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Stack } from '../../services/stack.ts';
import { connectTemporal, type TemporalConnection } from '../../temporal/connection.ts';
import { fakeUtterance } from '../chaos/caller.ts';
import { standInEngines, standInRateHz } from '../fakes/stand-in-engines.ts';
import { LiveCaller } from '../support/live-caller.ts';
import { bundleForTests } from '../support/temporal.ts';
import { startTestStack, testEnvironment } from '../support/test-stack.ts';
import { until } from '../support/until.ts';

const turns = 8;
let stack: Stack;
let temporal: TemporalConnection;

beforeAll(async () => {
  stack = await startTestStack(await testEnvironment({ PAYLOAD_ENCRYPTION: 'false' }), { engines: standInEngines() });
  temporal = await connectTemporal({ address: stack.temporalAddress, namespace: 'default' });
});
afterAll(async () => {
  await temporal?.close();
  await stack?.stop();
});

/** Temporal's cost is events and transitions: what a turn takes decides how many calls a cluster carries. */
describe('a call of live turns, most of which the model answers', () => {
  it('takes at most 30 events and 20 state transitions a turn, keeps every word that was heard, and replays', async () => {
    const format = { encoding: 'pcm16', sampleRateHz: standInRateHz } as const;
    const caller = await LiveCaller.connect({ baseUrl: stack.apiUrl ?? '', sessionId: 'sized', format });
    for (let turn = 0; turn < turns; turn++) {
      const done = caller.client.next('reply.done', { timeoutMs: 30_000 });
      await caller.saySamples(fakeUtterance(`I had a long day number ${turn} with the rain.`).samples);
      await done;
    }
    const handle = temporal.client.workflow.getHandle('call-sized');
    const { raw } = await handle.describe();
    const { historyLength, stateTransitionCount } = raw.workflowExecutionInfo ?? {};
    expect(Number(historyLength) / turns).toBeLessThanOrEqual(30);
    expect(Number(stateTransitionCount) / turns).toBeLessThanOrEqual(20);

    // Nobody speaks any more: also the last reply is known to be heard, and recorded.
    const recorded = await until('all turns are recorded', async () => {
      const listed = await (await fetch(`${stack.apiUrl}/sessions/sized/turns`)).json();
      const { turns: rows } = listed as { turns: { reply: string; heardReply: string | null }[] };
      return rows.length === turns && rows.every(({ heardReply }) => heardReply !== null) && rows;
    });
    for (const { reply, heardReply } of recorded) expect(heardReply).toBe(reply);
    await caller.leave();
    await Worker.runReplayHistory({ workflowBundle: await bundleForTests() }, await handle.fetchHistory());
  });
});
