import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentListener } from '../../artifacts/types.ts';
import { loadConfig } from '../../config/load.ts';
import { freePort } from '../../services/ports.ts';
import { type Stack, type StackOptions, startStack } from '../../services/stack.ts';
import { allQueues } from '../../services/workers.ts';
import { createLogger } from '../../telemetry/logger.ts';

export type TestEnvironment = Record<string, string>;

/** A bank that is away, and so no demo articles: the same short answer to every question about banking. */
export const noBank = { BANK: 'http', BANK_URL: 'http://127.0.0.1:9' } as const;

/** Settings of a stack that disturbs no other: ports and a data folder of its own. */
export async function testEnvironment(overrides: TestEnvironment = {}): Promise<TestEnvironment> {
  const [port, temporalPort, uiPort] = [await freePort(), await freePort(), await freePort()];
  return {
    PORT: String(port),
    TEMPORAL_PORT: String(temporalPort),
    TEMPORAL_UI_PORT: String(uiPort),
    DATA_DIR: await mkdtemp(join(tmpdir(), 'voicebot-stack-')),
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'silent',
    // The model talks from the first call on, and is not probed meanwhile.
    LLM_MAY: 'talk',
    // A busy machine turns nobody away.
    MAX_QUEUE_DELAY_MS: '0',
    MAX_SLOT_USE: '1',
    ...(process.env.MODEL_CACHE_DIR ? { MODEL_CACHE_DIR: process.env.MODEL_CACHE_DIR } : {}),
    ...overrides,
  };
}

/** The stack as `voicebot start` brings it up, or parts of it, once callers are let in. */
export async function startTestStack(
  environment: TestEnvironment,
  parts: Partial<Pick<StackOptions, 'api' | 'queues' | 'engines'>> = {},
): Promise<Stack> {
  const stack = await startingTestStack(environment, parts);
  await stack.ready;
  return stack;
}

/** The same, as soon as it listens. */
export function startingTestStack(
  environment: TestEnvironment,
  parts: Partial<Pick<StackOptions, 'api' | 'queues' | 'engines'>> = {},
): Promise<Stack> {
  const config = loadConfig(environment);
  const logger = createLogger(config.LOG_LEVEL);
  return startStack({
    config,
    logger,
    listener: silentListener,
    queues: allQueues,
    api: true,
    signal: new AbortController().signal,
    ...parts,
  });
}
