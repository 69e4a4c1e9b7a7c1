import { DrizzleQueryError } from 'drizzle-orm';
import { messageOf, VoicebotError } from '../domain/errors.ts';

/** Codes of the network and of Postgres (classes 08 and 57P) that mean: the server is not there at the moment. */
const goneCode = /^(ECONN\w+|ENOTFOUND|ETIMEDOUT|EPIPE|EHOSTUNREACH|08\w{3}|57P\d\d|53300)$/;
/** What `pg` says without a code. */
const goneMessage = /Connection terminated|timeout exceeded when trying to connect/;

/** Seconds in which a database that restarts is usually back. */
const retryAfterSeconds = 5;

export function databaseUnavailable(cause: unknown): VoicebotError {
  return new VoicebotError('dependency-unavailable', 'The database does not answer.', {
    retryable: true,
    retryAfterSeconds,
    hint: 'Calls in progress go on, and what they leave is recorded once it is back.',
    cause,
  });
}

/** A query that failed because the database is not there, as the product's own error; nothing for any other error. */
export function databaseProblem(error: unknown): VoicebotError | undefined {
  if (!(error instanceof DrizzleQueryError)) return undefined;
  const { cause } = error;
  if (cause instanceof VoicebotError) return cause;
  const code = (cause as { code?: unknown } | undefined)?.code;
  const gone = typeof code === 'string' && goneCode.test(code);
  return gone || goneMessage.test(messageOf(cause)) ? databaseUnavailable(error) : undefined;
}

/** A failed query without its parameters, which hold what callers said and belong into no log and no history. */
export function withoutParameters(error: unknown): unknown {
  return error instanceof DrizzleQueryError ? new Error(messageOf(error)) : error;
}
