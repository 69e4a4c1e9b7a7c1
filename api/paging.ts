import { VoicebotError } from '../domain/errors.ts';

/** Cursors of lists: where a page ended, opaque to clients. */

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
