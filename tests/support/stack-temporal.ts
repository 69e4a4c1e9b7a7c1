import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadConfig } from '../../config/load.ts';
import type { Stack } from '../../services/stack.ts';
import { connectTemporal, type TemporalConnection } from '../../temporal/connection.ts';
import { openEncryption } from '../../temporal/payloads/open.ts';
import type { TestEnvironment } from './test-stack.ts';

/** A client of a stack's Temporal that reads what passes through it, as the stack's own does. */
export async function temporalOf(
  { temporalAddress: address }: Pick<Stack, 'temporalAddress'>,
  environment: TestEnvironment,
): Promise<TemporalConnection> {
  const config = loadConfig(environment);
  const secret = config.SECRETS_KEY ?? (await readFile(join(config.DATA_DIR, 'secrets.key'), 'utf8')).trim();
  const { codec } = await openEncryption(config, secret);
  return connectTemporal({ address, namespace: config.TEMPORAL_NAMESPACE, codec });
}
