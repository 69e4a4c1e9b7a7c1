/**
 * A process of the service with fake engines (`stand-in-engines.ts`), for tests of the orchestration:
 * `part.ts api` or `part.ts worker stt,llm`. Settings come from the environment, as for `voicebot`. SIGTERM drains it.
 * STAND_IN_DELAYS: JSON, other delays than the measured ones.
 */
import { silentListener } from '../../artifacts/types.ts';
import { loadConfig } from '../../config/load.ts';
import { createLogger } from '../../config/logger.ts';
import { startStack } from '../../temporal/stack.ts';
import type { TaskQueue } from '../../workflows/definitions.ts';
import { measuredDelays, standInEngines } from './stand-in-engines.ts';

const [kind, queues = ''] = process.argv.slice(2);
const config = loadConfig();
const stopping = new AbortController();
process.on('SIGTERM', () => stopping.abort());
const stack = await startStack({
  config,
  logger: createLogger(config.LOG_LEVEL),
  listener: silentListener,
  queues: queues.split(',').filter(Boolean) as TaskQueue[],
  api: kind === 'api',
  signal: stopping.signal,
  engines: standInEngines({ ...measuredDelays, ...JSON.parse(process.env.STAND_IN_DELAYS ?? '{}') }),
});
const failed = stack.failed.catch((error: Error) => error);
const ended = new Promise<undefined>((resolve) => {
  if (stopping.signal.aborted) resolve(undefined);
  stopping.signal.addEventListener('abort', () => resolve(undefined));
});
process.send?.('ready');
const failure = await Promise.race([failed, ended]);
await stack.stop();
if (failure) throw failure;
process.exit(0);
