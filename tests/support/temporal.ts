import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, makeTelemetryFilterString, Runtime, type Worker } from '@temporalio/worker';
import { loadConfig, modelCacheDir } from '../../config/load.ts';
import { ensureTemporalCli } from '../../services/models.ts';
import { noRecordsHere } from '../../services/records-at-once.ts';
import { serverFlags } from '../../temporal/server-settings.ts';
import { workflowBundle } from '../../temporal/workflow-bundle.ts';
import { taskQueues } from '../../workflows/definitions.ts';

const config = loadConfig();

/** Once in a test file, before anything of Temporal runs: its log lines are not the test's. */
export function quietTemporal(): void {
  Runtime.install({
    logger: new DefaultLogger('ERROR', () => {}),
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }), forward: {} } },
    shutdownSignals: [],
  });
}

/** A dev server of the binary that the product itself uses. */
export async function startTestServer(): Promise<TestWorkflowEnvironment> {
  const path = await ensureTemporalCli(config, {});
  return TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'existing-path', path }, extraArgs: [...serverFlags(), '--log-level', 'never'] },
  });
}

/** What a worker of calls is made of; records are left to their queue. */
export async function callsWorker() {
  return {
    taskQueue: taskQueues.calls,
    workflowBundle: await bundleForTests(),
    activities: noRecordsHere,
    enableNonLocalActivities: false,
  };
}

export async function bundleForTests(): Promise<{ codePath: string }> {
  return { codePath: await workflowBundle(modelCacheDir(config)) };
}

export interface RunningTestWorker {
  stop(): Promise<void>;
}

export function run(worker: Worker): RunningTestWorker {
  const done = worker.run();
  return {
    stop: async () => {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await done;
    },
  };
}
