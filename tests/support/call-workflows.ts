import { randomUUID } from 'node:crypto';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { call } from '../../workflows/call.ts';
import { type CallSettings, callWorkflow, taskQueues } from '../../workflows/definitions.ts';
import { type FakeSteps, fakeSteps } from '../fakes/steps.ts';
import { type StepQueue, startStepWorkers } from './step-workers.ts';
import { callsWorker, quietTemporal, type RunningTestWorker, run, startTestServer } from './temporal.ts';

export interface CallWorkflows {
  readonly environment: TestWorkflowEnvironment;
  /** What the activities do; fresh for each test. */
  readonly steps: FakeSteps;
  readonly workers: Map<StepQueue, RunningTestWorker>;
  start(changes?: Partial<CallSettings>): ReturnType<typeof startCall>;
}

const startCall = (environment: TestWorkflowEnvironment, settings: CallSettings) => {
  const sessionId = randomUUID();
  return environment.client.workflow.start<typeof call>(callWorkflow, {
    workflowId: `call-${sessionId}`,
    taskQueue: taskQueues.calls,
    args: [{ sessionId, settings }],
  });
};

/** Call workflows on a real Temporal server, with fake activities, for the tests of a file. */
export function useCallWorkflows(settings: CallSettings): CallWorkflows {
  let environment: TestWorkflowEnvironment;
  let workflows: RunningTestWorker;
  let steps: FakeSteps;
  let workers: Map<StepQueue, RunningTestWorker>;
  beforeAll(async () => {
    quietTemporal();
    environment = await startTestServer();
    workflows = run(
      await Worker.create({
        connection: environment.nativeConnection,
        ...(await callsWorker()),
      }),
    );
  });
  afterAll(async () => {
    await workflows?.stop();
    await environment?.teardown();
  });
  beforeEach(async () => {
    steps = fakeSteps();
    workers = await startStepWorkers(environment.nativeConnection, () => steps);
  });
  afterEach(async () => {
    await Promise.all([...workers.values()].map((worker) => worker.stop()));
  });
  return {
    get environment() {
      return environment;
    },
    get steps() {
      return steps;
    },
    get workers() {
      return workers;
    },
    start: (changes = {}) => startCall(environment, { ...settings, ...changes }),
  };
}
