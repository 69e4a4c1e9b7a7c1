import { type Logger, pino } from 'pino';
import { logFields } from './log-context.ts';

export type { Logger } from 'pino';

/** The one logger: JSON lines, on stderr unless another file descriptor is given, so that stdout stays for what a command prints. */
export function createLogger(level: string, fd = 2): Logger {
  return pino(
    {
      name: 'voicebot',
      level,
      mixin: logFields,
      redact: { paths: ['*.apiKey', '*.authorization', 'headers.authorization'], censor: '(hidden)' },
    },
    pino.destination({ fd, sync: false }),
  );
}
