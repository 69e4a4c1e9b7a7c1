/**
 * A process of the service with fake engines (`stand-in-engines.ts`), for tests of the orchestration:
 * `part.ts api` or `part.ts worker stt,llm`. Settings come from the environment, as for `voicebot`. SIGTERM drains it.
 * STAND_IN_DELAYS: JSON, other delays than the measured ones. SPOKEN_LOG: a file that gets a line of JSON for each message that is begun to be
 * spoken, with whether its sound was stored already.
 */
import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { silentListener } from '../../artifacts/types.ts';
import { loadConfig } from '../../config/load.ts';
import { rawSpeechKey, renderingHash, renditionKey } from '../../db/renderings.ts';
import { speechLoudnessLufs } from '../../domain/messages/message.ts';
import type { Engines } from '../../services/engines.ts';
import { startStack } from '../../services/stack.ts';
import { createLogger } from '../../telemetry/logger.ts';
import type { TaskQueue } from '../../workflows/definitions.ts';
import { measuredDelays, standInEngines } from './stand-in-engines.ts';

const [kind, queues = ''] = process.argv.slice(2);
const config = loadConfig();
const { SPOKEN_LOG: spokenLog } = process.env;
const stopping = new AbortController();
process.on('SIGTERM', () => stopping.abort());
const engines = standInEngines({ ...measuredDelays, ...JSON.parse(process.env.STAND_IN_DELAYS ?? '{}') });
const stack = await startStack({
  config,
  logger: createLogger(config.LOG_LEVEL),
  listener: silentListener,
  queues: queues.split(',').filter(Boolean) as TaskQueue[],
  api: kind === 'api',
  signal: stopping.signal,
  engines: spokenLog ? logged(engines, spokenLog) : engines,
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

function logged(engines: Engines, file: string): Engines {
  const blobs = join(config.DATA_DIR, 'blobs');
  const speak: Engines['tts']['speak'] = (text, options) => {
    const { voice = '', speed = 1, priority } = options ?? {};
    if (priority === 'background') {
      const hash = renderingHash({ engine: 'kokoro', voice, speed, text }, speechLoudnessLufs);
      const stored = [rawSpeechKey('default', hash), renditionKey('default', hash, 'wav')].some((key) =>
        existsSync(join(blobs, key)),
      );
      appendFileSync(file, `${JSON.stringify({ text, stored })}\n`);
    }
    return engines.tts.speak(text, options);
  };
  return { ...engines, tts: { ...engines.tts, speak } };
}
