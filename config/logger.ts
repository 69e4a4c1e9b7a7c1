import { type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** The one logger: JSON lines on stderr, so that stdout stays for what a command prints. */
export function createLogger(level: string, name = 'voicebot'): Logger {
  return pino(
    {
      name,
      level,
      redact: { paths: ['*.apiKey', '*.authorization', '*.sig', 'headers.authorization'], censor: '(hidden)' },
    },
    pino.destination({ fd: 2, sync: false }),
  );
}
