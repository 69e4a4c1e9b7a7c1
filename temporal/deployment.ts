import { basename } from 'node:path';
import type { Client } from '@temporalio/client';
import type { WorkerOptions } from '@temporalio/worker';
import type { Config } from '../config/schema.ts';
import { version } from '../config/version.ts';
import { VoicebotError } from '../domain/errors.ts';

/**
 * Worker versioning: a call stays with the version of the workflow code that it began under ("pinned"), so a new version is rolled
 * out beside the old one, and the old one is stopped when its last call has ended.
 */

/** The version and the hash of the workflow code, which is the name of its bundle. */
export function buildIdOf(config: Config, bundlePath: string): string {
  return config.BUILD_ID ?? `${version}-${basename(bundlePath, '.js')}`;
}

/** Options of the worker that runs calls; none where no deployment is set. */
export function deploymentOptions(config: Config, bundlePath: string): Pick<WorkerOptions, 'workerDeploymentOptions'> {
  const { WORKER_DEPLOYMENT: deploymentName } = config;
  if (!deploymentName) return {};
  return {
    workerDeploymentOptions: {
      useWorkerVersioning: true,
      version: { deploymentName, buildId: buildIdOf(config, bundlePath) },
      defaultVersioningBehavior: 'PINNED',
    },
  };
}

export interface DeployedVersion {
  readonly buildId: string;
  /** `current`: takes new calls. `ramping`: takes a share of them. `draining`: has calls left. `drained`, `inactive`: may stop. */
  readonly state: 'current' | 'ramping' | 'draining' | 'drained' | 'inactive';
  /** Share of new calls, percent, where it ramps. */
  readonly rampPercent?: number;
}

/** Names of Temporal's `VersionDrainageStatus`. */
const drainage: Readonly<Record<number, DeployedVersion['state']>> = { 0: 'inactive', 1: 'draining', 2: 'drained' };

/** The versions of a deployment, newest first. @throws VoicebotError `not-found`. */
export async function deployedVersions(client: Client, namespace: string, deploymentName: string): Promise<DeployedVersion[]> {
  const { workerDeploymentInfo } = await client.workflowService
    .describeWorkerDeployment({ namespace, deploymentName })
    .catch((error) => {
      if ((error as { code?: number }).code !== grpcNotFound) throw error;
      throw new VoicebotError('not-found', `There is no deployment '${deploymentName}'.`, {
        hint: 'Start a worker for the queue calls with WORKER_DEPLOYMENT set.',
      });
    });
  const { routingConfig, versionSummaries } = workerDeploymentInfo ?? {};
  const current = routingConfig?.currentDeploymentVersion?.buildId;
  const ramping = routingConfig?.rampingDeploymentVersion?.buildId;
  return (versionSummaries ?? [])
    .map(({ deploymentVersion, drainageInfo, createTime }) => ({
      buildId: deploymentVersion?.buildId ?? '',
      createdAt: Number(createTime?.seconds ?? 0),
      drained: drainage[drainageInfo?.status ?? 0] ?? 'inactive',
    }))
    .sort((a, b) => b.createdAt - a.createdAt)
    .map(({ buildId, drained }) => {
      if (buildId === current) return { buildId, state: 'current' };
      if (buildId === ramping) return { buildId, state: 'ramping', rampPercent: routingConfig?.rampingVersionPercentage ?? 0 };
      return { buildId, state: drained };
    });
}

/** New calls go to this version; with `percent`, only so many of them. */
export async function promoteVersion(
  client: Client,
  namespace: string,
  target: { readonly deploymentName: string; readonly buildId: string; readonly percent?: number | undefined },
): Promise<void> {
  const { deploymentName, buildId, percent } = target;
  const identity = 'voicebot deployment promote';
  if (percent === undefined || percent >= 100) {
    await client.workflowService.setWorkerDeploymentCurrentVersion({ namespace, deploymentName, buildId, identity });
  } else {
    await client.workflowService.setWorkerDeploymentRampingVersion({
      namespace,
      deploymentName,
      buildId,
      percentage: percent,
      identity,
    });
  }
}

const grpcNotFound = 5;
