import { randomUUID } from 'node:crypto';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLlmActivities } from '../../activities/llm.ts';
import { loadConfig } from '../../config/load.ts';
import type { LanguageModel } from '../../engines/types.ts';
import { deployedVersions, deploymentOptions, promoteVersion } from '../../temporal/deployment.ts';
import type { call } from '../../workflows/call.ts';
import { type CallSettings, callWorkflow, hangUp, takeTurn, taskQueues } from '../../workflows/definitions.ts';
import { fakeModel } from '../fakes/engines.ts';
import { fakeSteps } from '../fakes/steps.ts';
import { noAdapters } from '../support/brain.ts';
import { type MediaServer, startMediaServer } from '../support/media-server.ts';
import { type StepQueue, startStepWorkers } from '../support/step-workers.ts';
import { bundleForTests, callsWorker, quietTemporal, type RunningTestWorker, run, startTestServer } from '../support/temporal.ts';
import { until } from '../support/until.ts';

const settings: CallSettings = {
  sessionTimeoutMs: 60_000,
  workerWaitMs: 10_000,
  stepTimeoutMs: 10_000,
  keepAudio: false,
  maxHistoryEvents: 100,
};
const namespace = 'default';
const deploymentName = 'voicebot';

let environment: TestWorkflowEnvironment;
let media: MediaServer;
let steps: Map<StepQueue, RunningTestWorker>;

beforeAll(async () => {
  quietTemporal();
  [environment, media] = await Promise.all([startTestServer(), startMediaServer()]);
  const fakes = fakeSteps();
  steps = await startStepWorkers(environment.nativeConnection, () => fakes);
});
afterAll(async () => {
  await Promise.all([...(steps?.values() ?? [])].map((worker) => worker.stop()));
  media?.close();
  await environment?.teardown();
});

const startCall = () => {
  const sessionId = randomUUID();
  return environment.client.workflow.start<typeof call>(callWorkflow, {
    workflowId: `call-${sessionId}`,
    taskQueue: taskQueues.calls,
    args: [{ sessionId, settings }],
  });
};
type Handle = Awaited<ReturnType<typeof startCall>>;
const say = (handle: Handle, turn: number, saidUrl = 'said') =>
  handle.executeUpdate(takeTurn, {
    args: [{ turn, media: { heardUrl: `This is ${turn}.`, transcriptUrl: '', saidUrl, spokenUrl: '' } }],
  });

describe('a new version of the call workflow', () => {
  const worker = async (buildId: string) => {
    const bundle = await bundleForTests();
    const config = loadConfig({ WORKER_DEPLOYMENT: deploymentName, BUILD_ID: buildId });
    const options = deploymentOptions(config, bundle.codePath);
    const { nativeConnection: connection } = environment;
    const running = run(await Worker.create({ connection, ...(await callsWorker()), workflowBundle: bundle, ...options }));
    await until(`${buildId} is known`, async () => {
      const versions = await deployedVersions(environment.client, namespace, deploymentName).catch(() => []);
      return versions.some((version) => version.buildId === buildId);
    });
    return running;
  };
  const versionOf = async (handle: Handle) => {
    const { raw } = await handle.describe();
    return raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion?.buildId;
  };
  const promote = (buildId: string) => promoteVersion(environment.client, namespace, { deploymentName, buildId });

  it('takes new calls, while calls in progress stay where they began, also when they continue as new', async () => {
    const one = await worker('one');
    await promote('one');
    const before = await startCall();
    await say(before, 1);
    const two = await worker('two');
    await promote('two');
    const after = await startCall();
    await say(after, 1);
    // Enough turns for a new history.
    for (let turn = 2; turn <= 8; turn++) await say(before, turn);
    expect((await before.describe()).historyLength).toBeLessThan(200);
    expect(await versionOf(before)).toBe('one');
    expect(await versionOf(after)).toBe('two');
    const states = await until('the old version drains', async () => {
      const versions = await deployedVersions(environment.client, namespace, deploymentName);
      return versions.some(({ state }) => state === 'draining') && versions;
    });
    expect(states).toEqual([
      { buildId: 'two', state: 'current' },
      { buildId: 'one', state: 'draining' },
    ]);
    for (const handle of [before, after]) {
      await handle.signal(hangUp);
      await handle.result();
    }
    await Promise.all([one.stop(), two.stop()]);
    // Calls of other tests need no version.
    await environment.client.workflowService.setWorkerDeploymentCurrentVersion({
      namespace,
      deploymentName,
      buildId: '',
      ignoreMissingTaskQueues: true,
    });
  });

  it('is refused where there is no such deployment, with what to do', async () => {
    await expect(deployedVersions(environment.client, namespace, 'nobody')).rejects.toMatchObject({
      code: 'not-found',
      hint: expect.stringContaining('WORKER_DEPLOYMENT'),
    });
  });
});

describe('a worker that stops', () => {
  it('hands its step to another one, which says what is left and nothing twice', async () => {
    const { nativeConnection: connection } = environment;
    const calls = run(await Worker.create({ connection, ...(await callsWorker()) }));
    await steps.get('llm')?.stop();
    const pieces = ['Good morning. ', 'Nice to hear you. '];
    let waits = false;
    const slow: LanguageModel = {
      ...fakeModel(pieces),
      async *reply(_messages, options) {
        yield* pieces;
        waits = true;
        await new Promise((_, reject) => options?.signal?.addEventListener('abort', () => reject(options.signal?.reason)));
      },
    };
    const llm = async (model: LanguageModel) =>
      run(
        await Worker.create({
          connection,
          taskQueue: taskQueues.llm,
          activities: createLlmActivities({
            model,
            bankName: 'B',
            maxTokens: 9,
            temperature: 0,
            historyMaxTokens: 9,
            adapters: noAdapters,
          }),
          shutdownGraceTime: '100ms',
        }),
      );
    const stopping = await llm(slow);
    const turn = media.hub.openTurn();
    const handle = await startCall();
    const answer = say(handle, 1, turn.media.saidUrl);
    await until('the first worker is at it', () => waits);
    await turn.pipes.said.read().next();
    const stopped = stopping.stop();
    const next = await llm(fakeModel([...pieces, 'Goodbye now. ']));
    await stopped;
    expect(await answer).toMatchObject({ status: 'answered', reply: 'Good morning. Nice to hear you. Goodbye now.' });
    const said: string[] = [];
    for await (const line of turn.pipes.said.read()) said.push(new TextDecoder().decode(line));
    expect(said.join('')).toBe('Good morning.\nNice to hear you.\nGoodbye now.\n');
    turn.close();
    await handle.signal(hangUp);
    await handle.result();
    await Promise.all([next.stop(), calls.stop()]);
  });
});
