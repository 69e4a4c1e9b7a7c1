import { isVoicebotError, messageOf } from '../domain/errors.ts';
import { ApiProblem } from './api-client.ts';

/** Prints a result for people, or as JSON for programs. */
export function print(value: unknown, json: boolean | undefined, forPeople: () => string): void {
  process.stdout.write(`${json ? JSON.stringify(value, null, 2) : forPeople()}\n`);
}

/** Prints what went wrong and what to do about it. */
export function printError(error: unknown, json: boolean): void {
  const known = isVoicebotError(error) || error instanceof ApiProblem;
  const hint = known ? error.hint : undefined;
  if (json)
    process.stdout.write(
      `${JSON.stringify({ error: { code: known ? error.code : 'internal', message: messageOf(error), hint } }, null, 2)}\n`,
    );
  else process.stderr.write(`error: ${messageOf(error)}\n${hint ? `  ${hint}\n` : ''}`);
  if (!known && error instanceof Error && process.env.LOG_LEVEL === 'debug') process.stderr.write(`${error.stack}\n`);
}

export function megabytes(bytes: number | null): string {
  return bytes === null ? 'unknown' : `${(bytes / 1e6).toFixed(1)} MB`;
}
