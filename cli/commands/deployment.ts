import { type Command, InvalidArgumentError } from 'commander';
import { loadConfig } from '../../config/load.ts';
import { VoicebotError } from '../../domain/errors.ts';
import { print } from '../output.ts';
import { table } from '../terminal/table.ts';

/** Versions of the call workflows on a Temporal server; see docs/deploys.md. */
export function addDeploymentCommands(program: Command): void {
  const deployment = program.command('deployment');

  deployment
    .command('list', { isDefault: true })
    .description('List the versions, newest first.')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const versions = await onTemporal(async ({ client, namespace, deploymentName }) => {
        const { deployedVersions } = await import('../../temporal/deployment.ts');
        return deployedVersions(client, namespace, deploymentName);
      });
      print({ versions }, json, () =>
        table(
          ['BUILD ID', 'STATE'],
          versions.map(({ buildId, state, rampPercent }) => [
            buildId,
            rampPercent === undefined ? state : `${state}, ${rampPercent} % of new calls`,
          ]),
        ),
      );
    });

  deployment
    .command('promote')
    .description('Send new calls to a version; calls in progress stay where they are.')
    .argument('<build-id>', 'version, as list shows it')
    .option('--percent <n>', 'only so many of a hundred new calls', percent)
    .option('--json', 'print JSON')
    .action(async (buildId: string, options: { percent?: number; json?: boolean }) => {
      await onTemporal(async ({ client, namespace, deploymentName }) => {
        const { promoteVersion } = await import('../../temporal/deployment.ts');
        await promoteVersion(client, namespace, { deploymentName, buildId, percent: options.percent });
      });
      const share = options.percent === undefined ? 'New calls' : `${options.percent} % of new calls`;
      print({ buildId, percent: options.percent ?? 100 }, options.json, () => `${share} go to ${buildId}.`);
    });
}

async function onTemporal<T>(
  work: (target: {
    readonly client: import('@temporalio/client').Client;
    readonly namespace: string;
    readonly deploymentName: string;
  }) => Promise<T>,
): Promise<T> {
  const config = loadConfig();
  const { WORKER_DEPLOYMENT: deploymentName, TEMPORAL_NAMESPACE: namespace, TEMPORAL_API_KEY: apiKey } = config;
  if (!deploymentName) {
    throw new VoicebotError('invalid-config', 'WORKER_DEPLOYMENT is not set, so there are no versions.', {
      hint: 'Set it for this command and for the workers of the queue calls; see docs/deploys.md.',
    });
  }
  const { connectTemporal } = await import('../../temporal/connection.ts');
  const address = config.TEMPORAL_ADDRESS ?? `127.0.0.1:${config.TEMPORAL_PORT}`;
  const connection = await connectTemporal({ address, namespace, apiKey });
  try {
    return await work({ client: connection.client, namespace, deploymentName });
  } finally {
    await connection.close();
  }
}

function percent(text: string): number {
  const value = Number(text);
  if (!(value >= 0 && value <= 100)) throw new InvalidArgumentError('A share is a number from 0 to 100.');
  return value;
}
