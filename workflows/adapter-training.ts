import { ApplicationFailure, proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { AdapterRecords } from '../activities/adapter-records.ts';
import type { AdapterTrainingInput, AdapterTrainingResult } from '../domain/adapter.ts';
import { taskQueues } from './definitions.ts';

/** What the Python worker does (`python/`); the same names and types there. */
interface TrainerActivities {
  trainAdapter(job: TrainingJob): Promise<{
    readonly checkpoint: string;
    /** Where it went on after a worker that died. */
    readonly resumedAtStep: number;
    readonly steps: number;
    readonly trainedTurns: number;
  }>;
  evaluateAdapter(job: TrainedJob): Promise<{
    readonly heldOutLoss: number;
    readonly baseLoss: number;
    readonly heldOutTurns: number;
    readonly samples: AdapterTrainingResult['samples'];
  }>;
  convertAdapter(job: TrainedJob): Promise<{ readonly file: string; readonly sha256: string }>;
}

interface TrainingJob {
  readonly name: string;
  readonly dataset: string;
  readonly baseModelPath: string;
  readonly rank: number;
  readonly alpha: number;
  readonly steps: number;
  readonly batchSize: number;
  readonly learningRate: number;
}

type TrainedJob = TrainingJob & { readonly checkpoint: string };

// Reads and writes rows; retried through restarts of the database.
const records = proxyActivities<AdapterRecords>({
  taskQueue: taskQueues.records,
  startToCloseTimeout: 60_000,
  scheduleToCloseTimeout: '1 hour',
});

// A training takes minutes on a CPU for the small model, hours on a GPU for a large one. It beats with every step; after a worker that
// died another one goes on from the last checkpoint.
const trainer = proxyActivities<TrainerActivities>({
  taskQueue: 'training',
  startToCloseTimeout: '24 hours',
  // It beats every five seconds, also while a model loads.
  heartbeatTimeout: '30 seconds',
  retry: { initialInterval: 2_000, maximumInterval: 60_000, maximumAttempts: 20 },
});

/** Trains an adapter from reviewed turns, and registers it only if it does better on turns that it has not seen. */
export async function adapterTraining(input: AdapterTrainingInput): Promise<AdapterTrainingResult> {
  const { name, tenant, baseModel, baseModelPath, minTurns, rank, alpha, steps, batchSize, learningRate } = input;
  const tell = (text: string) => setCurrentDetails(`Adapter **${name}** of ${baseModel}: ${text}`);
  tell('the dataset is made');
  const { dataset, turns } = await records.buildDataset({ name, tenant });
  if (turns < minTurns) {
    throw ApplicationFailure.nonRetryable(`${turns} reviewed turns are there, and ${minTurns} are needed.`, 'TooFewTurns');
  }
  const job = { name, dataset, baseModelPath, rank, alpha, steps, batchSize, learningRate };
  tell(`training on ${turns} reviewed turns`);
  const { checkpoint, trainedTurns } = await trainer.trainAdapter(job);
  tell('evaluation on held-out turns');
  const { heldOutLoss, baseLoss, heldOutTurns, samples } = await trainer.evaluateAdapter({ ...job, checkpoint });
  const metrics = { heldOutLoss, baseLoss, trainedTurns, heldOutTurns, steps };
  if (!(heldOutLoss < baseLoss)) {
    tell('not registered: it does no better than the model alone');
    return { registered: false, metrics, samples };
  }
  const { file, sha256 } = await trainer.convertAdapter({ ...job, checkpoint });
  await records.registerAdapter({ name, baseModel, file, sha256, metrics });
  tell(`registered; held-out loss ${heldOutLoss.toFixed(3)}, ${baseLoss.toFixed(3)} without it`);
  return { registered: true, metrics, samples };
}
