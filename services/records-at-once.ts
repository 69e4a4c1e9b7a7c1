import { ApplicationFailure } from '@temporalio/common';
import type { Steps } from '../workflows/steps.ts';

type AtOnce = Record<keyof Steps['recordsAtOnce'], () => Promise<void>>;

const away = async () => {
  throw ApplicationFailure.nonRetryable('No database is at hand here.', 'no-database');
};

/**
 * What a worker of calls without a database gives in place of records that are written in passing: word that the queue has to write them. It must give
 * something, since a local activity that a worker does not know at all is replayed otherwise than it ran.
 */
export const noRecordsHere: AtOnce = { recordTurn: away, recordCallStarted: away };
