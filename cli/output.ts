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

/** Rows as aligned columns. */
export function table(headers: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headers.map((header, column) => Math.max(header.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(headers), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

export function megabytes(bytes: number | null): string {
  return bytes === null ? 'unknown' : `${(bytes / 1e6).toFixed(1)} MB`;
}
