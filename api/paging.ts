import { VoicebotError } from '../domain/errors.ts';

/**
 * A page of a list of which one row more than asked for was read: that one tells whether there is a next page.
 * `end` is the last row of the page, where another one follows.
 */
export function pageOf<Row>(
  rows: readonly Row[],
  limit: number,
): { readonly page: readonly Row[]; readonly end: Row | undefined } {
  const page = rows.slice(0, limit);
  return { page, end: rows.length > limit ? page.at(-1) : undefined };
}

/** Where a page ended, opaque to clients. */
export function cursorOf(...parts: readonly (string | number | Date)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** @throws VoicebotError `invalid-request` for something that no list gave. */
export function partsOf(cursor: string, count: number): readonly unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const at = Array.isArray(parts) ? new Date(parts[0]) : undefined;
    if (Array.isArray(parts) && parts.length === count && at && !Number.isNaN(at.getTime())) return [at, ...parts.slice(1)];
  } catch {}
  throw new VoicebotError('invalid-request', 'The cursor is none of this list.', {
    hint: 'Give the nextCursor of the page before, unchanged, or none for the first page.',
  });
}
