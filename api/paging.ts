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

/** A moment, in milliseconds, and the name of what came then. */
export const cursorPattern = /^\d{1,13}~[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** The same, of a turn of a session. */
export const turnCursorPattern = /^\d{1,13}~[A-Za-z0-9][A-Za-z0-9._-]{0,63}~\d{1,7}$/;

/** Where a page ended. */
export const cursorOf = (at: Date, ...names: readonly (string | number)[]): string => [at.getTime(), ...names].join('~');

/** @throws VoicebotError `invalid-request` for something that no list gave. */
export function partsOf(cursor: string, count: number): [at: Date, ...names: string[]] {
  const [at = '', ...names] = cursor.split('~');
  const moment = new Date(Number(at));
  if (names.length === count - 1 && at !== '' && !Number.isNaN(moment.getTime())) return [moment, ...names];
  throw new VoicebotError('invalid-request', 'The cursor is none of this list.', {
    hint: 'Give the nextCursor of the page before, unchanged, or none for the first page.',
  });
}
