import type { NativeConnection } from '@temporalio/worker';
import { Worker } from '@temporalio/worker';
import { taskQueues } from '../../workflows/definitions.ts';
import type { FakeSteps } from '../fakes/steps.ts';
import { type RunningTestWorker, run } from './temporal.ts';

export const stepQueues = ['stt', 'cache', 'bank', 'llm', 'tts', 'records', 'telephony'] as const;
export type StepQueue = (typeof stepQueues)[number];

/** A worker a queue, whose activities look up, at each call, what `steps()` has there. */
export async function startStepWorkers(
  connection: NativeConnection,
  steps: () => FakeSteps,
): Promise<Map<StepQueue, RunningTestWorker>> {
  const running = new Map<StepQueue, RunningTestWorker>();
  for (const queue of stepQueues) {
    const activities = Object.fromEntries(
      Object.keys(steps()[queue]).map((name) => [
        name,
        (input: unknown) => (steps()[queue] as unknown as Record<string, (input: unknown) => unknown>)[name]?.(input),
      ]),
    );
    running.set(
      queue,
      run(await Worker.create({ connection, taskQueue: taskQueues[queue], activities, shutdownForceTime: '1s' })),
    );
  }
  return running;
}
