import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { Database } from '../db/open.ts';
import { quietSessions, recordCallEnded } from '../db/sessions.ts';
import { messageOf } from '../domain/errors.ts';
import { workflowIdOf } from '../domain/session-id.ts';
import type { Logger } from '../telemetry/logger.ts';

/** A session is written down a moment before its call begins; its end a moment after, at the latest after a day of retries. */
const quietMs = 600_000;
const everyMs = 3_600_000;
const pageSize = 200;

/** Ways to end after which a call has written nothing down. */
const abrupt = new Set(['TERMINATED', 'FAILED', 'TIMED_OUT']);

export interface LostCallsOptions {
  readonly client: Pick<Client, 'workflow'>;
  /** Across tenants. */
  readonly db: Database;
  readonly logger: Logger;
}

/**
 * Ends the sessions of calls that Temporal does not have, as when its store was lost or the database restored without it: they would
 * take up places and be shown as running for ever. @returns how many.
 */
export async function endLostCalls({ client, db }: Omit<LostCallsOptions, 'logger'>, before: Date): Promise<number> {
  let ended = 0;
  for (let after = ''; ; ) {
    const page = await quietSessions(db, before, pageSize, after);
    for (const { id, tenant } of page) {
      const lost = await client.workflow
        .getHandle(workflowIdOf(id, tenant))
        .describe()
        .then(
          ({ status }) => abrupt.has(status.name),
          (error) => {
            if (error instanceof WorkflowNotFoundError) return true;
            throw error;
          },
        );
      if (lost && (await recordCallEnded(db, id, 'ended', 'lost'))) ended++;
    }
    const last = page.at(-1);
    if (!last || page.length < pageSize) return ended;
    after = last.id;
  }
}

/** Looks for them now, and every hour. */
export function keepLostCalls({ logger, ...parts }: LostCallsOptions): { stop(): Promise<void> } {
  let running: Promise<void> | undefined;
  const look = async () => {
    try {
      const ended = await endLostCalls(parts, new Date(Date.now() - quietMs));
      if (ended > 0) logger.warn({ sessions: ended }, 'calls that Temporal does not have were ended');
    } catch (error) {
      logger.debug({ error: messageOf(error) }, 'lost calls could not be looked for');
    }
  };
  running = look();
  const timer = setInterval(() => {
    running = look();
  }, everyMs).unref();
  return {
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}
