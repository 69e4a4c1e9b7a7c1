import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { callStart } from '../../api/call-start.ts';
import type { call } from '../../workflows/call.ts';
import { type CallSettings, callWorkflow, taskQueues } from '../../workflows/definitions.ts';
import { callsWorker, quietTemporal, type RunningTestWorker, run, startTestServer } from '../support/temporal.ts';
import { until } from '../support/until.ts';

let environment: TestWorkflowEnvironment;
let calls: RunningTestWorker;

beforeAll(async () => {
  quietTemporal();
  environment = await startTestServer();
  calls = run(
    await Worker.create({
      connection: environment.nativeConnection,
      ...(await callsWorker()),
    }),
  );
});
afterAll(async () => {
  await calls?.stop();
  await environment?.teardown();
});

const settingsOf = (tenant: string): CallSettings => ({
  ...{ sessionTimeoutMs: 600_000, workerWaitMs: 60_000, stepTimeoutMs: 30_000, keepAudio: false },
  scope: { tenant, persona: 'default' },
});

it('a tenant with few calls does not wait for all those of one with many', async () => {
  const start = (sessionId: string, tenant: string) =>
    environment.client.workflow.start<typeof call>(callWorkflow, callStart(sessionId, settingsOf(tenant)));
  const many = Array.from({ length: 120 }, (_, i) => `loud-${i}`);
  await Promise.all(many.map((id) => start(id, 'loud')));
  const waiting = async () => {
    const { stats } = await environment.client.workflowService.describeTaskQueue({
      namespace: 'default',
      taskQueue: { name: taskQueues.records },
      taskQueueType: 2,
      reportStats: true,
    });
    return Number(stats?.approximateBacklogCount ?? 0);
  };
  await until('all of them wait', async () => (await waiting()) >= many.length - 8);
  const few = ['quiet-0', 'quiet-1', 'quiet-2'];
  await Promise.all(few.map((id) => start(id, 'quiet')));
  await until('the others wait too', async () => (await waiting()) >= many.length - 5);

  const order: string[] = [];
  const records = run(
    await Worker.create({
      connection: environment.nativeConnection,
      taskQueue: taskQueues.records,
      activities: { recordCallStarted: async ({ sessionId }: { sessionId: string }) => void order.push(sessionId) },
      maxConcurrentActivityTaskExecutions: 1,
    }),
  );
  await until('all are recorded', () => order.length >= many.length + few.length);
  await records.stop();
  const places = few.map((id) => order.indexOf(id));
  // One after the other they would be the last three of 123.
  expect(Math.max(...places), JSON.stringify(places)).toBeLessThan(60);
});
