import { coloured, type Mark, signs } from '../terminal/colours.ts';

/** One thing that was looked at. */
export interface Check {
  readonly name: string;
  /** `unknown`: it could not be measured here, and counts for nothing. */
  readonly result: Mark | 'unknown';
  readonly found: string;
  /** What to do about it. */
  readonly fix?: string;
}

export const ok = (name: string, found: string): Check => ({ name, result: 'ok', found });
export const unknown = (name: string, found: string): Check => ({ name, result: 'unknown', found });
export const warning = (name: string, found: string, fix: string): Check => ({ name, result: 'warning', found, fix });
export const failed = (name: string, found: string, fix: string): Check => ({ name, result: 'failed', found, fix });

/** The check, or what kept it from being made. */
export async function made(name: string, check: () => Promise<Check> | Check): Promise<Check> {
  try {
    return await check();
  } catch (error) {
    return unknown(name, error instanceof Error ? error.message : String(error));
  }
}

export function checkLines(checks: readonly Check[]): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  return checks
    .map(({ name, result, found, fix }) => {
      const line = `${result === 'unknown' ? '❔' : signs[result]} ${name.padEnd(width)}  ${found}`;
      const shown = result === 'unknown' ? line : coloured[result](line);
      return fix === undefined || result === 'ok' ? shown : `${shown}\n   → ${fix}`;
    })
    .join('\n');
}
